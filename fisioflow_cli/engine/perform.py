"""Doing one slot: open or find its run, take the lease, do the body, record how it ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from fisioflow_cli.engine import owner
from fisioflow_cli.engine.heartbeat import Heartbeat
from fisioflow_cli.engine.report import ALREADY_RUNNING, PLANNED, Report
from fisioflow_cli.engine.run import Run
from fisioflow_cli.errors import (
    ConfigurationError,
    DatabaseUnavailable,
    DeadlineReached,
    ExitCode,
    FisioFlowError,
    LeaseLost,
    RunInProgress,
    SignalReceived,
    TryLater,
)
from fisioflow_cli.ledger import runs, steps
from fisioflow_cli.ledger.runs import Occasion
from fisioflow_cli.ledger.tables import RunStatus

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.engine.control import Control
    from fisioflow_cli.engine.slots import Slot
    from fisioflow_cli.engine.workflow import Result, Workflow
    from fisioflow_cli.ledger.ledger import Lease, Ledger
    from fisioflow_cli.ledger.runs import RunRow

S = TypeVar("S")
CODES = {
    RunStatus.COMPLETED: ExitCode.DONE,
    RunStatus.PARTIAL: ExitCode.PARTIAL,
    RunStatus.TIMED_OUT: ExitCode.TRY_LATER,
    RunStatus.FAILED: ExitCode.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How an attempt ended."""

    status: RunStatus
    exit_code: ExitCode
    note: str | None = None


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

    @property
    def clock(self) -> "Clock":
        """The clock everything here goes by."""
        return self.ledger.clock

    def perform(self, slot: "Slot", as_of: datetime, *, force: bool = False) -> Report:
        """Do a slot, unless it is done (then its earlier report) or somebody is doing it (who)."""
        occasion = Occasion(
            workflow=self.workflow.id, slot=slot.label, scope=self.organization or "all"
        )
        found = runs.latest(self.ledger, occasion)
        if found and found.settled and not force:
            return self._reused(found)
        if found is None or (force and not self._worked_on(found)):
            generation = found.generation + 1 if found else 1
            runs.open_run(self.ledger, occasion, generation=generation, as_of=as_of)
            found = runs.latest(self.ledger, occasion)
        elif force:
            raise RunInProgress
        assert found is not None  # noqa: S101  # just opened
        lease = self._lease(found)
        if lease is None:
            return self._somebody_else(occasion)
        return self._attempt(replace(found, attempt=lease.attempt), slot, lease)

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
        self.workflow.body(run, self.services)
        return Report(
            run_id=None,
            workflow=self.workflow.id,
            slot=slot.label,
            environment=self.ledger.environment,
            status=PLANNED,
            result=self.workflow.summarise(run, self.services).data,
        )

    def _worked_on(self, run: "RunRow") -> bool:
        return run.leased and not owner.gone(run.owner)

    def _lease(self, run: "RunRow") -> "Lease | None":
        gone = run.leased and owner.gone(run.owner)
        if run.leased and not gone:
            return None
        return runs.acquire(self.ledger, run, owner.current(), self.lease_seconds, owner_gone=gone)

    def _attempt(self, row: "RunRow", slot: "Slot", lease: "Lease") -> Report:
        with Heartbeat(self.ledger, lease, self.lease_seconds) as heartbeat:
            run = Run(
                id=row.id,
                slot=slot,
                as_of=row.as_of,
                organization=self.organization,
                ledger=self.ledger,
                control=self.control,
                lease=lease,
                heartbeat=heartbeat,
                attempt=lease.attempt,
                watch=self.watch,
                known={step.name: step for step in steps.of_run(self.ledger, row.id)},
            )
            try:
                ending = self._body(run)
                result = self.workflow.summarise(run, self.services)
                ending = _judge(ending, result)
                runs.finish(
                    self.ledger, lease, ending.status, result=dict(result.data), error=ending.note
                )
            except LeaseLost:
                return self._report(
                    row, status=ALREADY_RUNNING, note="Another process has taken this run over."
                )
        done = runs.get(self.ledger, row.id)
        return self._report(
            done or row, status=ending.status, note=ending.note, code=ending.exit_code
        )

    def _body(self, run: Run) -> "Ending | None":
        """None if the body came to its end."""
        try:
            self.workflow.body(run, self.services)
        except (LeaseLost, DatabaseUnavailable):
            raise
        except SignalReceived as stop:
            return Ending(
                status=RunStatus.CANCELLED,
                exit_code=ExitCode(128 + stop.signal_number),
                note=stop.message,
            )
        except (DeadlineReached, TryLater) as stop:
            return Ending(
                status=RunStatus.TIMED_OUT, exit_code=ExitCode.TRY_LATER, note=stop.message
            )
        except ConfigurationError as error:
            return Ending(
                status=RunStatus.FAILED, exit_code=ExitCode.CONFIGURATION, note=error.message
            )
        except FisioFlowError as error:
            return Ending(status=RunStatus.FAILED, exit_code=error.exit_code, note=error.message)
        except Exception as error:  # noqa: BLE001  # its text may hold personal data: only where and what kind
            return Ending(status=RunStatus.FAILED, exit_code=ExitCode.FAILED, note=_locate(error))
        return None

    def _reused(self, run: "RunRow") -> Report:
        return self._report(run, status=run.status, reused=True, code=CODES[run.status])

    def _somebody_else(self, occasion: Occasion) -> Report:
        run = runs.latest(self.ledger, occasion)
        assert run is not None  # noqa: S101  # it was there a moment ago, and runs are never deleted
        if run.settled:
            return self._reused(run)
        note = f"{owner.describe(run.owner).capitalize()} is working on {run.slot} since attempt {run.attempt} began."
        return self._report(run, status=ALREADY_RUNNING, note=note)

    def _report(
        self,
        run: "RunRow",
        *,
        status: str,
        note: str | None = None,
        reused: bool = False,
        code: ExitCode = ExitCode.DONE,
    ) -> Report:
        result: Mapping[str, Any] = run.result if isinstance(run.result, dict) else {}
        return Report(
            run_id=run.id,
            workflow=run.workflow,
            slot=run.slot,
            environment=run.environment,
            status=status,
            reused=reused,
            attempt=run.attempt,
            started_at=run.started_at,
            finished_at=run.finished_at,
            result=result,
            note=note,
            exit_code=code,
        )


def _judge(ending: "Ending | None", result: "Result") -> Ending:
    """What a body that came to its end amounts to."""
    if ending is not None:
        return ending
    if result.pending:
        return Ending(
            status=RunStatus.TIMED_OUT,
            exit_code=ExitCode.TRY_LATER,
            note=f"{result.pending} left pending; a later start does them.",
        )
    status = RunStatus.PARTIAL if result.troubled else RunStatus.COMPLETED
    return Ending(status=status, exit_code=CODES[status])


def _locate(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" in {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else ""
    return f"An unexpected {type(error).__name__}{place}; please report it."
