"""Watching a run: what has changed since the last look, until nobody works on it any more."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from fisioflow_cli import console
from fisioflow_cli.commands import show_runs
from fisioflow_cli.commands.show_run import steps_lines
from fisioflow_cli.console import plain
from fisioflow_cli.context.history import WantedRuns, open_history
from fisioflow_cli.engine import owner
from fisioflow_cli.engine.ending import CODES
from fisioflow_cli.engine.report import Report
from fisioflow_cli.errors import ExitCode, UnknownRun, UsageError
from fisioflow_cli.ledger.tables import RunStatus
from fisioflow_cli.workflows.names import workflow_name

if TYPE_CHECKING:
    from rich.console import Group

    from fisioflow_cli.context.history import Detail, History
    from fisioflow_cli.ledger.runs import RunRow

Look = Callable[["Detail"], None]


def watch_run(prefix: str | None, *, workflow: str | None, every: float, as_json: bool) -> ExitCode:
    """Follow a run until it ends, or until nobody works on it; its exit code."""
    if prefix is not None and workflow is not None:
        raise UsageError("Name a run or a workflow, not both.")
    with open_history() as history, _display(as_json=as_json) as show:
        detail = history.detail(prefix or _newest(history, workflow))
        show(detail)
        while _at_work(detail.run):
            history.ledger.clock.wait(threading.Event(), every)
            detail = history.detail(detail.run.id)
            show(detail)
    return _code(detail.run)


def _newest(history: "History", workflow: str | None) -> str:
    page = history.page(WantedRuns(workflow=workflow), after=None, most=1)
    if not page.rows:
        raise UnknownRun("Nothing has run yet that could be watched.")
    return page.rows[0].id


def _at_work(run: "RunRow") -> bool:
    return run.status is RunStatus.RUNNING and run.leased and not owner.gone(run.owner)


def _code(run: "RunRow") -> ExitCode:
    """The run's own; what a later start goes on with is to be tried later."""
    if run.status is RunStatus.RUNNING:
        console.err().print(f"fisioflow: {plain(show_runs.holder(run))}")
    for sentence in Report.of(run, status=run.status).remarks:
        console.err().print(f"fisioflow: {plain(sentence)}")
    stopped = run.status is RunStatus.CANCELLED and not run.cancelled_by_hand
    return ExitCode.TRY_LATER if stopped else CODES.get(run.status, ExitCode.TRY_LATER)


@contextmanager
def _display(*, as_json: bool) -> "Iterator[Look]":
    if as_json or not sys.stdout.isatty():
        yield Changes(_print_document if as_json else _print_line)
        return
    from rich.live import Live  # noqa: PLC0415  # only a terminal shows it

    with Live(console=console.out(), auto_refresh=False) as live:
        yield lambda detail: live.update(_picture(detail), refresh=True)


class Changes:
    """Tells what is new: of the run its status and attempt, of its steps whatever was recorded."""

    def __init__(self, tell: "Callable[[dict[str, object]], None]") -> None:
        self._tell = tell
        self._seen: dict[str, object] = {}

    def __call__(self, detail: "Detail") -> None:
        """Tell of the differences to what was told before, steps first."""
        for step in detail.steps:
            document = {"run_id": detail.run.id, "step": step.name}
            self._note(step.name, document | show_runs.step_document(step))
        run = show_runs.run_document(detail.run)
        told = (run["status"], run["attempt"], run["cancel_requested_at"])
        self._note("", run, told)

    def _note(self, key: str, document: dict[str, object], told: object = None) -> None:
        told = told or document
        if self._seen.get(key) != told:
            self._seen[key] = told
            self._tell(document)


def _print_document(document: dict[str, object]) -> None:
    typer.echo(json.dumps(document))
    sys.stdout.flush()


def _print_line(document: dict[str, object]) -> None:
    run = f"{workflow_name(str(document.get('workflow')))} {document.get('slot')}"
    what = document.get("step") or run
    words = [what, document["status"], f"attempt {document['attempt']}"]
    if document["status"] == RunStatus.RUNNING and document.get("cancel_requested_at"):
        words.append("to be cancelled")
    said = document["error"] or document["result"]
    if said:
        words.append(json.dumps(said, ensure_ascii=False) if document["error"] is None else said)
    console.out().print("  ".join(plain(word) for word in words), soft_wrap=True)
    sys.stdout.flush()


def _picture(detail: "Detail") -> "Group":
    from rich.console import Group  # noqa: PLC0415

    width = console.out().width
    return Group(*show_runs.head(detail.run), *steps_lines(detail.steps, width))
