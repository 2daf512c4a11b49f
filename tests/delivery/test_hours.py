"""The send window: when it is open, and when it opens next."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.delivery.hours import SendWindow

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
RIO_BRANCO = ZoneInfo("America/Rio_Branco")
NEW_YORK = ZoneInfo("America/New_York")
DAYTIME = SendWindow(window=(time(8), time(20)))
ALWAYS = SendWindow(window=None)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "is_open"),
    [("10:59", False), ("11:00", True), ("22:59", True), ("23:00", False), ("03:00", False)],
)
def test_window_is_that_of_the_organizations_clock(clock: str, *, is_open: bool) -> None:
    """08:00 to 20:00 in São Paulo is 11:00 to 23:00 in UTC."""
    now = utc(f"2026-11-23T{clock}")
    assert DAYTIME.open(now, SAO_PAULO) is is_open
    assert ALWAYS.open(now, SAO_PAULO)


def test_window_is_another_instant_in_another_zone() -> None:
    now = utc("2026-11-23T12:30")
    assert DAYTIME.open(now, SAO_PAULO)
    assert not DAYTIME.open(now, RIO_BRANCO)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23T10:59:59", "2026-11-23T11:00"),
        ("2026-11-23T11:00", "2026-11-23T11:00"),
        ("2026-11-23T15:30", "2026-11-23T15:30"),
        ("2026-11-23T23:00", "2026-11-24T11:00"),
        ("2026-11-24T02:59", "2026-11-24T11:00"),
        ("2026-12-31T23:30", "2027-01-01T11:00"),
    ],
)
def test_next_opening_is_the_next_morning_or_now(now: str, opens: str) -> None:
    assert DAYTIME.opens(utc(now), SAO_PAULO) == utc(opens)
    assert DAYTIME.opens(utc(now).astimezone(SAO_PAULO), SAO_PAULO) == utc(opens)
    assert ALWAYS.opens(utc(now), SAO_PAULO) == utc(now)


def test_next_opening_is_in_utc() -> None:
    assert DAYTIME.opens(utc("2026-11-23T03:00"), SAO_PAULO).tzinfo is UTC
    assert ALWAYS.opens(utc("2026-11-23T03:00").astimezone(SAO_PAULO), SAO_PAULO).tzinfo is UTC


@pytest.mark.parametrize(
    ("window", "now", "opens"),
    [
        # 02:00 to 03:00 does not exist in New York on 8 March 2026
        ((time(2, 30), time(5)), "2026-03-08T05:00", "2026-03-08T07:30"),
        ((time(2, 15), time(2, 45)), "2026-03-08T05:00", "2026-03-09T06:15"),
        ((time(8), time(20)), "2026-03-08T02:00", "2026-03-08T12:00"),
        # 01:00 to 02:00 is there twice on 1 November 2026
        ((time(1, 30), time(5)), "2026-11-01T05:10", "2026-11-01T05:30"),
        ((time(1, 30), time(1, 40)), "2026-11-01T06:10", "2026-11-01T06:30"),
        ((time(8), time(20)), "2026-11-01T03:00", "2026-11-01T13:00"),
    ],
)
def test_change_of_the_clocks_makes_no_opening_that_is_shut(
    window: tuple[time, time], now: str, opens: str
) -> None:
    hours = SendWindow(window=window)
    found = hours.opens(utc(now), NEW_YORK)
    assert found == utc(opens)
    assert hours.open(found, NEW_YORK)
