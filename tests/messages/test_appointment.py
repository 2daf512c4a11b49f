"""What patients read about an appointment."""

import re
from datetime import date, datetime

import pytest

from fisioflow_cli.messages.appointment import (
    When,
    appointment_cancellation,
    appointment_confirmation,
)
from fisioflow_cli.messages.rendered import Rendered
from tests.messages.conftest import Compare
from tests.messages.samples import CLINIC, MONDAY, WHEN, reminder

REMINDER = reminder(therapist="Paula Ferreira", place="Sala 2")
CONFIRMATION = appointment_confirmation(name="Ana", clinic=CLINIC, when=WHEN)
CANCELLATION = appointment_cancellation(name="Ana", clinic=CLINIC, when=WHEN)
EVERY = {
    "appointment_reminder": REMINDER,
    "appointment_confirmation": CONFIRMATION,
    "appointment_cancellation": CANCELLATION,
}
# what would tell about health, wherever it stood
CLINICAL = re.compile(r"fisioterap|sess[ãõ]|tratament|avalia|pilates|dor\b|consulta", re.IGNORECASE)
STARTS_AT = datetime(2026, 11, 24, 14, 30)  # noqa: DTZ001  # clinic-local


@pytest.mark.parametrize("name", EVERY)
def test_it_looks_as_approved(snapshot: Compare, name: str) -> None:
    snapshot(name, EVERY[name])


@pytest.mark.parametrize("message", EVERY.values(), ids=EVERY)
def test_the_template_gets_name_day_time_and_clinic(message: Rendered) -> None:
    assert message.parameters == ("Ana", "24/11/2026", "14:30", "Clínica Movimento")


@pytest.mark.parametrize("message", EVERY.values(), ids=EVERY)
def test_it_says_nothing_about_health(message: Rendered) -> None:
    for said in (message.subject, message.html, message.text, message.short):
        assert not CLINICAL.search(said)


@pytest.mark.parametrize("message", EVERY.values(), ids=EVERY)
def test_every_form_names_day_time_and_clinic(message: Rendered) -> None:
    for said in (message.html, message.text, message.short):
        assert "terça-feira, 24 de novembro de 2026" in said
        assert "14:30" in said
        assert "Equipe" in said
        assert CLINIC in said


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 11, 24), "hoje, às 14:30"),
        (date(2026, 11, 23), "amanhã, às 14:30"),
        (date(2026, 11, 22), "em 24/11/2026, às 14:30"),
        (date(2026, 11, 25), "em 24/11/2026, às 14:30"),
        (None, "em 24/11/2026, às 14:30"),
    ],
)
def test_the_day_is_said_as_one_says_it(today: date | None, said: str) -> None:
    assert When.of(STARTS_AT, today).said == said


def test_hours_and_minutes_have_two_digits() -> None:
    assert When.of(datetime(2026, 11, 24, 8, 5), MONDAY).clock == "08:05"  # noqa: DTZ001


def test_what_is_not_known_is_left_out() -> None:
    bare = reminder()
    for said in (bare.html, bare.text, bare.short):
        assert "Profissional" not in said
        assert "Local" not in said
    assert "\n\n\n" not in bare.short


def test_what_is_cancelled_is_struck_through() -> None:
    assert CANCELLATION.html.count("line-through") == 2
    assert "line-through" not in REMINDER.html
