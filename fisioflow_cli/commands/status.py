"""`fisioflow status`."""

import json
from datetime import timedelta
from typing import Annotated

import typer

from fisioflow_cli.commands.options import JsonOption, parse_duration
from fisioflow_cli.errors import ExitCode

GraceOption = Annotated[
    timedelta | None,
    typer.Option(
        "--grace",
        metavar="DURATION",
        parser=parse_duration,
        help="How long a slot may be left undone without being late; default: 30m.",
    ),
]
SinceOption = Annotated[
    timedelta | None,
    typer.Option(
        "--since",
        metavar="DURATION",
        parser=parse_duration,
        help="For how long a missed slot is named; default: 48h.",
    ),
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print nothing as long as nothing is late or missed.")
]


def command(
    *,
    grace: GraceOption = None,
    since: SinceOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show how the schedule stands: done, due, late, missed; exit 1 if something is.

    Exit code 1 means that a slot is late or missed: a monitor may call this. It only reads. Late is
    what could be done, is not, and has nobody working on it. Missed is what is past its maximum age.

    Example: fisioflow status --json
    """
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.actions import of_status  # noqa: PLC0415
    from fisioflow_cli.commands import show_status  # noqa: PLC0415
    from fisioflow_cli.context.context import Context  # noqa: PLC0415
    from fisioflow_cli.context.status import NAMED_FOR, status  # noqa: PLC0415
    from fisioflow_cli.engine.agenda import GRACE  # noqa: PLC0415
    from fisioflow_cli.workflows.registry import WORKFLOWS  # noqa: PLC0415

    context = Context(settings=settings.from_process())
    found = status(context, WORKFLOWS, grace=grace or GRACE, named_for=since or NAMED_FOR)
    if as_json:
        typer.echo(json.dumps(show_status.document(found, context.zone)))
    elif not (quiet and found.in_order):
        show_status.show(found, context.zone)
    code = ExitCode.DONE if found.in_order else ExitCode.FAILED
    of_status.tell(found, [*show_status.needs(found, context.zone)], context.zone, code)
    if code:
        raise typer.Exit(code)
