"""`fisioflow migrate`."""

import json
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from fisioflow_cli.commands import typed_file
from fisioflow_cli.commands.options import JsonOption
from fisioflow_cli.errors import ExitCode

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="The application's vercel.json; - for stdin.")
]


def command(file: FileArgument = "vercel.json", *, as_json: JsonOption = False) -> None:
    """Say which of our commands replace the crons and schedules of a vercel.json, and when.

    Changes nothing. Schedules are compared in FISIOFLOW_TIMEZONE by when they start something.
    Exit code 3 if an entry needs a decision. docs/migrating.md has the whole way.

    Example: fisioflow migrate vercel.json
    """
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.clock import Clock  # noqa: PLC0415
    from fisioflow_cli.commands import show_migrate  # noqa: PLC0415
    from fisioflow_cli.schedule import vercel  # noqa: PLC0415
    from fisioflow_cli.schedule.moving import Move  # noqa: PLC0415
    from fisioflow_cli.workflows.registry import WORKFLOWS  # noqa: PLC0415

    clinic = ZoneInfo(settings.from_process().timezone)
    move = Move(workflows=WORKFLOWS, clinic=clinic, now=Clock().now())
    advice = move.advise(vercel.read(_text(file)))
    if as_json:
        typer.echo(json.dumps(show_migrate.document(advice, move.absent(advice), clinic)))
    else:
        show_migrate.show(advice, move.absent(advice))
    if any(each.needs_decision for each in advice):
        raise typer.Exit(ExitCode.PARTIAL)


def _text(file: str) -> str:
    return typed_file.read(file, "The file", "correct its path").decode(
        "utf-8-sig", errors="replace"
    )
