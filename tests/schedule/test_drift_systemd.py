"""systemd timers held against the registry."""

from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.schedule.drift import Kind
from fisioflow_cli.schedule.systemd import units
from fisioflow_cli.schedule.systemd_reading import as_cron
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.schedule.drifts import COMMANDS, GREENWICH, SAO_PAULO, expected, only, wrong

PRINTED = units(WORKFLOWS, clinic=SAO_PAULO)
NAME = "fisioflow-birthdays.timer"


def with_timer(calendar: str) -> dict[str, str]:
    """The printed units with another OnCalendar= for birthdays."""
    return PRINTED | {NAME: f"[Timer]\n{calendar}\nUnit=fisioflow@birthdays.service\n"}


def test_what_we_print_does_not_drift() -> None:
    assert expected().of_systemd(PRINTED) == []


def test_no_unit_lacks_everything() -> None:
    assert wrong(expected().of_systemd({})) == [(Kind.MISSING, command) for command in COMMANDS]


def test_a_timer_that_is_gone_is_named() -> None:
    less = {name: text for name, text in PRINTED.items() if name != NAME}
    assert wrong(expected().of_systemd(less)) == [(Kind.MISSING, "birthdays")]


def test_a_timer_without_a_zone_goes_by_the_hosts() -> None:
    here = PRINTED[NAME].replace(" America/Sao_Paulo", "")
    drifts = expected(host=GREENWICH).of_systemd(PRINTED | {NAME: here})
    assert wrong(drifts) == [(Kind.WRONG_ZONE, "birthdays")]
    assert wrong(expected(host=SAO_PAULO).of_systemd(PRINTED | {NAME: here})) == []


@pytest.mark.parametrize(
    "calendar",
    [
        "OnCalendar=12:00",
        "OnCalendar=*-*-* 12:00:00 UTC",
        "OnCalendar=Mon..Sun 9:00 America/Sao_Paulo",
        "OnCalendar=Mon..Fri 12:00 UTC\nOnCalendar=Sat,Sun 12:00 UTC",
        "OnCalendar=daily\nOnCalendar=\nOnCalendar=00/3:00",
        "OnCalendar=hourly",
    ],
)
def test_the_same_starts_in_other_words_are_no_drift(calendar: str) -> None:
    assert wrong(expected().of_systemd(with_timer(calendar))) == []


@pytest.mark.parametrize(
    "calendar", ["OnCalendar=Mon..Fri 12:00", "OnCalendar=13:30", "OnBootSec=5m"]
)
def test_other_times_are_different(calendar: str) -> None:
    assert wrong(expected().of_systemd(with_timer(calendar))) == [(Kind.DIFFERENT, "birthdays")]


@pytest.mark.parametrize(
    "calendar", ["*-*-01 12:00", "2026-11-28 12:00", "*-*~03 12:00", "x" * 9999]
)
def test_what_cron_cannot_say_is_not_guessed_at(calendar: str) -> None:
    drift = only(expected().of_systemd(with_timer(f"OnCalendar={calendar}")), Kind.UNREADABLE)
    assert (drift.place, drift.workflow) == (NAME, "birthdays")


def test_a_timer_that_is_not_enabled_starts_nothing_after_a_boot() -> None:
    enabled = frozenset(PRINTED) - {NAME}
    drifts = expected().of_systemd(PRINTED, enabled)
    assert wrong(drifts) == [(Kind.NOT_ENABLED, None)]
    assert only(drifts, Kind.NOT_ENABLED).remedy == f"systemctl enable --now {NAME}"


def test_a_service_of_ones_own_with_its_timer() -> None:
    own = {
        "due.service": "[Service]\nExecStart=-/bin/sh -c 'exec /opt/bin/fisioflow \\\n  due'\n",
        "due.timer": "[Timer]\nOnCalendar=*:0/10\n",
    }
    assert wrong(expected().of_systemd(own)) == []


@pytest.mark.parametrize(
    ("calendar", "cron"),
    [
        ("*-*-* 00,06,12,18:00:00 UTC", "0,6"),
        ("Mon *-*-* 09:00:00 UTC", "MON"),
    ],
)
def test_a_zone_in_the_expression_is_its_own(calendar: str, cron: str) -> None:
    found = as_cron(calendar, ZoneInfo("Asia/Tokyo"))
    assert found is not None
    assert found[1].key == "UTC"
    assert cron


def test_a_calendar_without_a_zone_is_the_hosts() -> None:
    assert as_cron("weekly", SAO_PAULO) == ("0 0 * * 1", SAO_PAULO)
