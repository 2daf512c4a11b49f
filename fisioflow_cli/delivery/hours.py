"""The hours at which patients are written to."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo


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
