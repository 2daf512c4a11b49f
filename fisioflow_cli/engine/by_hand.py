"""What a person does about one scheduled run: ends it, or has it tried again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from fisioflow_cli.engine import owner
from fisioflow_cli.engine.report import ALREADY_RUNNING
from fisioflow_cli.errors import SlotTooOld, UsageError
from fisioflow_cli.ledger import again, cancelling, runs
from fisioflow_cli.ledger.runs import Purpose
from fisioflow_cli.ledger.tables import RunStatus

if TYPE_CHECKING:
    from fisioflow_cli.engine.perform import Performer
    from fisioflow_cli.engine.report import Report
    from fisioflow_cli.engine.timetable import Timetable
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.runs import RunRow

S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class ByHand(Generic[S]):
    """The two remedies for the runs of one workflow; `performer` makes the attempts."""

    performer: "Performer[S]"
    table: "Timetable"

    def cancel(self, run: "RunRow") -> "RunRow":
        """End the run: at once, or after the step in hand if somebody works on it; how it is then.

        UsageError if it has ended. What is pending is skipped, what is in flight is in doubt.
        """
        check_cancel(run)
        report = None
        if not run.leased or owner.gone(run.owner):
            report = self.performer.work(run, self.table.slot_of(run.as_of), Purpose.CANCEL)
        if report is None or report.status == ALREADY_RUNNING:
            cancelling.request(self.performer.ledger, run.id)
        found = runs.get(self.performer.ledger, run.id) or run
        if not found.cancelled_by_hand:
            check_cancel(found)  # it may have ended by itself meanwhile
        return found

    def retry(self, run: "RunRow", *, allow_late: bool) -> "Report":
        """Make another attempt at the run; a partial one's failed items are tried by the next generation.

        Raises what `check_retry` does.
        """
        check_retry(self.performer.ledger, run, self.table, allow_late=allow_late)
        slot = self.table.slot_of(run.as_of)
        if run.status is RunStatus.PARTIAL:
            run = again.next_generation(self.performer.ledger, run)
        return self.performer.work(run, slot, Purpose.REOPEN)


def check_cancel(run: "RunRow") -> None:
    """Raise UsageError for a run that there is nothing left to cancel of."""
    if run.cancelled_by_hand:
        raise UsageError(f"Run {run.id} is cancelled already; `fisioflow runs retry` resumes it.")
    if run.settled:
        raise UsageError(f"Run {run.id} has ended: it is {run.status}.")


def check_done(run: "RunRow") -> None:
    """Raise UsageError for a run that there is nothing left to try of."""
    if run.status is RunStatus.COMPLETED:
        raise UsageError(f"Run {run.id} is completed; there is nothing of it to try again.")


def check_retry(ledger: "Ledger", run: "RunRow", table: "Timetable", *, allow_late: bool) -> None:
    """Raise UsageError if nothing is left to do or a newer generation exists, SlotTooOld past its age."""
    check_done(run)
    newer = runs.newer(ledger, run)
    if newer is not None:
        raise UsageError(
            f"Run {run.id} has been done once more since, as run {newer.id} (generation "
            f"{newer.generation}): retry that one."
        )
    if not allow_late and table.too_old(table.slot_of(run.as_of)):
        raise SlotTooOld(
            f"Slot {run.slot} is past the maximum age of {table.workflow.command}; add --allow-late "
            "to try it again all the same."
        )
