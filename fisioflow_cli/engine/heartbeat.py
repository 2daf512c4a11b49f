"""The heartbeat: keeps a lease alive from a thread of its own while a run works."""

import threading
from types import TracebackType
from typing import TYPE_CHECKING

from fisioflow_cli.errors import CancelledByHand, FisioFlowError, LeaseLost
from fisioflow_cli.ledger import cancelling, runs

if TYPE_CHECKING:
    from fisioflow_cli.ledger.ledger import Lease, Ledger

BEATS_PER_LEASE = 3


class Heartbeat:
    """Renews a lease three times in its length; `check` tells the working thread what that brought."""

    def __init__(
        self, ledger: "Ledger", lease: "Lease", seconds: int, *, since: float | None = None
    ) -> None:
        """`since`: the monotonic reading when the lease was asked for; it counts from there."""
        self._ledger, self._lease, self._seconds = ledger, lease, seconds
        self._ended = threading.Event()
        self._held_until = (ledger.clock.monotonic() if since is None else since) + seconds
        self._lost = self._cancelled = False
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        # a renewal that hangs on a dead connection holds nobody up: it finds the run finished
        self._thread.join(timeout=self._seconds)

    @property
    def lost(self) -> bool:
        """Whether another process has the run, or may have it by now."""
        return self._lost or self._ledger.clock.monotonic() >= self._held_until

    def check(self) -> None:
        """Raise LeaseLost if the lease is lost, CancelledByHand if a person wants the run ended."""
        if self.lost:
            raise LeaseLost
        if self._cancelled:
            raise CancelledByHand

    def _beat(self) -> None:
        clock = self._ledger.clock
        while not clock.wait(self._ended, self._seconds / BEATS_PER_LEASE) and not self._lost:
            asked = clock.monotonic()
            try:
                renewed = runs.renew(self._ledger, self._lease, self._seconds)
                if renewed:
                    self._held_until = asked + self._seconds
                self._lost = not renewed
                self._cancelled = bool(cancelling.requested(self._ledger, [self._lease.run_id]))
            except FisioFlowError:
                continue  # the database is away: the lease counts down until it answers again
