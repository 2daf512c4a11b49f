"""Cron expressions compared by what counts: the instants at which they start something."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from cronsim import CronSim, CronSimError

from fisioflow_cli.schedule.zones import leads

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from zoneinfo import ZoneInfo

Timed: TypeAlias = "tuple[str, ZoneInfo]"
"""A cron expression and the zone that its scheduler reads it in."""

YEAR = timedelta(days=366)
WEEK = timedelta(days=7, hours=1)
SECOND = timedelta(seconds=1)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
"""How late a start may be planned: GitHub's starts have an odd minute within the hour."""


def readable(cron: str) -> bool:
    """Whether cron would take these five fields; without the extensions that only cronsim knows."""
    fields = cron.upper().split()
    if len(fields) != 5 or "#" in cron or "L" in {fields[2][:1], fields[4][-1:]}:
        return False
    try:
        CronSim(cron, datetime.min)  # noqa: DTZ901  # only its fields are used
    except (CronSimError, ValueError, OverflowError):
        return False
    return True


def after(cron: str, zone: "ZoneInfo", moment: datetime) -> datetime | None:
    """The first start at or after `moment`, in UTC; None if there is none within 50 years."""
    try:
        return next(CronSim(cron, (moment - SECOND).astimezone(zone))).astimezone(UTC)
    except (StopIteration, OverflowError):
        return None


def before(cron: str, zone: "ZoneInfo", moment: datetime) -> datetime | None:
    """The last start before `moment`, in UTC; None if there was none within 50 years."""
    try:
        return next(CronSim(cron, moment.astimezone(zone), reverse=True)).astimezone(UTC)
    except (StopIteration, OverflowError):
        return None


def within(
    cron: str, zone: "ZoneInfo", since: datetime, length: timedelta = YEAR
) -> "Iterator[datetime]":
    """Every start in the year, or so, after `since`, in UTC, ascending."""
    for moment in CronSim(cron, since.astimezone(zone)):
        if moment - since > length:
            return
        yield moment.astimezone(UTC)


def unserved(
    cron: str, clinic: "ZoneInfo", found: "Collection[Timed]", now: datetime, late: timedelta
) -> datetime | None:
    """The first start of `cron` that none of `found` starts too, within `late`; None if all are served.

    In the year after `now`: all of it if an expression names days or months, else a week of each
    part of it in which the zones' distance is the same, since every other week is like one of these.
    """
    for since, length in _periods(cron, clinic, found, now):
        for moment in within(cron, clinic, since, length):
            starts = (after(one, zone, moment) for one, zone in found)
            if not any(start is not None and start - moment <= late for start in starts):
                return moment
    return None


def _periods(
    cron: str, clinic: "ZoneInfo", found: "Collection[Timed]", now: datetime
) -> "Iterator[tuple[datetime, timedelta]]":
    if any(one.split()[2:4] != ["*", "*"] for one in (cron, *(one for one, _ in found))):
        yield now, YEAR
        return
    yield now, WEEK
    for day, next_day in pairwise(now + timedelta(days=number) for number in range(YEAR.days)):
        if any(_distance(clinic, z, day) != _distance(clinic, z, next_day) for _, z in found):
            yield next_day, WEEK


def _distance(clinic: "ZoneInfo", zone: "ZoneInfo", moment: datetime) -> timedelta:
    here, there = (moment.astimezone(one).replace(tzinfo=None) for one in (clinic, zone))
    return there - here


def grace(
    clinic: "ZoneInfo", zones: "Iterable[ZoneInfo]", now: datetime, least: timedelta = HOUR
) -> timedelta:
    """How late a start may be: `least`, or more where daylight saving time makes every cron later."""
    spreads = (leads(clinic, zone, now.date()) for zone in zones)
    longest = max((found[-1] - found[0] for found in spreads), default=0)
    return max(least, timedelta(minutes=longest))
