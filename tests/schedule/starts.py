"""When cron would start something, as cronsim (a model of Debian's cron) tells."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim

SINCE = date(2026, 6, 1)
YEAR = timedelta(days=365)


def starts(lines: tuple[str, ...], zone: ZoneInfo) -> list[datetime]:
    """Every start in the year after SINCE by a cron in `zone`, in UTC, ascending."""
    begin = datetime.combine(SINCE, time(4, 35), UTC)  # no cron line starts in the hour before
    found: list[datetime] = []
    for line in lines:
        every = (moment.astimezone(UTC) for moment in CronSim(line, begin.astimezone(zone)))
        found += takewhile(lambda moment: moment < begin + YEAR, every)
    return sorted(found)
