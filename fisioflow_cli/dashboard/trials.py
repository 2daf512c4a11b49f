"""The attempts that a dashboard has begun: at work, or how their processes ended."""

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime

MOST = 100
"""Of so many runs the newest attempt is remembered."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One attempt at a run, in a process of its own."""

    asked_at: datetime
    code: int | None = None
    """The exit code, or minus a signal's number; None: it is at work."""
    told: str = ""
    """What the process said about it: sentences for a person, one to a line."""


@dataclass
class Trials:
    """The newest attempt at each run, as far as this dashboard began it; for any thread."""

    turns: int = 0
    """Another number as soon as anything here has changed."""
    _newest: dict[str, Trial] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, run_id: str, at: datetime) -> bool:
        """Note an attempt that is at work from now on; False if there is one already."""
        with self._lock:
            known = self._newest.pop(run_id, None)
            is_new = known is None or known.code is not None
            self._newest[run_id] = Trial(asked_at=at) if is_new or known is None else known
            if len(self._newest) > MOST:
                del self._newest[next(iter(self._newest))]
            self.turns += 1
            return is_new

    def end(self, run_id: str, code: int, told: str) -> None:
        """Note how the attempt ended."""
        with self._lock:
            if run_id in self._newest:
                self._newest[run_id] = replace(self._newest[run_id], code=code, told=told)
                self.turns += 1

    def of(self, run_id: str) -> Trial | None:
        """The newest attempt at this run; None if this dashboard began none."""
        with self._lock:
            return self._newest.get(run_id)
