"""`fisioflow emit`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from fisioflow_cli.commands.options import JsonOption
from fisioflow_cli.console import plain

INBOX, STDOUT = "inbox", "-"

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The event's name; docs/events.md lists them.")
]
PairsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[KEY=VALUE]...",
        help="Its data: key=text, key:=json; a dot in a key leads into an object.",
    ),
]
DataOption = Annotated[
    str | None,
    typer.Option("--data", metavar="JSON|@FILE|-", help="Its data; the pairs are laid over it."),
]
IdOption = Annotated[
    str | None,
    typer.Option("--id", metavar="ID", help="Runs once for this id, for ever; default: a new one."),
]
TsOption = Annotated[
    str | None,
    typer.Option(
        "--ts",
        metavar="WHEN",
        help="Not before: 2026-12-01T09:00-03:00, or milliseconds since 1970.",
    ),
]
ToOption = Annotated[
    str,
    typer.Option("--to", metavar="inbox|FILE|-", help="The inbox, a queue file, or - for stdout."),
]


def command(  # noqa: PLR0913  # one parameter per option
    name: NameArgument,
    pairs: PairsArgument = None,
    *,
    data: DataOption = None,
    event_id: IdOption = None,
    ts: TsOption = None,
    to: ToOption = INBOX,
    as_json: JsonOption = False,
) -> None:
    """Write one event to the inbox, a queue file or stdout, and print its id.

    It is checked first: exit code 65, and nothing is written, if its data does not fit.

    Example: fisioflow emit email/send to=ana@example.com subject=Oi text='Oi, Ana!' --id welcome-42
    """
    from fisioflow_cli.events.append import append, put_out  # noqa: PLC0415
    from fisioflow_cli.events.draft import draft  # noqa: PLC0415
    from fisioflow_cli.events.sending import offer  # noqa: PLC0415

    made = draft(name, pairs or (), data=data, event_id=event_id, ts=ts)
    status = "written"
    if to == INBOX:
        status = offer(made.event, source="emit").verdict
    elif to == STDOUT:
        put_out(made.line)
    else:
        append(Path(to), made.line)
    if made.warning:
        typer.echo(plain(made.warning), err=True)
    if status == "duplicate":
        typer.echo("This event was known already; it does not run again.", err=True)
    if to != STDOUT:
        shown = {"id": made.event.id, "name": name, "status": status}
        typer.echo(json.dumps(shown) if as_json else made.event.id)
