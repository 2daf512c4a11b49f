"""When to stop: a deadline or a signal, looked at between steps and while waiting."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from fisioflow_cli.errors import DeadlineReached, Stop

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock


@dataclass(kw_only=True)
class Control:
    """What one command may still do; shared with the signal handler."""

    clock: "Clock"
    deadline: float | None = None
    """A reading of the monotonic clock; None: no limit yet."""
    _stop: Stop | None = None
    _wake: threading.Event = field(default_factory=threading.Event)

    def limit(self, duration: timedelta) -> None:
        """Let the deadline be `duration` from now."""
        self.deadline = self.clock.monotonic() + duration.total_seconds()

    def interrupt(self, stop: Stop) -> None:
        """Ask for an end after the step in hand; safe in a signal handler."""
        self._stop = stop
        # from a thread of its own: the one that the signal interrupts may hold the event's lock
        threading.Thread(target=self._wake.set, daemon=True).start()

    def remaining(self, most: float) -> float:
        """How many seconds a call may take: `most`, or what the deadline leaves."""
        if self.deadline is None:
            return most
        return max(0.1, min(most, self.deadline - self.clock.monotonic()))

    def check(self) -> None:
        """Raise SignalReceived or DeadlineReached if it is time to stop."""
        if self._stop is not None:
            raise self._stop
        if self.deadline is not None and self.clock.monotonic() >= self.deadline:
            raise DeadlineReached

    def outlasts(self, seconds: float) -> bool:
        """Whether the deadline is further away than `seconds`."""
        return self.deadline is None or self.clock.monotonic() + seconds < self.deadline

    def sleep(self, seconds: float) -> None:
        """Wait, unless the deadline comes first (then at once) or a signal arrives: both raise."""
        self.check()
        if not self.outlasts(seconds):
            raise DeadlineReached
        self.clock.wait(self._wake, seconds)
        self.check()
