"""When to stop: a deadline or a signal, looked at between steps and while waiting."""

import threading
from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from fisioflow_cli.errors import DeadlineReached, Stop

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock


@dataclass(kw_only=True)
class Control:
    """What one command, or one of the attempts it makes, may still do; safe to share by threads."""

    clock: "Clock"
    deadline: float | None = None
    """A reading of the monotonic clock; None: no limit yet."""
    _stop: Stop | None = None
    _wake: threading.Event = field(default_factory=threading.Event)
    _parent: "Control | None" = None

    def child(self, duration: timedelta) -> "Control":
        """A control that ends with this one, and by itself `duration` from now."""
        made = Control(clock=self.clock, _wake=self._wake, _parent=self)
        made.limit(duration)
        return made

    def limit(self, duration: timedelta) -> None:
        """Let the deadline be `duration` from now."""
        self.deadline = self.clock.monotonic() + duration.total_seconds()

    def interrupt(self, stop: Stop) -> None:
        """Ask for an end after the step in hand, of all that share this; safe in a signal handler."""
        if self._parent is not None:
            self._parent.interrupt(stop)
            return
        self._stop = stop
        # from a thread of its own: the one that the signal interrupts may hold the event's lock
        threading.Thread(target=self._wake.set, daemon=True).start()

    @property
    def bound_by_parent(self) -> bool:
        """Whether the parent's deadline comes first: running into it says nothing of the attempt."""
        above = self._parent.ends if self._parent is not None else None
        return above is not None and (self.deadline is None or above <= self.deadline)

    @property
    def ends(self) -> float | None:
        """The earliest deadline of its own or above it; a reading of the monotonic clock."""
        above = self._parent.ends if self._parent is not None else None
        return min((end for end in (self.deadline, above) if end is not None), default=None)

    def remaining(self, most: float) -> float:
        """How many seconds a call may take: `most`, or what the deadline leaves."""
        ends = self.ends
        if ends is None:
            return most
        return max(0.1, min(most, ends - self.clock.monotonic()))

    @property
    def over(self) -> bool:
        """Whether it is time to stop."""
        return self._asked() is not None or not self.outlasts(0)

    def check(self) -> None:
        """Raise SignalReceived or DeadlineReached if it is time to stop."""
        if (stop := self._asked()) is not None:
            raise copy(stop)  # each thread its own: raising it writes its traceback into it
        if not self.outlasts(0):
            raise DeadlineReached

    def outlasts(self, seconds: float) -> bool:
        """Whether the deadline is further away than `seconds`."""
        ends = self.ends
        return ends is None or self.clock.monotonic() + seconds < ends

    def sleep(self, seconds: float) -> None:
        """Wait, unless the deadline comes first (then at once) or a signal arrives: both raise."""
        self.check()
        if not self.outlasts(seconds):
            raise DeadlineReached
        self.clock.wait(self._wake, seconds)
        self.check()

    def rest(self, seconds: float) -> None:
        """Wait so long, or until the deadline or a signal: neither raises."""
        self.clock.wait(self._wake, self.remaining(seconds))

    def _asked(self) -> Stop | None:
        return self._parent._asked() if self._parent is not None else self._stop
