"""The options that the lists of the ledger share, and those of what is done to many rows at once."""

from typing import Annotated

import typer

MOMENT = "DATE[THH:MM]|24h|7d"

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many at the most.")]
AfterOption = Annotated[
    str | None,
    typer.Option("--after", metavar="CURSOR", help="The next page, as the page before it says."),
]
SinceOption = Annotated[
    str | None, typer.Option("--since", metavar=MOMENT, help="Only from this moment on.")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar=MOMENT, help="Only before this moment.")
]
EnvironmentOption = Annotated[
    str | None,
    typer.Option(
        "--environment", metavar="NAME", help="Look at another environment's rows in this ledger."
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask for a confirmation.")]
ListOnlyOption = Annotated[
    bool, typer.Option("--dry-run", help="Change nothing; list what would be changed.")
]
WorkflowOption = Annotated[
    str | None,
    typer.Option("--workflow", metavar="NAME", help="Only this command's, workflow's or event's."),
]
StatusOption = Annotated[str | None, typer.Option("--status", help="Only runs in this status.")]
SlotOption = Annotated[str | None, typer.Option("--slot", help="Only runs for this slot.")]
ScopeOption = Annotated[
    str | None,
    typer.Option("--scope", "--org", metavar="ID", help="Only `all`, or this organization's."),
]
RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's id, or enough of its beginning.")
]
EventNameOption = Annotated[str | None, typer.Option("--name", help="Only events of this name.")]
EventStatusOption = Annotated[
    str | None, typer.Option("--status", help="Only events in this status.")
]
EventArgument = Annotated[
    str, typer.Argument(metavar="EVENT", help="An event's id, or enough of its beginning.")
]
