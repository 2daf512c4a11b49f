"""One dispatch from start to end: what is claimed, who works on it, when it is over."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from fisioflow_cli.engine import owner, retry
from fisioflow_cli.engine.heartbeat import BEATS_PER_LEASE
from fisioflow_cli.engine.summary import Account, Finished, Summary
from fisioflow_cli.errors import (
    DeadlineReached,
    ExitCode,
    FisioFlowError,
    SignalReceived,
    Stop,
    unexpected,
)
from fisioflow_cli.ledger import events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fisioflow_cli.engine.dispatcher import Dispatcher
    from fisioflow_cli.engine.event_worker import Attempted, EventWorker
    from fisioflow_cli.engine.leases import Leases
    from fisioflow_cli.ledger.events import Claimed

S = TypeVar("S")
T = TypeVar("T")
POLL_SECONDS = 0.5
"""How long an event that comes while there is nothing to do waits at most."""
SHORTEST_POLL_SECONDS = 0.02
"""And how long if something was to be done just before: a short pipe is soon read."""
THREADS_PER_SPARE = 4
"""One event more per so many threads is claimed ahead, so that no thread waits for the next one.

Not many more: what is urgent and comes later must not wait behind them.
"""


@dataclass(kw_only=True)
class Shift(Generic[S]):
    """One call of `Dispatcher.work`; everything here is done by the thread that calls it."""

    dispatcher: "Dispatcher[S]"
    worker: "EventWorker[S]"
    leases: "Leases"
    pool: ThreadPoolExecutor
    account: Account = field(default_factory=Account)
    me: "Mapping[str, Any]" = field(default_factory=owner.current)
    _in_hand: "dict[Future[Attempted], Claimed]" = field(default_factory=dict)
    _begun: int = 0
    _next_sweep: float = float("-inf")
    _poll: float = SHORTEST_POLL_SECONDS

    def work(self, feeding: Callable[[], bool]) -> Summary:
        """Claim and work until it is over; then let what is in hand come to its end."""
        try:
            self._go_on(feeding)
        except Stop:
            pass
        except FisioFlowError as error:
            self.account.remark(error.exit_code, error.message)
        finally:
            self._release_queued()
        while self._in_hand:
            self._settle(None)
        self._note_stop()
        return self.account.close()

    def _go_on(self, feeding: Callable[[], bool]) -> None:
        control = self.dispatcher.control
        while True:
            control.check()
            more_may_come = feeding() and not self._used_up  # asked before looking, not after
            self._sweep()
            claimed = self._claim()
            if self._in_hand:
                self._poll = SHORTEST_POLL_SECONDS
                self._settle(POLL_SECONDS)
            elif not claimed:
                if not more_may_come:
                    return
                control.rest(self._poll)
                self._poll = min(2 * self._poll, POLL_SECONDS)

    @property
    def _used_up(self) -> bool:
        most = self.dispatcher.limits.most
        return most is not None and self._begun >= most

    def _sweep(self) -> None:
        """Free what dead processes have left, at the start and then as often as leases are renewed."""
        ledger, now = self.dispatcher.ledger, self.dispatcher.control.clock.monotonic()
        if now >= self._next_sweep:
            self._next_sweep = now + self.dispatcher.lease_seconds / BEATS_PER_LEASE
            self._call(partial(events.free_abandoned, ledger, owner.gone))

    def _claim(self) -> "list[Claimed]":
        room = self._room()
        if room <= 0:
            return []
        ledger, seconds = self.dispatcher.ledger, self.dispatcher.lease_seconds
        asked = self.dispatcher.control.clock.monotonic()
        claimed = self._call(partial(events.claim, ledger, self.me, seconds, most=room))
        for one in claimed:
            held = self.leases.hold(one.lease, since=asked)
            self._in_hand[self.pool.submit(self.worker.attempt, one, held)] = one
        self._begun += len(claimed)
        return claimed

    def _room(self) -> int:
        """How many may be claimed: several at a time, so that not every event costs a transaction."""
        limits, in_hand = self.dispatcher.limits, len(self._in_hand)
        if in_hand > limits.concurrency:
            return 0
        room = limits.concurrency + limits.concurrency // THREADS_PER_SPARE - in_hand
        return room if limits.most is None else min(room, limits.most - self._begun)

    def _settle(self, seconds: float | None) -> None:
        """Wait for attempts to end and account for them."""
        done, _ = wait(self._in_hand, timeout=seconds, return_when=FIRST_COMPLETED)
        for future in done:
            self.leases.drop(self._in_hand.pop(future).lease)
            self._account(future)

    def _account(self, future: "Future[Attempted]") -> None:
        try:
            attempted = future.result()
        except Exception as defect:  # noqa: BLE001  # it must not keep the other events waiting
            self.account.remark(ExitCode.FAILED, unexpected(defect))
            return
        self.account.remark(attempted.exit_code, attempted.note)
        if attempted.event is not None:
            finished = Finished(event=attempted.event, result=attempted.result)
            self.account.add(finished)
            self.dispatcher.finished(finished)

    def _release_queued(self) -> None:
        for future, claimed in list(self._in_hand.items()):
            if future.cancel():
                del self._in_hand[future]
                self.leases.drop(claimed.lease)
                self.worker.release(claimed)

    def _note_stop(self) -> None:
        try:
            self.dispatcher.control.check()
        except SignalReceived as stop:
            self.account.remark(ExitCode(128 + stop.signal_number), stop.message)
        except DeadlineReached as stop:
            if self._something_is_due():
                self.account.remark(ExitCode.TRY_LATER, stop.message)

    def _something_is_due(self) -> bool:
        try:
            due = events.next_due(self.dispatcher.ledger)
        except FisioFlowError:
            return True
        return due is not None and due <= self.dispatcher.ledger.clock.now()

    def _call(self, do: Callable[[], T]) -> T:
        return retry.call(do, retry.DATABASE, self.dispatcher.control).value
