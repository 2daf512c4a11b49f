"""Invented clinics and figures, and every message there is about them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from fisioflow_cli.messages.birthday import birthday
from fisioflow_cli.messages.daily_report import DailyFigures, daily_report
from fisioflow_cli.messages.data_integrity import ADVICE, Finding, data_integrity
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


def every_message(typed: str) -> dict[str, Rendered]:
    """Every message, with `typed` in each place that holds what a person typed."""
    crew = ((typed, 9), ("Rafael", 3))
    day, week = replace(DAY, by_therapist=crew), replace(WEEK, by_therapist=crew)
    findings = [Finding(check="unusable_phones", count=9, sample=(typed, "7"))]
    return {
        "birthday": birthday(name=typed, clinic=typed),
        "voucher_expiry": voucher(name=typed, clinic=typed, title=typed),
        "daily_report": daily(name=typed, clinic=typed, figures=day),
        "weekly_summary": weekly(name=typed, clinic=typed, figures=week),
        "data_integrity": data_integrity(recipient=typed, clinic=typed, findings=findings),
    }
