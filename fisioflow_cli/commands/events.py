"""`fisioflow events`."""

import json
from typing import Annotated

import typer

from fisioflow_cli.commands.options import PLAIN, JsonOption

app = typer.Typer(
    help="Show events; retry or discard those that are dead.", no_args_is_help=True, **PLAIN
)

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at the most.")]
NameOption = Annotated[str | None, typer.Option("--name", help="Only events of this name.")]
StatusOption = Annotated[str | None, typer.Option("--status", help="Only events in this status.")]
EventArgument = Annotated[
    str, typer.Argument(metavar="EVENT", help="An event's id, or enough of its beginning.")
]


@app.command("list")
def list_events(
    *,
    name: NameOption = None,
    status: StatusOption = None,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    """The newest events of this environment; their payloads are not shown.

    Example: fisioflow events list --status dead
    """
    from fisioflow_cli.commands import show_events  # noqa: PLC0415
    from fisioflow_cli.context.event_history import open_event_history  # noqa: PLC0415

    with open_event_history() as history:
        found = history.newest(name=name, status=status, most=limit)
    if as_json:
        typer.echo(json.dumps([show_events.document(event) for event in found]))
    else:
        show_events.show_list(found)


@app.command("show")
def show_event(event: EventArgument, *, as_json: JsonOption = False) -> None:
    """One event: where it stands, when it is due, why it failed; the fields of its payload masked.

    Example: fisioflow events show 0198
    """
    from fisioflow_cli.commands import show_events  # noqa: PLC0415
    from fisioflow_cli.context.event_history import open_event_history  # noqa: PLC0415

    with open_event_history() as history:
        found = history.find(event)
    if as_json:
        typer.echo(json.dumps(show_events.document(found)))
    else:
        show_events.show(found)


@app.command("retry")
def retry_event(event: EventArgument) -> None:
    """Let a dead event be due again; the next dispatch works on it. What was sent is not sent again.

    Example: fisioflow events retry 0198
    """
    from fisioflow_cli.context.event_history import open_event_history  # noqa: PLC0415

    with open_event_history() as history:
        typer.echo(f"{history.retry(event).id} waits for the next dispatch.")


@app.command("discard")
def discard_event(event: EventArgument) -> None:
    """Give up a waiting or dead event for good.

    Example: fisioflow events discard 0198
    """
    from fisioflow_cli.context.event_history import open_event_history  # noqa: PLC0415

    with open_event_history() as history:
        typer.echo(f"{history.discard(event).id} is discarded.")
