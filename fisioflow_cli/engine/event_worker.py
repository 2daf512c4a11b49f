"""One attempt at one event: the run from its lease to what is recorded of it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from fisioflow_cli import log
from fisioflow_cli.engine import retry, telling
from fisioflow_cli.engine.event_ending import EventEnding, Judge
from fisioflow_cli.engine.run import Run
from fisioflow_cli.engine.slots import Daily
from fisioflow_cli.errors import (
    CancelledByHand,
    ConfigurationError,
    DatabaseUnavailable,
    ExitCode,
    FisioFlowError,
    LeaseLost,
    Stop,
)
from fisioflow_cli.ledger import deliveries, events, runs, steps
from fisioflow_cli.ledger.tables import RunStatus

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from fisioflow_cli.engine.control import Control
    from fisioflow_cli.engine.handler import EventWorkflow
    from fisioflow_cli.engine.leases import Held
    from fisioflow_cli.engine.workflow import Result
    from fisioflow_cli.ledger.events import Claimed, EventRow
    from fisioflow_cli.ledger.ledger import Ledger

S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class Attempted:
    """What came of an attempt; without an event nothing was recorded, and another one will follow."""

    event: "EventRow | None" = None
    result: Mapping[str, Any] = field(default_factory=dict)
    exit_code: ExitCode = ExitCode.DONE
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class EventWorker(Generic[S]):
    """Makes attempts at claimed events; shared by the threads of a dispatch."""

    ledger: "Ledger"
    workflows: "Mapping[str, EventWorkflow[S]]"
    services: S
    control: "Control"
    max_attempts: int
    zone: "ZoneInfo"

    def attempt(self, claimed: "Claimed", held: "Held") -> Attempted:
        """Do the event's workflow and record how that ended; raises only what is a defect of ours."""
        if self.control.over:
            self.release(claimed)
            return Attempted()
        with log.bound(claimed.lease.run_id, claimed.event.workflow, None):
            telling.event_started(claimed)
            return self._attempt(claimed, held)

    def _attempt(self, claimed: "Claimed", held: "Held") -> Attempted:
        try:
            return self._record(claimed, self._work(claimed, held))
        except LeaseLost:
            return Attempted()
        except FisioFlowError as error:
            return _unrecorded(error)
        except Exception as error:  # noqa: BLE001  # a result no database can hold, say
            return self._record_failure(claimed, error)

    def release(self, claimed: "Claimed") -> None:
        """Give an event back that nobody has begun with; if that fails its lease tells in the end."""
        ended = self._judge(claimed).released(RunStatus.CANCELLED)
        with suppress(FisioFlowError):
            events.conclude(self.ledger, claimed, ended.conclusion)

    def _work(self, claimed: "Claimed", held: "Held") -> EventEnding:
        workflow = self.workflows.get(claimed.event.workflow or "")
        judge = self._judge(claimed)
        if workflow is None:
            return judge.of_error(_unknown(claimed.event))
        if claimed.cancelled:
            return judge.of_error(CancelledByHand())
        control = self.control.child(workflow.deadline)
        run = self._run(claimed, held, control)
        try:
            self._do(run, workflow, claimed)
            result = workflow.summarise(run, self.services)
            judge = self._informed(judge, run, result)
            return judge.of_result(result, waits=run.waits, resume_at=run.resume_at)
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the event says how it ended
            judge = self._informed_if_possible(judge, run, workflow)
            return judge.of_error(error, own_deadline=not control.bound_by_parent)

    def _do(self, run: Run, workflow: "EventWorkflow[S]", claimed: "Claimed") -> None:
        if claimed.lease.attempt > 1:
            read = partial(steps.of_run, run.ledger, claimed.lease.run_id)
            before = retry.call(read, retry.DATABASE, run.control).value
            run.known.update({step.name: step for step in before})
        try:
            workflow.body(run, claimed.event, self.services)
        except SystemExit as left:
            raise RuntimeError("a body may not end the program") from left
        if claimed.lease.attempt > 1 and not run.waits:
            deliveries.abandon(self.ledger, claimed.lease)

    def _informed_if_possible(self, judge: Judge, run: Run, workflow: "EventWorkflow[S]") -> Judge:
        """With what a stopped attempt has come to; asking for it must not hide what stopped it."""
        try:
            return self._informed(judge, run, workflow.summarise(run, self.services))
        except LeaseLost:
            raise
        except Exception:  # noqa: BLE001
            return replace(judge, now=self.ledger.clock.now())

    def _informed(self, judge: Judge, run: Run, result: "Result") -> Judge:
        settled = not (run.waits or result.pending or result.troubled)
        return replace(
            judge,
            now=self.ledger.clock.now(),
            result=result.data,
            deliveries=() if settled else deliveries.tally(self.ledger, run.id or ""),
            because=run.because,
        )

    def _record(self, claimed: "Claimed", ended: EventEnding) -> Attempted:
        """Tried again while the database is away, but not for longer than the command may take."""
        conclude = partial(events.conclude, self.ledger, claimed, ended.conclusion)
        try:
            event: EventRow | None = retry.call(conclude, retry.DATABASE, self.control).value
        except LeaseLost:
            event = self._recorded_before(claimed, ended)
        if event is not None:
            telling.event_ended(claimed, ended)
        return Attempted(
            event=event,
            result=ended.conclusion.result or {},
            exit_code=ended.exit_code,
            note=ended.note,
        )

    def _recorded_before(self, claimed: "Claimed", ended: EventEnding) -> "EventRow | None":
        """The event, if it was us: a commit whose answer was lost has happened all the same."""
        run = runs.get(self.ledger, claimed.lease.run_id)
        event = events.get(self.ledger, claimed.event.id)
        ours = (
            run is not None
            and event is not None
            and run.attempt == claimed.lease.attempt
            and run.status is ended.conclusion.run_status
            and event.status is ended.conclusion.status
        )
        return event if ours else None

    def _record_failure(self, claimed: "Claimed", error: Exception) -> Attempted:
        ended = self._judge(claimed).of_error(error)
        try:
            return self._record(claimed, ended)
        except FisioFlowError as away:
            return _unrecorded(away)

    def _judge(self, claimed: "Claimed") -> Judge:
        now = self.ledger.clock.now()
        return Judge(claimed=claimed, now=now, max_attempts=self.max_attempts)

    def _run(self, claimed: "Claimed", held: "Held", control: "Control") -> Run:
        event = claimed.event
        local = event.ts.astimezone(self.zone).replace(tzinfo=None)
        return Run(
            id=claimed.lease.run_id,
            slot=replace(Daily().slot(local), label=event.id),
            as_of=event.ts,
            organization=None,
            ledger=self.ledger,
            control=control,
            lease=claimed.lease,
            watch=lambda _step, _items: None,
            heartbeat=held,
            attempt=claimed.lease.attempt,
        )


def _unknown(event: "EventRow") -> ConfigurationError:
    return ConfigurationError(
        f"This program does not know the workflow {event.workflow}, which an event waits for; "
        "install the release that accepted it."
    )


def _unrecorded(error: FisioFlowError) -> Attempted:
    """The database is away: the lease runs out, or its owner is gone, and a later attempt follows."""
    away = DatabaseUnavailable() if isinstance(error, Stop) else error
    return Attempted(exit_code=away.exit_code, note=away.message)
