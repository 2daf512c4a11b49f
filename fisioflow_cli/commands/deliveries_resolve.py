"""`fisioflow deliveries resolve`."""

from typing import Annotated

import typer

from fisioflow_cli.commands.delivery_options import ChannelOption, KeyOption, OfRunOption
from fisioflow_cli.commands.list_options import (
    ListOnlyOption,
    SinceOption,
    UntilOption,
    YesOption,
)
from fisioflow_cli.commands.options import JsonOption

ChosenKey = Annotated[
    str | None, typer.Argument(metavar="KEY", help="The key of a message in doubt; or --all.")
]
SentOption = Annotated[bool, typer.Option("--sent", help="It did leave: the provider has it.")]
ResendOption = Annotated[
    bool, typer.Option("--resend", help="It did not: let a later start send it.")
]
ProviderIdOption = Annotated[
    str | None, typer.Option("--provider-id", metavar="ID", help="The provider's id of it.")
]
AllOption = Annotated[bool, typer.Option("--all", help="All in doubt that the options mean.")]
LateOption = Annotated[
    bool, typer.Option("--allow-late", help="Send it past its workflow's maximum age.")
]


def resolve(  # noqa: PLR0913  # one parameter per option
    key: ChosenKey = None,
    *,
    sent: SentOption = False,
    resend: ResendOption = False,
    provider_id: ProviderIdOption = None,
    allow_late: LateOption = False,
    every: AllOption = False,
    channel: ChannelOption = None,
    run: OfRunOption = None,
    prefix: KeyOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    dry_run: ListOnlyOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say what is true of a message in doubt, after a look at the provider's log; once, and on record.

    With --resend it is sent by the next start of its workflow, or at once by `runs retry`: if the first
    one did arrive after all, that is a second message.

    Example: fisioflow deliveries resolve birthday/ana/2026 --sent
    """
    from fisioflow_cli.commands.do_deliveries import Resolving  # noqa: PLC0415
    from fisioflow_cli.context.delivery_history import WantedDeliveries  # noqa: PLC0415
    from fisioflow_cli.errors import UsageError  # noqa: PLC0415

    if sent == resend:
        raise UsageError("Say --sent or --resend: which of the two is true?")
    wanted = WantedDeliveries(
        state="in_doubt", channel=channel, run=run, key=prefix, since=since, until=until
    )
    resolving = Resolving(
        resend=resend, allow_late=allow_late, dry_run=dry_run, yes=yes, as_json=as_json
    )
    if every:
        raise typer.Exit(resolving.all(key, wanted, provider_id))
    resolving.one(key, wanted, provider_id)
