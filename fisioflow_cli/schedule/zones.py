"""Cron expressions in another time zone, for a cron that only knows its host's."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from cronsim import CronSim

MINUTES_AN_HOUR, HOURS_A_DAY, DAYS_A_WEEK = 60, 24, 7
MINUTES_A_DAY = MINUTES_AN_HOUR * HOURS_A_DAY


def leads(clinic: ZoneInfo, host: ZoneInfo, since: date) -> tuple[int, ...]:
    """By how many minutes the host's clock is ahead of the clinic's in the year after `since`.

    Ascending; more than one where a zone has daylight saving time. Compared once a day, at noon UTC:
    two zones that change in the same night count as one that never changes.
    """
    first = datetime.combine(since, time(12), UTC)
    return tuple(sorted({_lead(clinic, host, first + timedelta(days=day)) for day in range(366)}))


def _lead(clinic: ZoneInfo, host: ZoneInfo, moment: datetime) -> int:
    here, there = (moment.astimezone(zone).replace(tzinfo=None) for zone in (clinic, host))
    return int((there - here).total_seconds()) // 60


def moved(cron: str, minutes: int) -> tuple[str, ...]:
    """The cron expressions that start `minutes` after `cron`, on the next or previous day if need be.

    Several where hours of one expression fall on different days of the week or different minutes.
    Raises ValueError for a day of the month, whose next day has no fixed number.
    """
    _, _, day, month, _ = cron.split()
    if (day, month) != ("*", "*"):
        raise ValueError(f"{cron} names a day of the month: it cannot be moved across midnight")
    if minutes == 0:
        return (cron,)
    parsed = CronSim(cron, datetime.min)  # noqa: DTZ901  # only its fields are used
    hours: dict[tuple[str, int], set[int]] = defaultdict(set)
    for hour, minute in product(parsed.hours, parsed.minutes):
        days, rest = divmod(hour * MINUTES_AN_HOUR + minute + minutes, MINUTES_A_DAY)
        hours[_weekdays(parsed, days), rest % MINUTES_AN_HOUR].add(rest // MINUTES_AN_HOUR)
    return tuple(_expressions(hours))


def _expressions(hours: Mapping[tuple[str, int], Collection[int]]) -> Iterator[str]:
    """The hours by weekday and minute, in as few expressions as cron needs."""
    minutes: dict[tuple[str, str], set[int]] = defaultdict(set)
    for (weekdays, minute), found in hours.items():
        minutes[weekdays, _field(found, HOURS_A_DAY)].add(minute)
    for (weekdays, hour), found in sorted(minutes.items()):
        yield f"{_field(found, MINUTES_AN_HOUR)} {hour} * * {weekdays}"


def _weekdays(parsed: CronSim, days: int) -> str:
    numbers = {weekday for weekday in parsed.weekdays if isinstance(weekday, int)}
    return _field({(number + days) % DAYS_A_WEEK for number in numbers}, DAYS_A_WEEK)


def _field(values: Collection[int], size: int) -> str:
    return "*" if len(values) == size else ",".join(map(str, sorted(values)))
