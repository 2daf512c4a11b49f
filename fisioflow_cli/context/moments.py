"""Moments as people type them: a date, a local time, an instant, or how long ago."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fisioflow_cli.console import shortened
from fisioflow_cli.errors import UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
LONGEST = timedelta(days=366 * 100)


def parse_instant(text: str, *, now: datetime, zone: "ZoneInfo") -> datetime:
    """The instant that was typed, UTC; UsageError for anything else.

    `2026-11-23` is the beginning of that day and `2026-11-23T06:00` that time, both in `zone`, unless
    an offset or `Z` stands behind; `90s`, `30m`, `24h`, `7d`, `2w`, or a sum of them, is so long before
    `now`.
    """
    found = _ago(text, now) if text.isascii() else None
    if found is None:
        found = _moment(text, zone)
    if found is None:
        raise UsageError(
            f"{shortened(text)} is no moment; write a date such as 2026-11-23, a time such as "
            "2026-11-23T06:00, or how long ago, such as 24h or 7d."
        )
    return found


def _ago(text: str, now: datetime) -> datetime | None:
    parts = re.findall(r"([0-9]{1,6})([wdhms])", text)
    if not parts or "".join(map("".join, parts)) != text:
        return None
    ago = sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    return now - ago if ago < LONGEST else None


def _moment(text: str, zone: "ZoneInfo") -> datetime | None:
    if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
