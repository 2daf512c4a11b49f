"""Caring for runs by hand: cancelled, or tried again, one at a time or all that a filter means."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.context.history import History, WantedRuns, find_run
from fisioflow_cli.engine import by_hand, owner
from fisioflow_cli.engine.by_hand import ByHand
from fisioflow_cli.engine.signals import heeded
from fisioflow_cli.engine.start import timetable
from fisioflow_cli.errors import LedgerMissing, UsageError
from fisioflow_cli.ledger import cancelling, events, pages, runs
from fisioflow_cli.ledger.cancelling import BY_HAND
from fisioflow_cli.ledger.tables import EventStatus
from fisioflow_cli.workflows.registry import EVENT_WORKFLOWS, WORKFLOWS

if TYPE_CHECKING:
    from datetime import timedelta

    from fisioflow_cli.context.context import Context
    from fisioflow_cli.context.databases import Databases
    from fisioflow_cli.engine.report import Report
    from fisioflow_cli.engine.timetable import Timetable
    from fisioflow_cli.engine.workflow import Workflow
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.runs import RunRow
    from fisioflow_cli.workflows.services import Services


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How runs are to be tried again."""

    allow_late: bool = False
    maximum_duration: "timedelta | None" = None


@dataclass(frozen=True, kw_only=True)
class RunCare:
    """The two remedies for the runs of one ledger's environment."""

    context: "Context"
    databases: "Databases"

    @property
    def ledger(self) -> "Ledger":
        """Where the runs are."""
        return self.databases.ledger

    def find(self, prefix: str) -> "RunRow":
        """The run whose id begins so; UnknownRun otherwise, UsageError if it is another environment's."""
        run = find_run(self.ledger, prefix)
        here = self.ledger.environment
        if run.environment != here:
            raise UsageError(
                f"Run {run.id} belongs to {run.environment}; this is {here}, see FISIOFLOW_ENV."
            )
        return run

    def to_cancel(self, wanted: WantedRuns) -> "Iterator[RunRow]":
        """The runs that are meant and have not ended, newest first; read in pages."""
        return self._allowed(wanted, self.check_cancel)

    def to_retry(self, wanted: WantedRuns, trial: Trial) -> "Iterator[RunRow]":
        """The runs that are meant and that `retry` would try again now, newest first; read in pages."""
        return self._allowed(wanted, lambda run: self.check_retry(run, trial))

    def cancel(self, run: "RunRow") -> "RunRow":
        """End a run: at once, or after the step in hand if somebody works on it; how it is then."""
        if is_of_event(run):
            return self._cancel_event(run)
        with self._by_hand(workflow_of(run), run, needs=()) as hand:
            return hand.cancel(run)

    def retry(self, run: "RunRow", trial: Trial) -> "Report":
        """Try a scheduled run again; what that came to."""
        workflow = workflow_of(run)
        by_hand.check_retry(self.ledger, run, self._table(workflow), allow_late=trial.allow_late)
        with self._by_hand(workflow, run, needs=workflow.needs) as hand:
            control = hand.performer.control
            control.limit(trial.maximum_duration or workflow.deadline)
            with heeded(control):
                return hand.retry(run, allow_late=trial.allow_late)

    def retry_event(self, run: "RunRow") -> "EventRow":
        """Let the event of a run be due again; UsageError unless it is dead or was cancelled."""
        self._check_event(run)
        event = events.retry(self.ledger, run.slot)
        if event is None:
            raise UsageError(
                f"Event {run.slot} has changed meanwhile; see `fisioflow events show`."
            )
        return event

    def _allowed(self, wanted: WantedRuns, check: "Callable[[RunRow], None]") -> "Iterator[RunRow]":
        asked = History(ledger=self.ledger, zone=self.context.zone).filter(wanted)
        return (run for run in pages.every(self.ledger, asked) if _passes(run, check))

    def check_cancel(self, run: "RunRow") -> None:
        """Raise UsageError for a run that there is nothing left to cancel of."""
        by_hand.check_cancel(run)

    def check_retry(self, run: "RunRow", trial: Trial) -> None:
        """Raise UsageError for a run that `retry` would not try again now."""
        if run.leased and not owner.gone(run.owner):
            raise UsageError(f"Run {run.id} is being worked on.")
        if is_of_event(run):
            self._check_event(run)
        else:
            table = self._table(workflow_of(run))
            by_hand.check_retry(self.ledger, run, table, allow_late=trial.allow_late)

    def _check_event(self, run: "RunRow") -> None:
        by_hand.check_done(run)
        event = events.get(self.ledger, run.slot)
        if event is None or event.run_id != run.id:
            raise UsageError(f"Event {run.slot} has a newer run; see `fisioflow events show`.")
        cancelled = event.status is EventStatus.DISCARDED and event.error == BY_HAND
        if event.status is not EventStatus.DEAD and not cancelled:
            raise UsageError(
                f"Event {event.id} is {event.status}; only one that is dead, or whose run was cancelled "
                "by hand, is retried."
            )

    @contextmanager
    def _by_hand(
        self, workflow: "Workflow[Services]", run: "RunRow", *, needs: tuple[str, ...]
    ) -> "Iterator[ByHand[Services]]":
        organization = None if run.scope == "all" else run.scope
        with self.context.channels(needs) as channels:
            performer = self.context.performer(self.databases, channels, workflow, organization)
            yield ByHand(performer=performer, table=self._table(workflow))

    def _table(self, workflow: "Workflow[Services]") -> "Timetable":
        return timetable(workflow, self.context.clock, self.context.zone)

    def _cancel_event(self, run: "RunRow") -> "RunRow":
        by_hand.check_cancel(run)
        gone = run.leased and owner.gone(run.owner)
        done = None
        if not run.leased or gone:
            done = events.cancel(self.ledger, run, owner_gone=gone)
        if done is None and not cancelling.request(self.ledger, run.id):
            raise UsageError(
                f"Event {run.slot} has ended, or has a newer run; see `fisioflow events show`."
            )
        return runs.get(self.ledger, run.id) or run


@contextmanager
def open_run_care(context: "Context") -> Iterator[RunCare]:
    """The remedies on this context's ledger; LedgerMissing where nothing has ever run."""
    with context.databases() as databases:
        if not databases.inspect():
            raise LedgerMissing
        yield RunCare(context=context, databases=databases)


def is_of_event(run: "RunRow") -> bool:
    """Whether an event started the run, not a schedule."""
    return run.workflow in {workflow.id for workflow in EVENT_WORKFLOWS}


def workflow_of(run: "RunRow") -> "Workflow[Services]":
    """The scheduled workflow of a run; UsageError if this program does not know it."""
    found = next((workflow for workflow in WORKFLOWS if workflow.id == run.workflow), None)
    if found is None:
        raise UsageError(
            f"This program does not know the workflow {run.workflow}; install the release that ran it."
        )
    return found


def _passes(run: "RunRow", check: "Callable[[RunRow], None]") -> bool:
    try:
        check(run)
    except UsageError:
        return False
    return True
