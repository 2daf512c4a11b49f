"""How an attempt at an event ends: completed, waiting for something, or dead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fisioflow_cli.engine import backoff
from fisioflow_cli.errors import (
    CancelledByHand,
    ConfigurationError,
    DeadlineReached,
    EventRefused,
    ExitCode,
    FisioFlowError,
    QuotaExhausted,
    SignalReceived,
    Stop,
    TryLater,
    unexpected,
)
from fisioflow_cli.ledger.cancelling import BY_HAND
from fisioflow_cli.ledger.events import Conclusion
from fisioflow_cli.ledger.tables import DeliveryState, EventStatus, RunStatus

if TYPE_CHECKING:
    from fisioflow_cli.engine.workflow import Result
    from fisioflow_cli.ledger.deliveries import Tally
    from fisioflow_cli.ledger.events import Claimed

MISFIT_DELAY = timedelta(minutes=10)
"""How long an event waits for somebody to mend the settings."""
SOONEST = timedelta(seconds=1)
"""What waits for an instant that is past already does not come back in a circle."""
GIVEN_UP = {
    DeliveryState.PENDING: DeliveryState.FAILED,
    DeliveryState.SENDING: DeliveryState.IN_DOUBT,
}
"""What becomes of the open deliveries of an event that goes dead."""
UNBEGUN = "The dispatch that had it ended before it began; the next one takes it up."
UNSETTLED = (DeliveryState.FAILED, DeliveryState.IN_DOUBT)


@dataclass(frozen=True, kw_only=True)
class EventEnding:
    """What is recorded of an attempt, and what the dispatch tells the shell of it."""

    conclusion: Conclusion
    exit_code: ExitCode = ExitCode.DONE
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Judges one attempt, at the instant `now`."""

    claimed: "Claimed"
    now: datetime
    max_attempts: int
    result: Mapping[str, Any] = field(default_factory=dict)
    """What the workflow's `summarise` told."""
    deliveries: "Sequence[Tally]" = ()
    """How the run's deliveries stand; need not be known of what has completed."""
    because: str | None = None
    """What the body said that it waits for."""

    def of_error(self, error: Exception, *, own_deadline: bool = False) -> EventEnding:
        """The ending of an attempt that `error` stopped.

        `own_deadline`: the time that is up was the attempt's, not the whole command's.
        """
        if isinstance(error, CancelledByHand):
            return self._by_hand()
        said = error.message if isinstance(error, FisioFlowError) else unexpected(error)
        match error:
            case DeadlineReached() if own_deadline:
                return self._failed("The attempt took longer than it may.", RunStatus.TIMED_OUT)
            case SignalReceived():
                return self.released(RunStatus.CANCELLED, said)
            case Stop():
                return self.released(RunStatus.TIMED_OUT, said)
            case EventRefused():
                return self._dead(said, RunStatus.FAILED)
            case ConfigurationError():
                ended = self._waiting(MISFIT_DELAY, RunStatus.FAILED, said)
                return EventEnding(
                    conclusion=ended.conclusion, exit_code=ExitCode.CONFIGURATION, note=said
                )
            case TryLater():
                # not counted; so it is the attempts that make the pauses longer
                pause = backoff.delay(self.claimed.lease.attempt)
                code = ExitCode.TRY_LATER if isinstance(error, QuotaExhausted) else ExitCode.DONE
                ended = self._waiting(pause, RunStatus.TIMED_OUT, said)
                return EventEnding(conclusion=ended.conclusion, exit_code=code, note=said)
        return self._failed(said, RunStatus.FAILED)

    def of_result(
        self, result: "Result", *, waits: bool, resume_at: datetime | None
    ) -> EventEnding:
        """The ending of an attempt that came to its end; with `waits` something is left to do."""
        if waits or result.pending:
            if resume_at is None:
                return self._failed(self._open(result), RunStatus.TIMED_OUT)
            pause = max(resume_at - self.now, SOONEST)
            return self._waiting(pause, RunStatus.TIMED_OUT, self._open(result))
        if result.troubled:
            return self._dead(self._trouble(result), RunStatus.PARTIAL)
        return self._end(EventStatus.COMPLETED, RunStatus.COMPLETED)

    def _by_hand(self) -> EventEnding:
        """Discarded, because a person wanted the attempt ended."""
        result = cancelled(self.result, self.deliveries)
        return self._end(EventStatus.DISCARDED, RunStatus.CANCELLED, error=BY_HAND, result=result)

    def released(self, run_status: RunStatus, said: str = UNBEGUN) -> EventEnding:
        """Back to waiting as it was: due, at its old place among those that are, with its old error."""
        due_at = min(self.claimed.event.due_at, self.now)
        error = self.claimed.event.error or said
        ended = self._end(EventStatus.WAITING, run_status, due_at=due_at, error=error)
        return replace(ended, conclusion=replace(ended.conclusion, run_error=said))

    def _waiting(self, pause: timedelta, run_status: RunStatus, error: str) -> EventEnding:
        due_at = self.now + pause
        return self._end(EventStatus.WAITING, run_status, due_at=due_at, error=error)

    def _failed(self, error: str, run_status: RunStatus) -> EventEnding:
        failures = self.claimed.event.failures + 1
        if failures >= self.max_attempts:
            told = f"Given up, {failures} failures: {error}"
            return self._dead(told, RunStatus.FAILED, failures=failures)
        return self._end(
            EventStatus.WAITING,
            run_status,
            due_at=self.now + backoff.delay(failures),
            error=error,
            failures=failures,
        )

    def _dead(
        self, error: str, run_status: RunStatus, *, failures: int | None = None
    ) -> EventEnding:
        result = given_up(self.result, self.deliveries)
        return self._end(
            EventStatus.DEAD, run_status, error=error, failures=failures, result=result
        )

    def _end(
        self,
        status: EventStatus,
        run_status: RunStatus,
        *,
        due_at: datetime | None = None,
        error: str | None = None,
        failures: int | None = None,
        result: Mapping[str, Any] | None = None,
    ) -> EventEnding:
        return EventEnding(
            conclusion=Conclusion(
                status=status,
                run_status=run_status,
                due_at=due_at,
                failures=self.claimed.event.failures if failures is None else failures,
                error=error,
                result=dict(self.result if result is None else result),
            )
        )

    def _open(self, result: "Result") -> str:
        said = _told(self.deliveries, tuple(GIVEN_UP)) or self.because
        # what is open and none of this run's deliveries is another run's
        what = "pending with another run" if result.pending else "pending"
        return said or _plainly(result.pending or 1, what, self.result)

    def _trouble(self, result: "Result") -> str:
        if said := _told(self.deliveries, UNSETTLED):
            return said
        # what an earlier run of the event left in doubt is that run's
        doubts = min(self.result.get("in_doubt") or 0, result.troubled)
        told = [f"{doubts} in doubt since an earlier run"] if doubts else []
        if failed := result.troubled - doubts:
            told.append(_plainly(failed, "failed", self.result))
        return "; ".join(told)


