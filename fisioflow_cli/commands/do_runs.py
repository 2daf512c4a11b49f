"""What is done about runs by hand, one or many."""

import sys
from abc import ABC
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from fisioflow_cli import console, settings
from fisioflow_cli.commands import show_events, show_report, show_runs
from fisioflow_cli.commands.execute import progress
from fisioflow_cli.commands.remedy import Remedy
from fisioflow_cli.console import plain
from fisioflow_cli.context.context import Context
from fisioflow_cli.context.history import WantedRuns
from fisioflow_cli.context.run_care import RunCare, Trial, is_of_event, open_run_care
from fisioflow_cli.engine.report import Report
from fisioflow_cli.ledger.events import EventRow
from fisioflow_cli.ledger.runs import RunRow

if TYPE_CHECKING:
    from collections.abc import Iterator

Outcome = TypeVar("Outcome")


@dataclass(kw_only=True)
class RunRemedy(Remedy[RunCare, WantedRuns, RunRow, Outcome], ABC):
    """One for runs."""

    listed = show_runs.LISTED
    which = "Name one run, or say which with --workflow, --status, --since, --slot or --org."

    @contextmanager
    def opened(self) -> "Iterator[RunCare]":
        """The runs of this process's settings, with a display of what is under way."""
        with progress() as watch:
            context = Context(settings=settings.from_process(), watch=watch)
            with open_run_care(context) as care:
                yield care

    def line(self, outcome: Outcome) -> str:
        """Which run or event, and how it stands."""
        one = self.document(outcome)
        words = (one.get("run_id") or one.get("event_id"), one["status"])
        return "  ".join(plain(word) for word in words)


class Cancelling(RunRemedy[RunRow]):
    """`runs cancel`."""

    what = "runs are to be cancelled"

    def meant(self, care: RunCare, wanted: WantedRuns) -> "Iterator[RunRow]":
        """Those that have not ended and have not been asked to."""
        return (
            run for run in care.to_cancel(wanted) if not (run.leased and run.cancel_requested_at)
        )

    def check(self, care: RunCare, row: RunRow) -> None:
        """Whether there is anything left to cancel of it."""
        care.check_cancel(row)

    def apply(self, care: RunCare, row: RunRow) -> RunRow:
        """End it, or ask whoever works on it to."""
        return care.cancel(row)

    def document(self, outcome: RunRow) -> dict[str, Any]:
        """The run as it is now."""
        return show_runs.run_document(outcome)

    def show(self, outcome: RunRow) -> None:
        """Whether it has ended or will."""
        ended = f"{outcome.id} is cancelled."
        ends = f"{outcome.id} ends after the step in hand; `fisioflow runs watch` shows when."
        console.out().print(ended if outcome.cancelled_by_hand else ends)


@dataclass(kw_only=True)
class Retrying(RunRemedy[Report | EventRow]):
    """`runs retry`."""

    what = "runs are to be tried again"
    trial: Trial
    reports: list[Report] = field(default_factory=list)
    """Those of the scheduled runs that were tried."""

    def meant(self, care: RunCare, wanted: WantedRuns) -> "Iterator[RunRow]":
        """Those with something left to try."""
        return care.to_retry(wanted, self.trial)

    def check(self, care: RunCare, row: RunRow) -> None:
        """Whether there is anything left to try of it, not too late, and nobody at it."""
        care.check_retry(row, self.trial)

    def apply(self, care: RunCare, row: RunRow) -> Report | EventRow:
        """The report of a scheduled run, or the event that waits now."""
        if is_of_event(row):
            return care.retry_event(row)
        report = care.retry(row, self.trial)
        self.codes.add(report.final_code)
        self.reports.append(report)
        return report

    def document(self, outcome: Report | EventRow) -> dict[str, Any]:
        """The report's document, or the event's."""
        return outcome.document() if isinstance(outcome, Report) else show_events.document(outcome)

    def tell(self, outcome: Report | EventRow) -> None:
        """As the workflow's own command does."""
        super().tell(outcome)
        if isinstance(outcome, Report):
            show_report.remark(outcome)

    def show(self, outcome: Report | EventRow) -> None:
        """The report where there is anything to tell, or the event."""
        if not isinstance(outcome, Report):
            console.out().print(f"{plain(outcome.id)} waits for the next dispatch.")
        elif outcome.final_code or sys.stdout.isatty():
            show_report.show(outcome)
