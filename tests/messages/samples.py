"""Invented clinics and figures, and every message there is about them."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from fisioflow_cli.messages.appointment import (
    When,
    appointment_cancellation,
    appointment_confirmation,
    appointment_reminder,
)
from fisioflow_cli.messages.birthday import birthday
from fisioflow_cli.messages.daily_figures import daily_figures
from fisioflow_cli.messages.daily_report import DailyFigures, daily_report
from fisioflow_cli.messages.data_integrity import ADVICE, Finding, data_integrity
from fisioflow_cli.messages.notification import notification
from fisioflow_cli.messages.rendered import Rendered
from fisioflow_cli.messages.voucher_expiry import voucher_expiry
from fisioflow_cli.messages.weekly_summary import WeeklyFigures, weekly_summary

CLINIC = "Clínica Movimento"
MONDAY = date(2026, 11, 23)
THERAPISTS = (
    ("Paula Ferreira", 14),
    ("Rafael Nogueira", 11),
    ("Cecília Prado de Albuquerque", 7),
    ("João Vitor", 1),
)

DAY = DailyFigures(
    appointments={
        "scheduled": 2,
        "confirmed": 4,
        "completed": 33,
        "cancelled": 3,
        "no_show": 2,
        "rescheduled": 1,
    },
    completed_sessions=33,
    new_patients=4,
    by_therapist=THERAPISTS,
)
DAY_BEFORE = DailyFigures(
    appointments={"confirmed": 5, "completed": 30, "cancelled": 3, "no_show": 1},
    completed_sessions=30,
    new_patients=4,
    by_therapist=(),
)
WEEK = WeeklyFigures(
    sessions=158,
    new_patients=12,
    appointments=190,
    cancelled=19,
    no_shows=8,
    revenue=Decimal("18450.50"),
    by_day=(31, 28, 35, 30, 26, 8, 0),
    by_therapist=THERAPISTS,
)
WEEK_BEFORE = replace(
    WEEK, sessions=138, new_patients=13, cancelled=24, no_shows=6, revenue=Decimal(17450)
)
QUIET_WEEK = WeeklyFigures(
    sessions=0,
    new_patients=0,
    appointments=0,
    cancelled=0,
    no_shows=0,
    revenue=None,
    by_day=(0,) * 7,
    by_therapist=(),
)
FINDINGS = [
    Finding(check=check, count=count, sample=tuple(f"{count}{n:02}" for n in range(min(count, 4))))
    for count, check in enumerate(ADVICE, start=1)
]
WHEN = When.of(datetime(2026, 11, 24, 14, 30), MONDAY)  # noqa: DTZ001  # clinic-local
COUNTS = (
    ("Agendamentos", "45"),
    ("Realizados", "33"),
    ("Cancelados", "3"),
    ("Novos pacientes", "4"),
    ("Receita", "R$ 3.450,00"),
)
WORDS = """Olá! O seu plano de exercícios foi atualizado.

Abra o aplicativo para ver as mudanças.
Qualquer dúvida, fale com a gente."""


def reminder(
    *, name: str = "Ana", clinic: str = CLINIC, therapist: str = "", place: str = ""
) -> Rendered:
    """An appointment reminder, of which a test changes what it is about."""
    return appointment_reminder(
        name=name, clinic=clinic, when=WHEN, therapist=therapist, place=place
    )


def voucher(
    *,
    name: str = "Ana Souza",
    clinic: str = CLINIC,
    title: str = "Pacote Pilates",
    days_left: int = 7,
    sessions_left: int = 3,
) -> Rendered:
    """A voucher reminder, of which a test changes what it is about."""
    return voucher_expiry(
        name=name,
        clinic=clinic,
        voucher=title,
        expires_on=date(2026, 11, 30),
        days_left=days_left,
        sessions_left=sessions_left,
    )


def daily(
    *, name: str = "Paula Ferreira", clinic: str = CLINIC, figures: DailyFigures = DAY
) -> Rendered:
    """A daily report, of which a test changes what it is about."""
    return daily_report(
        recipient=name,
        clinic=clinic,
        day=MONDAY,
        figures=figures,
        week_earlier=DAY_BEFORE,
        agenda=38,
    )


def weekly(
    *,
    name: str = "Paula Ferreira",
    clinic: str = CLINIC,
    monday: date = MONDAY,
    figures: WeeklyFigures = WEEK,
    week_before: WeeklyFigures = WEEK_BEFORE,
) -> Rendered:
    """A weekly summary, of which a test changes what it is about."""
    return weekly_summary(
        recipient=name, clinic=clinic, monday=monday, figures=figures, week_before=week_before
    )


FILLER = "Este aviso é somente um exemplo, com o tamanho que um aviso costuma ter."


def every_message(typed: str) -> dict[str, Rendered]:
    """Every message, with `typed` in each place that holds what a person typed."""
    crew = ((typed, 9), ("Rafael", 3))
    day, week = replace(DAY, by_therapist=crew), replace(WEEK, by_therapist=crew)
    findings = [Finding(check="unusable_phones", count=9, sample=(typed, "7"))]
    return {
        "birthday": birthday(name=typed, clinic=typed),
        "appointment_reminder": reminder(name=typed, clinic=typed, therapist=typed, place=typed),
        "appointment_confirmation": appointment_confirmation(
            name=typed, clinic=typed, when=WHEN, therapist=typed, place=typed
        ),
        "appointment_cancellation": appointment_cancellation(name=typed, clinic=typed, when=WHEN),
        "notification": notification(
            subject=typed, body=f"{' '.join(typed.split())} {FILLER}", clinic=typed
        ),
        "daily_figures": daily_figures(recipient=typed, clinic=typed, day=MONDAY, figures=COUNTS),
        "voucher_expiry": voucher(name=typed, clinic=typed, title=typed),
        "daily_report": daily(name=typed, clinic=typed, figures=day),
        "weekly_summary": weekly(name=typed, clinic=typed, figures=week),
        "data_integrity": data_integrity(recipient=typed, clinic=typed, findings=findings),
    }
