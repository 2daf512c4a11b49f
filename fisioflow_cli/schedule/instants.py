"""Cron expressions compared by what counts: the instants at which they start something."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cronsim import CronSim, CronSimError

from fisioflow_cli.schedule.zones import leads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from zoneinfo import ZoneInfo

YEAR = timedelta(days=366)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
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


def within(cron: str, zone: "ZoneInfo", since: datetime) -> "Iterator[datetime]":
    """Every start in the year after `since`, in UTC, ascending."""
    for moment in CronSim(cron, since.astimezone(zone)):
        if moment - since > YEAR:
            return
        yield moment.astimezone(UTC)


def unserved(
    meant: "Iterable[datetime]", found: "Iterable[tuple[str, ZoneInfo]]", grace: timedelta
) -> datetime | None:
    """The first of `meant` that none of `found` starts within `grace`; None if all are served."""
    expressions = list(found)
    for moment in meant:
        starts = (after(cron, zone, moment) for cron, zone in expressions)
        if not any(start is not None and start - moment <= grace for start in starts):
            return moment
    return None


def grace(clinic: "ZoneInfo", zones: "Iterable[ZoneInfo]", now: datetime) -> timedelta:
    """How late a start may be: an hour, or more if daylight saving time makes it so for every cron."""
    spreads = (leads(clinic, zone, now.date()) for zone in zones)
    longest = max((found[-1] - found[0] for found in spreads), default=0)
    return max(HOUR, timedelta(minutes=longest))
