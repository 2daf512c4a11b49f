"""The hours at which patients are written to."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEXT_DAYS = 4
"""A day whose window falls into the hour that a change of the clocks leaves out has none."""


@dataclass(frozen=True, kw_only=True)
class SendWindow:
    """From `first` to `last`, local time of the organization; without a window, at any hour."""

    window: tuple[time, time] | None

    def open(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether messages to patients may leave at the instant `now`."""
        if self.window is None:
            return True
        first, last = self.window
        return first <= now.astimezone(zone).time() < last

    def opens(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first instant from `now` on at which they may leave: `now` itself if it is open; UTC."""
        now = now.astimezone(UTC)
        if self.window is None or self.open(now, zone):
            return now
        first, _ = self.window
        today = now.astimezone(zone).date()
        openings = (
            datetime.combine(today + timedelta(days=day), first, zone).replace(fold=fold)
            for day in range(NEXT_DAYS)
            for fold in (0, 1)
        )
        # compared in UTC: two local times of one zone compare as if no clock were ever changed
        instants = (opening.astimezone(UTC) for opening in openings)
        return next(instant for instant in instants if instant >= now and self.open(instant, zone))
