"""Doing one slot: open or find its run, take the lease, do the body, record how it ended."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from fisioflow_cli import log
from fisioflow_cli.engine import ending, owner, telling
from fisioflow_cli.engine.ending import CODES, Ending
from fisioflow_cli.engine.heartbeat import Heartbeat
from fisioflow_cli.engine.report import ALREADY_RUNNING, PLANNED, Report
from fisioflow_cli.engine.run import Run
from fisioflow_cli.engine.workflow import Result
from fisioflow_cli.errors import (
    CancelledByHand,
    ExitCode,
    FisioFlowError,
    LeaseLost,
    RunInProgress,
)
from fisioflow_cli.ledger import cancelling, deliveries, runs, steps
from fisioflow_cli.ledger.runs import Occasion, Purpose
from fisioflow_cli.ledger.tables import RunStatus

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.engine.control import Control
    from fisioflow_cli.engine.slots import Slot
    from fisioflow_cli.engine.workflow import Workflow
    from fisioflow_cli.ledger.ledger import Lease, Ledger
    from fisioflow_cli.ledger.runs import RunRow

S = TypeVar("S")
RAN_OUT = "The lease ran out while the database was away; a later start does the rest."


@dataclass(frozen=True, kw_only=True)
class Performer(Generic[S]):
    """Does the slots of one workflow, for one scope, on one ledger."""

    workflow: "Workflow[S]"
    services: S
    ledger: "Ledger"
    control: "Control"
    organization: str | None
    lease_seconds: int
    remembers: bool
    """False: there is no ledger yet, which only a dry run tolerates."""
    watch: Callable[[str, int], None]
    """Told of each step's progress."""
    begun: Callable[[], None] = lambda: None
    """Told whenever it has taken a run's lease to work on it."""

    @property
    def clock(self) -> "Clock":
        """The clock everything here goes by."""
        return self.ledger.clock

    def perform(self, slot: "Slot", as_of: datetime, *, force: bool = False) -> Report:
        """Do a slot, unless it is done (then its earlier report) or somebody is doing it (who).

        Raises RunInProgress if it is forced meanwhile, and DatabaseUnavailable if even that could
        not be recorded.
        """
        occasion = Occasion(
            workflow=self.workflow.id, slot=slot.label, scope=self.organization or "all"
        )
        found = runs.latest(self.ledger, occasion)
        if found and found.settled and not force:
            with log.bound(found.id, found.workflow, found.slot):
                return self.elsewhere(found)
        if found and force and found.leased and not owner.gone(found.owner):
            raise RunInProgress
        if found is None or force:
            generation = found.generation + 1 if found else 1
            runs.open_run(self.ledger, occasion, generation=generation, as_of=as_of)
            found = runs.latest(self.ledger, occasion)
        assert found is not None  # noqa: S101  # just opened
        return self.work(found, slot)

    def work(self, row: "RunRow", slot: "Slot", purpose: Purpose = Purpose.GO_ON) -> Report:
        """Make an attempt at a run that is there, unless somebody is making one (who)."""
        with log.bound(row.id, row.workflow, row.slot):
            return self._take(row, slot, purpose)

    def rehearse(self, slot: "Slot", as_of: datetime) -> Report:
        """Go through a slot without writing anything anywhere; what it would do."""
        run = Run(
            id=None,
            slot=slot,
            as_of=as_of,
            organization=self.organization,
            ledger=self.ledger,
            control=self.control,
            lease=None,
            remembers=self.remembers,
            watch=self.watch,
        )
        stopped = self._body(run)
        return Report(
            run_id=None,
            workflow=self.workflow.id,
            slot=slot.label,
            environment=self.ledger.environment,
            status=stopped.status if stopped else PLANNED,
            result=self.workflow.summarise(run, self.services).data,
            note=stopped.note if stopped else None,
            exit_code=stopped.exit_code if stopped else ExitCode.DONE,
        )

    def give_up(self, row: "RunRow", slot: "Slot", note: str, code: ExitCode) -> Report | None:
        """Close an unfinished run that no start will resume; None if somebody works on it.

        It failed, `note` says why; its pending messages are skipped, a request in flight is in doubt.
        What a person wanted ended is cancelled instead.
        """
        if row.cancel_requested_at is not None:
            ended = self.work(row, slot)
            return None if ended.status == ALREADY_RUNNING else ended
        lease = self._lease(row)
        if lease is None:
            return None
        with log.bound(row.id, row.workflow, row.slot):
            deliveries.abandon(self.ledger, lease)
            run = self._run(row, slot, lease, None)
            result = self.workflow.summarise(run, self.services)
            given_up = Ending(status=RunStatus.FAILED, exit_code=code, note=note)
            return self._finish(row, lease, given_up, result)

    def _take(self, row: "RunRow", slot: "Slot", purpose: Purpose) -> Report:
        """Do the run as soon as its lease is ours; who has it otherwise."""
        asked = self.clock.monotonic()
        lease = self._lease(row, purpose)
        if lease is None:
            return self.elsewhere(runs.get(self.ledger, row.id) or row)
        telling.started(row, lease)
        self.begun()
        ends = purpose is Purpose.CANCEL or (
            purpose is Purpose.GO_ON and row.cancel_requested_at is not None
        )
        with Heartbeat(self.ledger, lease, self.lease_seconds, since=asked) as heartbeat:
            run = self._run(row, slot, lease, heartbeat)
            return self._attempt(row, run, lease, self._end_by_hand if ends else self._body)

    def _lease(self, run: "RunRow", purpose: Purpose = Purpose.GO_ON) -> "Lease | None":
        gone = run.leased and owner.gone(run.owner)
        if run.leased and not gone:
            return None
        me, seconds = owner.current(), self.lease_seconds
        return runs.acquire(self.ledger, run, me, seconds, owner_gone=gone, purpose=purpose)

    def _run(self, row: "RunRow", slot: "Slot", lease: "Lease", heartbeat: Heartbeat | None) -> Run:
        return Run(
            id=row.id,
            slot=slot,
            as_of=row.as_of,
            organization=None if row.scope == "all" else row.scope,
            ledger=self.ledger,
            control=self.control,
            lease=lease,
            heartbeat=heartbeat,
            attempt=lease.attempt,
            watch=self.watch,
            known={step.name: step for step in steps.of_run(self.ledger, row.id)},
        )

    def _attempt(
        self, row: "RunRow", run: Run, lease: "Lease", do: Callable[[Run], Ending | None]
    ) -> Report:
        try:
            stopped = do(run)
            if stopped is not None and stopped.by_hand:
                by_hand = cancelling.BY_HAND
                deliveries.abandon(self.ledger, lease, pending=by_hand, sending=by_hand)
            elif stopped is None and not run.waits:
                deliveries.abandon(self.ledger, lease)
            ended, result = self._conclude(run, stopped)
            return self._finish(row, lease, ended, result)
        except LeaseLost:
            return self._overtaken(row, lease)

    def _body(self, run: Run) -> Ending | None:
        """None if the body came to its end."""
        try:
            self.workflow.body(run, self.services)
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, the run says how it ended
            return ending.of_error(error)
        return None

    def _end_by_hand(self, run: Run) -> Ending:
        """What a person has cancelled is not begun with again."""
        del run
        return ending.of_error(CancelledByHand())

    def _conclude(self, run: Run, stopped: Ending | None) -> tuple[Ending, Result]:
        try:
            result = self.workflow.summarise(run, self.services)
        except FisioFlowError:
            raise
        except Exception as error:  # noqa: BLE001  # as in the body
            return stopped or ending.of_error(error), Result(data={})
        return stopped or ending.of_result(result, waits=run.waits), result

    def _finish(self, row: "RunRow", lease: "Lease", ended: Ending, result: Result) -> Report:
        runs.finish(
            self.ledger,
            lease,
            ended.status,
            result=dict(result.data),
            error=ended.note,
            by_hand=ended.by_hand,
        )
        done = runs.get(self.ledger, row.id) or replace(row, attempt=lease.attempt)
        report = Report.of(done, status=ended.status, note=ended.note, code=ended.exit_code)
        return telling.ended(replace(report, waits=ended.waits))

    def _overtaken(self, row: "RunRow", lease: "Lease") -> Report:
        """The lease is over: somebody else has the run, or nobody if only the database was away."""
        found = runs.get(self.ledger, row.id) or row
        if found.attempt == lease.attempt:
            with suppress(LeaseLost):
                code = ExitCode.TRY_LATER
                away = Ending(status=RunStatus.TIMED_OUT, exit_code=code, note=RAN_OUT)
                return self._finish(row, lease, away, Result(data=found.result or {}))
        return self.elsewhere(runs.get(self.ledger, row.id) or row)

    def elsewhere(self, run: "RunRow") -> Report:
        """What another process has made of a run, or is making of it."""
        if run.settled:
            done = Report.of(run, status=run.status, reused=True, code=CODES[run.status])
            return telling.ended(done)
        note = f"{owner.describe(run.owner)} is working on it (attempt {run.attempt})."
        return telling.ended(Report.of(run, status=ALREADY_RUNNING, note=note))
