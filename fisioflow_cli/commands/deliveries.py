"""`fisioflow deliveries`."""

import json

import typer

from fisioflow_cli.commands import deliveries_resolve
from fisioflow_cli.commands.delivery_options import (
    ChannelOption,
    DeliveryOrgOption,
    KeyArgument,
    KeyOption,
    OfRunOption,
    ReasonOption,
    RecipientOption,
    StateOption,
)
from fisioflow_cli.commands.list_options import (
    AfterOption,
    EnvironmentOption,
    LimitOption,
    SinceOption,
    UntilOption,
)
from fisioflow_cli.commands.options import GROUP, JsonOption

app = typer.Typer(
    help="Show what became of every message; resolve those in doubt.",
    **GROUP,
)


@app.command("list")
def list_deliveries(  # noqa: PLR0913  # one parameter per option
    *,
    state: StateOption = None,
    channel: ChannelOption = None,
    reason: ReasonOption = None,
    run: OfRunOption = None,
    recipient: RecipientOption = None,
    org: DeliveryOrgOption = None,
    key: KeyOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    environment: EnvironmentOption = None,
    after: AfterOption = None,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    """The newest messages of this environment: to whom, on which way, what became of them.

    Example: fisioflow deliveries list --state failed --since 7d
    """
    from fisioflow_cli.commands import show_deliveries  # noqa: PLC0415
    from fisioflow_cli.context import delivery_history  # noqa: PLC0415

    wanted = delivery_history.WantedDeliveries(
        state=state,
        channel=channel,
        reason=reason,
        run=run,
        recipient=recipient,
        organization=org,
        key=key,
        since=since,
        until=until,
    )
    with delivery_history.open_delivery_history(environment) as history:
        page = history.page(wanted, after=after, most=limit)
    show_deliveries.LISTED.show_page(page, history.ledger, as_json=as_json)


@app.command("show")
def show_delivery(key: KeyArgument, *, as_json: JsonOption = False) -> None:
    """One message: its state and why, times, provider and ids; never its text. See `why` for its reasons.

    Example: fisioflow deliveries show birthday/ana/2026
    """
    from fisioflow_cli.commands import show_deliveries  # noqa: PLC0415
    from fisioflow_cli.context.delivery_history import open_delivery_history  # noqa: PLC0415

    with open_delivery_history() as history:
        row = history.find(key)
    if as_json:
        typer.echo(json.dumps(show_deliveries.document(row)))
    else:
        show_deliveries.show(row)


@app.command("in-doubt")
def in_doubt(
    *, after: AfterOption = None, limit: LimitOption = 20, as_json: JsonOption = False
) -> None:
    """The messages that may or may not have left, with what to look for at the provider.

    Example: fisioflow deliveries in-doubt
    """
    from fisioflow_cli.commands import show_deliveries  # noqa: PLC0415
    from fisioflow_cli.context import delivery_history  # noqa: PLC0415

    with delivery_history.open_delivery_history() as history:
        page = history.page(
            delivery_history.WantedDeliveries(state="in_doubt"), after=after, most=limit
        )
    show_deliveries.DOUBTS.show_page(page, history.ledger, as_json=as_json)


app.command("resolve")(deliveries_resolve.resolve)
