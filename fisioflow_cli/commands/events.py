"""`fisioflow events`."""

import json
from typing import Annotated

import typer

from fisioflow_cli.commands import events_care
from fisioflow_cli.commands.list_options import (
    AfterOption,
    EnvironmentOption,
    EventArgument,
    EventNameOption,
    EventStatusOption,
    LimitOption,
    SinceOption,
    UntilOption,
)
from fisioflow_cli.commands.options import GROUP, JsonOption

app = typer.Typer(help="Show events; retry or discard those that are dead.", **GROUP)
PayloadOption = Annotated[
    bool, typer.Option("--payload", help="Show the payload's shape too, its values masked.")
]


@app.command("list")
def list_events(  # noqa: PLR0913  # one parameter per option
    *,
    name: EventNameOption = None,
    status: EventStatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    environment: EnvironmentOption = None,
    after: AfterOption = None,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    """The newest events of this environment; their payloads are not shown.

    Example: fisioflow events list --status dead
    """
    from fisioflow_cli.commands import show_events  # noqa: PLC0415
    from fisioflow_cli.context import event_history  # noqa: PLC0415

    wanted = event_history.WantedEvents(name=name, status=status, since=since, until=until)
    with event_history.open_event_history(environment) as history:
        page = history.page(wanted, after=after, most=limit)
    show_events.LISTED.show_page(page, history.ledger, as_json=as_json)


@app.command("show")
def show_event(
    event: EventArgument, *, payload: PayloadOption = False, as_json: JsonOption = False
) -> None:
    """One event: where it stands, when it is due, why it failed; the fields of its payload masked.

    Nothing shows what a payload says of people: to read that, ask the database.

    Example: fisioflow events show 0198 --payload
    """
    from fisioflow_cli.commands import show_events  # noqa: PLC0415
    from fisioflow_cli.context.event_history import open_event_history  # noqa: PLC0415

    with open_event_history() as history:
        found = history.find(event)
    if as_json:
        typer.echo(json.dumps(show_events.document(found, payload=payload)))
    else:
        show_events.show(found, payload=payload)


app.command("retry")(events_care.retry)
app.command("discard")(events_care.discard)
