"""The pacer: how fast each provider is asked, by all threads together."""

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fisioflow_cli import log

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.engine.control import Control
    from fisioflow_cli.gateways.gateway import Gateway

SHORT_REST = 10.0
"""A gateway that may be asked again within so many seconds is waited for."""


@dataclass(kw_only=True)
class Pacer:
    """Spaces the requests to each gateway, and remembers who asked for a pause; safe in threads."""

    clock: "Clock"
    per_second: Mapping[str, float] = field(default_factory=dict)
    """The rate by channel; a channel that is not named is not slowed down."""
    patience: float = math.inf
    """How long a thread itself sits out a pause it was asked for; what takes longer is postponed."""
    _next: dict[str, float] = field(default_factory=dict)
    _rests_until: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def turn(self, channel: str, control: "Control") -> None:
        """Wait for the channel's next turn; raises `Stop` if the deadline or a signal comes first.

        A turn beyond the deadline is left to others.
        """
        control.check()
        if (wait := self._reserve(channel, control)) > 0:
            control.sleep(wait)

    def _reserve(self, channel: str, control: "Control") -> float:
        rate = self.per_second.get(channel)
        if rate is None:
            return 0.0
        with self._lock:
            now = self.clock.monotonic()
            turn = max(now, self._next.get(channel, now))
            if control.outlasts(turn - now):
                self._next[channel] = turn + 1 / rate
            return turn - now

    def pause(self, gateway: str, seconds: float) -> None:
        """Remember that a provider asked not to be called for so long; the longest pause wins."""
        log.tell("provider.paused", level=log.WARNING, provider=gateway, seconds=round(seconds, 3))
        with self._lock:
            until = self.clock.monotonic() + seconds
            self._rests_until[gateway] = max(until, self._rests_until.get(gateway, until))

    def rests(self, gateway: str) -> float:
        """How many seconds of a pause are left; 0 if it may be asked."""
        with self._lock:
            until = self._rests_until.get(gateway)
        return 0.0 if until is None else max(0.0, until - self.clock.monotonic())

    def admit(self, gateway: "Gateway", channel: str, control: "Control") -> float:
        """Wait until a request may be made, and give 0; or the seconds of a pause that is too long.

        A message that does not leave this machine waits for no turn. Raises `Stop` as `turn` does.
        """
        if rest := self._wait_while_short(gateway.name, control):
            return rest
        if gateway.leaves:
            self.turn(channel, control)
        return self._wait_while_short(gateway.name, control)

    def sits_out(self, seconds: float, control: "Control", *, before: float = 0.0) -> bool:
        """Whether a pause just asked for is slept through, rather than postponed.

        `before`: the seconds already slept for this message; one short pause after the other is long.
        """
        return before + seconds <= self.patience and control.outlasts(seconds)

    def _wait_while_short(self, gateway: str, control: "Control") -> float:
        while (rest := self.rests(gateway)) > 0:
            if rest > min(SHORT_REST, self.patience) or not control.outlasts(rest):
                return rest
            control.sleep(rest)
        return 0.0
