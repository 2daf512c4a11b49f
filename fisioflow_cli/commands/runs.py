"""`fisioflow runs`."""

import json
from typing import Annotated

import typer

from fisioflow_cli.commands.options import PLAIN, JsonOption

app = typer.Typer(help="Show what ran, what did not and why.", no_args_is_help=True, **PLAIN)

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at the most.")]
WorkflowOption = Annotated[
    str | None,
    typer.Option("--workflow", metavar="NAME", help="Only this command's or workflow id's."),
]
StatusOption = Annotated[str | None, typer.Option("--status", help="Only runs in this status.")]
RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's id, or enough of its beginning.")
]


@app.command("list")
def list_runs(
    *,
    workflow: WorkflowOption = None,
    status: StatusOption = None,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    """The newest runs of this environment.

    Example: fisioflow runs list --workflow birthdays --limit 5
    """
    from fisioflow_cli.commands import show_runs  # noqa: PLC0415
    from fisioflow_cli.context.history import open_history  # noqa: PLC0415

    with open_history() as history:
        found = history.newest(workflow=workflow, status=status, most=limit)
    if as_json:
        typer.echo(json.dumps([show_runs.run_document(run) for run in found]))
    else:
        show_runs.show_list(found)


@app.command("show")
def show_run(run: RunArgument, *, as_json: JsonOption = False) -> None:
    """One run: its steps with attempts, duration, result and error; its deliveries by state.

    Example: fisioflow runs show 3f2a
    """
    from fisioflow_cli.commands import show_runs  # noqa: PLC0415
    from fisioflow_cli.context.history import open_history  # noqa: PLC0415

    with open_history() as history:
        detail = history.detail(run)
    if as_json:
        typer.echo(json.dumps(show_runs.detail_document(detail)))
    else:
        show_runs.show_detail(detail)
