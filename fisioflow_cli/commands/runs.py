"""`fisioflow runs`."""

import json

import typer

from fisioflow_cli.commands import runs_care, runs_watch
from fisioflow_cli.commands.list_options import (
    AfterOption,
    EnvironmentOption,
    LimitOption,
    RunArgument,
    ScopeOption,
    SinceOption,
    SlotOption,
    StatusOption,
    UntilOption,
    WorkflowOption,
)
from fisioflow_cli.commands.options import GROUP, JsonOption

app = typer.Typer(
    help="Show what ran, what did not and why; watch, retry or cancel it.",
    **GROUP,
)


@app.command("list")
def list_runs(  # noqa: PLR0913  # one parameter per option
    *,
    workflow: WorkflowOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    slot: SlotOption = None,
    scope: ScopeOption = None,
    environment: EnvironmentOption = None,
    after: AfterOption = None,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    """The newest runs of this environment.

    Example: fisioflow runs list --workflow birthdays --limit 5
    """
    from fisioflow_cli.commands import show_runs  # noqa: PLC0415
    from fisioflow_cli.context.history import WantedRuns, open_history  # noqa: PLC0415

    wanted = WantedRuns(
        workflow=workflow, status=status, since=since, until=until, slot=slot, scope=scope
    )
    with open_history(environment) as history:
        page = history.page(wanted, after=after, most=limit)
    show_runs.LISTED.show_page(page, history.ledger, as_json=as_json)


@app.command("show")
def show_run(run: RunArgument, *, as_json: JsonOption = False) -> None:
    """One run: its steps with attempts, duration, result and error; its deliveries by state.

    Messages that failed or are in doubt are named.

    Example: fisioflow runs show 3f2a
    """
    from fisioflow_cli.commands import show_run, show_runs  # noqa: PLC0415
    from fisioflow_cli.context.history import open_history  # noqa: PLC0415

    with open_history() as history:
        detail = history.detail(run)
    if as_json:
        typer.echo(json.dumps(show_runs.detail_document(detail)))
    else:
        show_run.show_detail(detail)


app.command("watch")(runs_watch.watch)
app.command("retry")(runs_care.retry)
app.command("cancel")(runs_care.cancel)
