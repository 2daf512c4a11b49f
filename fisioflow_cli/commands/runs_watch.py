"""`fisioflow runs watch`."""

from typing import Annotated

import typer

from fisioflow_cli.commands.list_options import WorkflowOption
from fisioflow_cli.commands.options import parse_duration

WatchedRun = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN", help="A run's id, or enough of its beginning; default: the newest."
    ),
]
EveryOption = Annotated[str, typer.Option("--every", metavar="DURATION", help="How often to look.")]
JsonLinesOption = Annotated[bool, typer.Option("--json", help="Print one JSON line per change.")]


def watch(
    run: WatchedRun = None,
    *,
    workflow: WorkflowOption = None,
    every: EveryOption = "1s",
    as_json: JsonLinesOption = False,
) -> None:
    """Follow a run, or the newest one, until it ends; the exit code is the run's.

    One that waits for a later start has ended for now. Ctrl-C ends only the watching.

    Example: fisioflow runs watch --workflow birthdays
    """
    from fisioflow_cli.commands.watching import watch_run  # noqa: PLC0415

    pause = parse_duration(every).total_seconds()
    raise typer.Exit(watch_run(run, workflow=workflow, every=pause, as_json=as_json))
