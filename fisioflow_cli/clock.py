"""The time: the only module that asks the system what time it is, or that sleeps."""

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The system's time; `starting_at` shifts it, so that a demo or a test lives on another day.

    A shifted clock runs on from there at the usual speed: durations stay true.
    """

    starting_at: datetime | None = None
    _began: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        if self.starting_at is None:
            return datetime.now(UTC)
        return datetime.fromtimestamp(
            self.starting_at.timestamp() + self.monotonic() - self._began, UTC
        )

    def monotonic(self) -> float:
        """Seconds that only ever grow: for durations and deadlines, never shifted."""
        return time.monotonic()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Sleep, but no longer than until `event` is set; true if it was."""
        return event.wait(max(0.0, seconds))


def zone_named(name: str) -> ZoneInfo | None:
    """The IANA time zone of this name; None if there is none, or its name is no name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
