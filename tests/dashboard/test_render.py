"""How instants, durations, counts and typed text are written."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.dashboard.render import ago, breaks, duration, moment, number
from tests.dashboard.scene import NOON

ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 ms"),
        (0.0842, "84 ms"),
        (1.25, "1.25 s"),
        (12.44, "12.4 s"),
        (185, "3 min 05 s"),
        (7800, "2 h 10 min"),
        (3_600_000, "1\u202f000 h 00 min"),
    ],
)
def test_durations(seconds: float, said: str) -> None:
    assert duration(seconds) == duration(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(seconds=-3), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=9), "9 d ago"),
        (timedelta(hours=-3), "in 3 h"),
    ],
)
def test_ages(age: timedelta, said: str) -> None:
    assert ago(age) == said


def test_instants_are_local_with_the_day_unless_it_is_today() -> None:
    now = NOON.astimezone(ZONE)
    assert ">12:00:00<" in moment(NOON, ZONE, now)
    assert ">22 Nov 12:00<" in moment(NOON - timedelta(days=1), ZONE, now)
    assert ">23 Nov 2025, 12:00<" in moment(NOON - timedelta(days=365), ZONE, now)
    assert 'datetime="2026-11-23T15:00:00+00:00"' in moment(NOON, ZONE, now)
    assert moment(None, ZONE, now) == "–"


def test_the_day_is_the_clinics() -> None:
    """01:00 UTC is still the evening before in São Paulo."""
    late = datetime(2026, 11, 24, 1, tzinfo=ZoneInfo("UTC"))
    assert ">22:00:00<" in moment(late, ZONE, NOON.astimezone(ZONE))


def test_counts_have_room_between_their_thousands() -> None:
    assert (number(999), number(1_234_567)) == ("999", "1\u202f234\u202f567")


def test_a_long_name_may_break_behind_its_dots_and_is_escaped() -> None:
    assert breaks("email/send.<b>") == "email/<wbr>send.<wbr>&lt;b&gt;"
    assert breaks("a\u202eb\x00c") == "abc"
