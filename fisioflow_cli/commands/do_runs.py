"""Doing something about one run or many: which, whether it is confirmed, and what came of it."""

import json
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from fisioflow_cli import console, settings
from fisioflow_cli.commands import show_report, show_runs
from fisioflow_cli.commands.confirm import confirm, tell_done
from fisioflow_cli.commands.execute import progress
from fisioflow_cli.commands.show_events import document as event_document
from fisioflow_cli.console import plain
from fisioflow_cli.context.context import Context
from fisioflow_cli.context.history import History, WantedRuns
from fisioflow_cli.context.run_care import RunCare, Trial, is_of_event, open_run_care
from fisioflow_cli.engine.report import URGENCY, Report
from fisioflow_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.ledger.run_filter import RunFilter
    from fisioflow_cli.ledger.runs import RunRow

SIGNALLED = (ExitCode.INTERRUPTED, ExitCode.TERMINATED)


@dataclass(kw_only=True)
class Remedy(ABC):
    """A remedy as a command offers it."""

    dry_run: bool
    yes: bool
    as_json: bool
    what: str = field(init=False)
    """`runs are to be cancelled`."""
    codes: set[ExitCode] = field(default_factory=set)

    def one_or_many(self, prefix: str | None, wanted: WantedRuns) -> ExitCode:
        """Apply it to the run named, or to all that are meant; the exit code."""
        if (prefix is None) == (wanted == WantedRuns()):
            raise UsageError("Name one run, or say which with --workflow, --status or --since.")
        with progress() as watch:
            context = Context(settings=settings.from_process(), watch=watch)
            with open_run_care(context) as care:
                if prefix is None:
                    self._many(care, wanted)
                elif self.dry_run:
                    self._list([care.find(prefix)])
                else:
                    self.show(self.apply(care, care.find(prefix)))
        return next((code for code in (*SIGNALLED, *URGENCY) if code in self.codes), ExitCode.DONE)

    @abstractmethod
    def meant(self, care: RunCare, wanted: "RunFilter") -> "Iterator[RunRow]":
        """The runs it would change."""

    @abstractmethod
    def apply(self, care: RunCare, run: "RunRow") -> Any:
        """Apply it to one; UsageError if that cannot be."""

    @abstractmethod
    def show(self, outcome: Any) -> None:
        """Tell what came of one."""

    @abstractmethod
    def document(self, outcome: Any) -> dict[str, Any]:
        """The same for programs."""

    def _many(self, care: RunCare, typed: WantedRuns) -> None:
        zone = ZoneInfo(care.context.settings.timezone)
        wanted = History(ledger=care.ledger, zone=zone).filter(typed)
        if self.dry_run:
            self._list(list(self.meant(care, wanted)))
            return
        # these and no others: what comes while one reads the number was not confirmed
        ids = [run.id for run in self.meant(care, wanted)]
        if ids:
            confirm(len(ids), self.what, yes=self.yes)
        self._tell(*self._apply_to_all(care, ids))

    def _apply_to_all(
        self, care: RunCare, ids: list[str]
    ) -> tuple[list[dict[str, Any]], list[str]]:
        done: list[dict[str, Any]] = []
        left: list[str] = []
        for run_id in ids:
            try:
                done.append(self.document(self.apply(care, care.find(run_id))))
            except UsageError as error:  # somebody else was faster
                left.append(error.message)
            if self.codes & set(SIGNALLED):
                break
        return done, left

    def _tell(self, done: list[dict[str, Any]], left: list[str]) -> None:
        if self.as_json:
            typer.echo(json.dumps({"runs": done, "left": left}))
            return
        for one in done:
            line = (one.get("run_id") or one.get("event_id"), one["status"])
            console.out().print("  ".join(plain(word) for word in line))
        tell_done(len(done), left)

    def _list(self, found: "list[RunRow]") -> None:
        if self.as_json:
            typer.echo(json.dumps({"runs": [show_runs.run_document(run) for run in found]}))
        else:
            show_runs.show_list(found)


@dataclass(kw_only=True)
class Cancelling(Remedy):
    """`runs cancel`."""

    what: str = field(init=False, default="runs are to be cancelled")

    def meant(self, care: RunCare, wanted: "RunFilter") -> "Iterator[RunRow]":
        """Those that have not ended and have not been asked to."""
        return (
            run for run in care.to_cancel(wanted) if not (run.leased and run.cancel_requested_at)
        )

    def apply(self, care: RunCare, run: "RunRow") -> "RunRow":
        """End it, or ask whoever works on it to."""
        return care.cancel(run)

    def show(self, outcome: "RunRow") -> None:
        """Whether it has ended or will."""
        if self.as_json:
            typer.echo(json.dumps(self.document(outcome)))
        elif outcome.cancelled_by_hand:
            console.out().print(f"{outcome.id} is cancelled.")
        else:
            console.out().print(
                f"{outcome.id} ends after the step in hand; `fisioflow runs watch` shows when."
            )

    def document(self, outcome: "RunRow") -> dict[str, Any]:
        """The run as it is now."""
        return show_runs.run_document(outcome)


@dataclass(kw_only=True)
class Retrying(Remedy):
    """`runs retry`."""

    trial: Trial
    what: str = field(init=False, default="runs are to be tried again")

    def meant(self, care: RunCare, wanted: "RunFilter") -> "Iterator[RunRow]":
        """Those with something left to try."""
        return care.to_retry(wanted, self.trial)

    def apply(self, care: RunCare, run: "RunRow") -> "Report | EventRow":
        """The report of a scheduled run, or the event that waits now."""
        if is_of_event(run):
            return care.retry_event(run)
        report = care.retry(run, self.trial)
        self.codes.add(report.final_code)
        return report

    def show(self, outcome: "Report | EventRow") -> None:
        """As the workflow's own command does."""
        if self.as_json:
            typer.echo(json.dumps(self.document(outcome)))
        elif not isinstance(outcome, Report):
            console.out().print(f"{plain(outcome.id)} waits for the next dispatch.")
        elif outcome.final_code or sys.stdout.isatty():
            show_report.show(outcome)
        if isinstance(outcome, Report):
            show_report.remark(outcome)

    def document(self, outcome: "Report | EventRow") -> dict[str, Any]:
        """The report's document, or the event's."""
        return outcome.document() if isinstance(outcome, Report) else event_document(outcome)
