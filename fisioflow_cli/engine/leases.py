"""The leases of many runs at once: one thread keeps them all alive."""

import threading
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING

from fisioflow_cli.engine.heartbeat import BEATS_PER_LEASE
from fisioflow_cli.errors import CancelledByHand, FisioFlowError, LeaseLost
from fisioflow_cli.ledger import cancelling, events

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.ledger.ledger import Lease, Ledger


class Held:
    """One of the leases, as the thread that works under it sees it."""

    def __init__(self, lease: "Lease", clock: "Clock", until: float) -> None:
        """`until`: the monotonic reading at which it ends unless it is renewed."""
        self.lease, self._clock, self._until = lease, clock, until
        self._taken = self._cancelled = False

    @property
    def lost(self) -> bool:
        """Whether another process has the run, or may have it by now."""
        return self._taken or self._clock.monotonic() >= self._until

    def check(self) -> None:
        """Raise LeaseLost if the lease is lost, CancelledByHand if a person wants the run ended."""
        if self.lost:
            raise LeaseLost
        if self._cancelled:
            raise CancelledByHand

    def renewed(self, until: float) -> None:
        """Remember that it lasts longer now."""
        self._until = until

    def taken(self) -> None:
        """Remember that another process has it."""
        self._taken = True

    def cancelled(self) -> None:
        """Remember that a person wants the run ended."""
        self._cancelled = True


class Leases:
    """Renews, three times in their length and together, the leases that are held at the moment."""

    def __init__(self, ledger: "Ledger", seconds: int) -> None:
        self._ledger, self._seconds = ledger, seconds
        self._held: dict[Lease, Held] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> "Leases":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        # a renewal that hangs on a dead connection holds nobody up: nothing is held any more
        self._thread.join(timeout=self._seconds)

    def hold(self, lease: "Lease", *, since: float) -> Held:
        """Keep a lease alive from now on; it counts from `since`, when it was asked for."""
        held = Held(lease, self._ledger.clock, since + self._seconds)
        with self._lock:
            self._held[lease] = held
        return held

    def drop(self, lease: "Lease") -> None:
        """Renew it no longer: it was given back, or its work has ended badly."""
        with self._lock:
            self._held.pop(lease, None)

    def _beat(self) -> None:
        clock = self._ledger.clock
        while not clock.wait(self._ended, self._seconds / BEATS_PER_LEASE):
            with self._lock:
                held = dict(self._held)
            if not held:
                continue
            asked = clock.monotonic()
            try:
                taken = set(events.renew(self._ledger, list(held), self._seconds))
            except FisioFlowError:
                continue  # the database is away: the leases count down until it answers again
            for lease, one in held.items():
                if lease in taken:
                    one.taken()
                else:
                    one.renewed(asked + self._seconds)
            self._bring_news(held)

    def _bring_news(self, held: "dict[Lease, Held]") -> None:
        """Tell whose run a person wants ended."""
        with suppress(FisioFlowError):  # the database is away: next time
            asked = cancelling.requested(self._ledger, [lease.run_id for lease in held])
            for lease, one in held.items():
                if lease.run_id in asked:
                    one.cancelled()