def cancelled(result: Mapping[str, Any], deliveries: "Sequence[Tally]") -> dict[str, Any]:
    """A result as it stands once a person has ended its run: unsent ones skipped, others in doubt."""
    changed = dict(result)
    if not {"pending", "in_doubt", "skipped"} <= changed.keys():
        return changed
    for row in deliveries:
        if row.state not in GIVEN_UP:
            continue
        moved = min(row.count, changed["pending"])
        changed["pending"] -= moved
        if row.state is DeliveryState.SENDING:
            changed["in_doubt"] += moved
        else:
            before = changed["skipped"].get(BY_HAND, 0)
            changed["skipped"] = {**changed["skipped"], BY_HAND: before + moved}
    return changed


def given_up(result: Mapping[str, Any], deliveries: "Sequence[Tally]") -> dict[str, Any]:
    """A result as it stands once the open deliveries are closed: unsent ones failed, others in doubt."""
    changed = dict(result)
    for row in deliveries:
        outcome = GIVEN_UP.get(row.state)
        if outcome is not None and {"pending", outcome} <= changed.keys():
            moved = min(row.count, changed["pending"])
            changed["pending"] -= moved
            changed[outcome] += moved
    return changed


def _told(deliveries: "Sequence[Tally]", states: tuple[DeliveryState, ...]) -> str:
    """`1 failed: invalid_phone; 2 in doubt: interrupted`."""
    return "; ".join(
        f"{row.count} {row.state.replace('_', ' ')}" + (f": {row.reason}" if row.reason else "")
        for row in deliveries
        if row.state in states
    )


def _plainly(count: int, what: str, result: Mapping[str, Any]) -> str:
    reason = result.get("reason")
    return f"{count} {what}: {reason}" if isinstance(reason, str) else f"{count} {what}"
