"""The daily report to a clinic's staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fisioflow_cli.messages.figures import Figure, figure, therapist_bars
from fisioflow_cli.messages.formats import counted, full_date
from fisioflow_cli.messages.rendered import Rendered, render
from fisioflow_cli.messages.typed import clinic_name, person

# appointment status → label, and whether more of it is good news
STATUSES = {
    "completed": ("Realizados", True),
    "confirmed": ("Confirmados", True),
    "scheduled": ("Agendados, sem confirmação", True),
    "rescheduled": ("Remarcados", False),
    "cancelled": ("Cancelados", False),
    "no_show": ("Faltas", False),
}


@dataclass(frozen=True, kw_only=True)
class DailyFigures:
    """What happened in a clinic on one local day.

    `appointments` counts by status, a missing status is zero; `by_therapist` holds completed
    sessions per therapist, busiest first.
    """

    appointments: Mapping[str, int]
    completed_sessions: int
    new_patients: int
    by_therapist: tuple[tuple[str, int], ...]


def daily_report(  # all keyword-only: the facts of one mail
    *,
    recipient: str,
    clinic: str,
    day: date,
    figures: DailyFigures,
    week_earlier: DailyFigures,
    agenda: int,
) -> Rendered:
    """The report of `day`, beside the same weekday a week earlier; figures only, no patient.

    `agenda` is how many appointments the day after holds: named by its date, since a report may
    leave late.
    """
    house = clinic_name(clinic)
    return render(
        "daily_report",
        subject=f"Relatório diário de {full_date(day)} – {house}",
        preheader=counted(figures.completed_sessions, "sessão concluída", "sessões concluídas"),
        recipient=person(recipient, otherwise="equipe"),
        clinic=house,
        day=full_date(day),
        compared_with=full_date(day - timedelta(days=7)),
        figures=_headline(figures, week_earlier),
        statuses=_by_status(figures, week_earlier),
        therapists=therapist_bars(figures.by_therapist),
        next_day=full_date(day + timedelta(days=1)),
        agenda=counted(agenda, "atendimento", "atendimentos"),
    )


def _headline(now: DailyFigures, before: DailyFigures) -> list[Figure]:
    return [
        figure("Sessões concluídas", now.completed_sessions, before.completed_sessions),
        figure("Novos pacientes", now.new_patients, before.new_patients),
    ]


def _by_status(now: DailyFigures, before: DailyFigures) -> list[Figure]:
    return [
        figure(
            label,
            now.appointments.get(status, 0),
            before.appointments.get(status, 0),
            more_is_better=more_is_better,
        )
        for status, (label, more_is_better) in STATUSES.items()
    ]
