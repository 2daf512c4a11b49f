"""Executing a workflow for the command line: settings in, one report out, an exit code."""

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

from fisioflow_cli import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fisioflow_cli.engine.report import Report
    from fisioflow_cli.engine.start import Request
    from fisioflow_cli.errors import ExitCode
    from fisioflow_cli.settings import Settings


def execute(command: str, request: "Request", *, as_json: bool) -> "Report":
    """Start the workflow of this name and show its report."""
    from fisioflow_cli.commands import show_report  # noqa: PLC0415
    from fisioflow_cli.context.context import Context  # noqa: PLC0415
    from fisioflow_cli.workflows.registry import WORKFLOWS  # noqa: PLC0415

    workflow = next(workflow for workflow in WORKFLOWS if workflow.command == command)
    with progress() as watch:
        context = Context(settings=own_settings(), watch=watch, noted=note)
        report = context.start(workflow, request)
    if as_json:
        typer.echo(json.dumps(report.document()))
    elif request.dry_run or report.final_code or sys.stdout.isatty():
        show_report.show(report)
    show_report.remark(report)
    return report


def leave(reports: "Sequence[Report]", code: "ExitCode") -> NoReturn:
    """End the command with this exit code; in GitHub Actions the job is told of the reports."""
    from fisioflow_cli.actions import of_reports  # noqa: PLC0415

    of_reports.tell(reports, code)
    raise typer.Exit(code)


def own_settings() -> "Settings":
    """The settings of this process; says on stderr if its platform means another side than they do."""
    from fisioflow_cli import settings  # noqa: PLC0415

    read, found = settings.from_process(), settings.surmise()
    if found is not None and (doubt := found.doubt(read.environment)):
        note(doubt)
    return read


def note(sentence: str) -> None:
    """Trouble that harms no work, on stderr."""
    console.err().print(f"fisioflow: {console.plain(sentence)}")


@contextmanager
def progress() -> "Iterator[Callable[[str, int], None]]":
    """A progress display on stderr if it is a terminal, nothing otherwise."""
    if not sys.stderr.isatty():  # FORCE_COLOR asks for colour in a log, not for animation
        yield lambda _step, _items: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.completed}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console.err(), transient=True) as shown:
        task = shown.add_task("starting", total=None)

        def watch(step: str, items: int) -> None:
            shown.update(task, description=console.plain(step), completed=items)

        yield watch
