"""The options and arguments that commands about messages share."""

from typing import Annotated

import typer

KeyArgument = Annotated[
    str, typer.Argument(metavar="KEY", help="A message's key: birthday/PATIENT/YEAR, say.")
]
StateOption = Annotated[str | None, typer.Option("--state", help="Only messages in this state.")]
ChannelOption = Annotated[
    str | None, typer.Option("--channel", help="Only by email, whatsapp or push.")
]
ReasonOption = Annotated[str | None, typer.Option("--reason", help="Only with this reason.")]
OfRunOption = Annotated[
    str | None, typer.Option("--run", metavar="RUN", help="Only this run's; an id's beginning.")
]
RecipientOption = Annotated[
    str | None, typer.Option("--recipient", metavar="ID", help="Only to this patient or user.")
]
DeliveryOrgOption = Annotated[
    str | None, typer.Option("--org", metavar="ID", help="Only of this organization.")
]
KeyOption = Annotated[
    str | None, typer.Option("--key", metavar="PREFIX", help="Only keys that begin so.")
]
