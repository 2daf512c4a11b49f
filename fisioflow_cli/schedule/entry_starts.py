"""When an entry starts: enough to tell it from another, and how far it is from a time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from fisioflow_cli.schedule.instants import after, before

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fisioflow_cli.schedule.entry import Entry

ENOUGH = 48
HALF_A_DAY = timedelta(hours=12)


def some_starts(entry: "Entry", now: datetime) -> "Iterator[datetime]":
    """The first starts of an entry, enough to tell it from another."""
    moment: datetime | None = now
    for _ in range(ENOUGH):
        if entry.cron is None or moment is None:
            return
        moment = after(entry.cron, entry.zone, moment)
        if moment is not None:
            yield moment
            moment += timedelta(minutes=1)


def longest_gap(entry: "Entry", now: datetime) -> timedelta:
    """The longest pause in the near future; none for what is kept running."""
    starts = list(some_starts(entry, now))
    if entry.cron is None:
        return timedelta()
    return max((later - one for one, later in pairwise(starts)), default=timedelta.max)


def gap(entry: "Entry", missed: datetime) -> timedelta | None:
    """How long after `missed` the nearest start is, negative if before; None if it never comes."""
    found = [look(entry.cron, entry.zone, missed) for look in (before, after) if entry.cron]
    gaps = [moment.astimezone(UTC) - missed for moment in found if moment is not None]
    return min(gaps, key=abs, default=None)


def nearest(entries: "Iterable[Entry]", missed: datetime) -> "Entry":
    """The one of these entries, of which there is one, that starts nearest to `missed`."""
    gaps = ((entry, gap(entry, missed)) for entry in entries)
    far = {entry: timedelta.max if found is None else abs(found) for entry, found in gaps}
    return min(far, key=far.__getitem__)


def distance(entry: "Entry", missed: datetime) -> str:
    """How far from `missed` the nearest start is, in words."""
    if entry.cron is None:
        return "it is started when the host starts"
    found = gap(entry, missed)
    if found is None or abs(found) > HALF_A_DAY:
        return "it is not started that day"
    minutes = abs(int(found.total_seconds())) // 60
    early = found < timedelta()
    return f"starts {minutes // 60}:{minutes % 60:02} h {'early' if early else 'late'}"
