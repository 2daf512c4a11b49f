"""`fisioflow dispatch`."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from fisioflow_cli.commands.options import parse_duration

SourceArgument = Annotated[
    str | None,
    typer.Argument(metavar="SOURCE", help="A queue file, or - for stdin; default: only the inbox."),
]
ConcurrencyOption = Annotated[
    int, typer.Option("--concurrency", min=1, max=256, help="How many threads work at a time.")
]
AttemptsOption = Annotated[
    int, typer.Option("--max-attempts", min=1, max=100, help="After so many failures it is dead.")
]
MostOption = Annotated[
    int | None, typer.Option("--limit", min=1, help="Work on so many events at the most.")
]
TimeoutOption = Annotated[
    timedelta | None,
    typer.Option(
        "--timeout",
        metavar="DURATION",
        parser=parse_duration,
        help="Stop after this long, e.g. 5m; a later dispatch does the rest.",
    ),
]
FollowOption = Annotated[
    bool, typer.Option("--follow", help="Wait for more, and for what is due later, until stopped.")
]
IdFromOption = Annotated[
    str | None,
    typer.Option("--id-from", metavar="PATH", help="Where a line has its id: data.some.field."),
]
RejectsOption = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="FILE",
        help="Where lines go that cannot be accepted; default: FISIOFLOW_REJECTS.",
    ),
]
JsonLinesOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON line per finished event.")
]


def command(  # noqa: PLR0913  # one parameter per option
    source: SourceArgument = None,
    *,
    follow: FollowOption = False,
    concurrency: ConcurrencyOption = 16,
    limit: MostOption = None,
    timeout: TimeoutOption = None,
    max_attempts: AttemptsOption = 5,
    id_from: IdFromOption = None,
    rejects: RejectsOption = None,
    as_json: JsonLinesOption = False,
) -> None:
    """Accept events from a queue file or stdin, then work on all that are due.

    A line is durable in the inbox before anything of it runs, and its id runs once, for ever. Lines
    that cannot be accepted go to the rejects file, and the exit code is 65.

    Example: fisioflow dispatch queue.jsonl --follow --json
    """
    from fisioflow_cli.actions import of_dispatch  # noqa: PLC0415
    from fisioflow_cli.commands.execute import note, own_settings  # noqa: PLC0415
    from fisioflow_cli.commands.show_dispatch import Display  # noqa: PLC0415
    from fisioflow_cli.context.context import Context  # noqa: PLC0415
    from fisioflow_cli.context.dispatching import Wishes, dispatch  # noqa: PLC0415
    from fisioflow_cli.engine.dispatcher import Limits  # noqa: PLC0415

    wishes = Wishes(
        source=source,
        follow=follow,
        limits=Limits(concurrency=concurrency, max_attempts=max_attempts, most=limit),
        timeout=timeout,
        id_from=id_from,
        rejects=rejects,
    )
    context = Context(settings=own_settings(), noted=note)
    with Display(as_json=as_json, live=sys.stderr.isatty()) as display:
        outcome = dispatch(context, wishes, display.audience())
    display.summarise(outcome)
    of_dispatch.tell(outcome, display.dead)
    raise typer.Exit(outcome.exit_code)
