"""`fisioflow events retry` and `fisioflow events discard`."""

from typing import Annotated

import typer

from fisioflow_cli.commands.list_options import (
    EventNameOption,
    EventStatusOption,
    ListOnlyOption,
    SinceOption,
    UntilOption,
    YesOption,
)
from fisioflow_cli.commands.options import JsonOption

ChosenEvent = Annotated[
    str | None,
    typer.Argument(
        metavar="EVENT",
        help="An event's id, or enough of its beginning; or say which by options.",
    ),
]
NowOption = Annotated[
    bool, typer.Option("--now", help="Let also one that waits be due at once, its failures kept.")
]


def retry(  # noqa: PLR0913  # one parameter per option
    event: ChosenEvent = None,
    *,
    name: EventNameOption = None,
    status: EventStatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    now: NowOption = False,
    dry_run: ListOnlyOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Let a dead event be due again; the next dispatch works on it. What was sent is not sent again.

    Example: fisioflow events retry 0198
    """
    from fisioflow_cli.commands.do_events import Retrying  # noqa: PLC0415
    from fisioflow_cli.context.event_history import WantedEvents  # noqa: PLC0415

    wanted = WantedEvents(name=name, status=status, since=since, until=until)
    retrying = Retrying(now=now, dry_run=dry_run, yes=yes, as_json=as_json)
    raise typer.Exit(retrying.one_or_many(event, wanted))


def discard(  # noqa: PLR0913  # one parameter per option
    event: ChosenEvent = None,
    *,
    name: EventNameOption = None,
    status: EventStatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    dry_run: ListOnlyOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give up a waiting or dead event for good.

    Example: fisioflow events discard 0198
    """
    from fisioflow_cli.commands.do_events import Discarding  # noqa: PLC0415
    from fisioflow_cli.context.event_history import WantedEvents  # noqa: PLC0415

    wanted = WantedEvents(name=name, status=status, since=since, until=until)
    discarding = Discarding(dry_run=dry_run, yes=yes, as_json=as_json)
    raise typer.Exit(discarding.one_or_many(event, wanted))
