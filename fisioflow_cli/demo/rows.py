"""What all demo rows are made with: their ids, their instants and their own dice."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

Row = dict[str, object]

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
PREFIX = "demo-"


def dice(topic: str) -> Random:
    """The same numbers on every build; each topic has its own, so that none disturbs another."""
    return Random(f"fisioflow demo: {topic}")  # noqa: S311  # invented people, not secrets


def identifier(kind: str, number: int) -> str:
    """An id that sorts by number and shows at sight that the row is invented."""
    return f"{PREFIX}{kind}-{number:04}"


def instant(day: date, hour: int, minute: int = 0, *, zone: ZoneInfo = SAO_PAULO) -> datetime:
    """The UTC instant of a local time."""
    return datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)


def days_before(day: date, days: int) -> date:
    """The date so many days earlier."""
    return day - timedelta(days=days)
