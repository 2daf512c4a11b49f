"""The weekly summary to a clinic's staff."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fisioflow_cli.messages.figures import Bar, Figure, bars, figure, therapist_bars
from fisioflow_cli.messages.formats import counted, money, percent, points, week, weekday
from fisioflow_cli.messages.rendered import Rendered, render
from fisioflow_cli.messages.typed import clinic_name, person


@dataclass(frozen=True, kw_only=True)
class WeeklyFigures:
    """What happened in a clinic from Monday to Sunday, local dates.

    `revenue` is in reais, None if the database keeps no payments; `by_day` holds the sessions of
    the seven days from Monday, `by_therapist` those of each therapist, busiest first.
    """

    sessions: int
    new_patients: int
    appointments: int
    cancelled: int
    no_shows: int
    revenue: Decimal | None
    by_day: tuple[int, ...]
    by_therapist: tuple[tuple[str, int], ...]


def weekly_summary(
    *,
    recipient: str,
    clinic: str,
    monday: date,
    figures: WeeklyFigures,
    week_before: WeeklyFigures,
) -> Rendered:
    """The summary of the week that began on `monday`, beside the week before; no patient in it.

    Raises ValueError if `by_day` has not seven numbers.
    """
    house = clinic_name(clinic)
    return render(
        "weekly_summary",
        subject=f"Resumo semanal de {week(monday)} – {house}",
        preheader=counted(figures.sessions, "sessão na semana", "sessões na semana"),
        recipient=person(recipient, otherwise="equipe"),
        clinic=house,
        week=week(monday),
        compared_with=week(monday - timedelta(days=7)),
        figures=_headline(figures, week_before),
        days=_by_day(monday, figures.by_day),
        therapists=therapist_bars(figures.by_therapist),
    )


def _headline(now: WeeklyFigures, before: WeeklyFigures) -> list[Figure]:
    rows = [
        figure("Sessões", now.sessions, before.sessions),
        figure("Novos pacientes", now.new_patients, before.new_patients),
        _rate("Taxa de cancelamento", now.cancelled, before.cancelled, now, before),
        _rate("Taxa de faltas", now.no_shows, before.no_shows, now, before),
    ]
    if now.revenue is not None:
        rows.append(figure("Receita recebida", now.revenue, before.revenue, show=money))
    return rows


def _rate(
    label: str, now: int, earlier: int, week_now: WeeklyFigures, week_before: WeeklyFigures
) -> Figure:
    return figure(
        label,
        _share(now, week_now.appointments),
        _share(earlier, week_before.appointments),
        show=percent,
        show_change=points,
        more_is_better=False,
    )


def _share(part: int, whole: int) -> Decimal | None:
    # rounded as it is shown, so that the difference is the one a reader computes
    return round(Decimal(part) / whole, 3) if whole else None


def _by_day(monday: date, sessions: tuple[int, ...]) -> list[Bar]:
    names = [weekday(monday + timedelta(days=offset)) for offset in range(7)]
    return bars(zip(names, sessions, strict=True))
