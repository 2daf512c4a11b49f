"""The deliveries of events, closed or opened again together with them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, literal, select

from fisioflow_cli.ledger import deliveries
from fisioflow_cli.ledger.tables import DeliveryState

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Select

    from fisioflow_cli.ledger.ledger import Ledger

GAVE_UP = "gave_up"
"""Begins the reason of a delivery that was closed because its event was given up."""


def close(
    ledger: "Ledger",
    connection: "Connection",
    events: Sequence[str],
    *,
    pending: DeliveryState,
    reason: "ColumnElement[str]",
) -> None:
    """Close what the events' runs have left open: `pending` for the unsent, in doubt for the others."""
    d = ledger.tables.deliveries
    mine = d.c.run_id.in_(runs_of(ledger, events))
    for left, outcome in (
        (DeliveryState.PENDING, pending),
        (DeliveryState.SENDING, DeliveryState.IN_DOUBT),
    ):
        closed = {"state": outcome, "reason": reason}
        deliveries.change(ledger, connection, (mine, d.c.state == left), closed)


def given_up(ledger: "Ledger") -> "ColumnElement[str]":
    """The reason of a delivery that is given up: it keeps the one it had."""
    reason = ledger.tables.deliveries.c.reason
    return func.coalesce(literal(f"{GAVE_UP} ") + reason, GAVE_UP)


def reopen(ledger: "Ledger", connection: "Connection", event_id: str) -> None:
    """Let what has failed be sent anew; what was given up in flight is left to the courier."""
    d = ledger.tables.deliveries
    mine = d.c.run_id.in_(runs_of(ledger, [event_id]))
    failed = d.c.state == DeliveryState.FAILED
    flying = and_(d.c.state == DeliveryState.IN_DOUBT, d.c.reason.startswith(GAVE_UP))
    for found, values in (
        (failed, {"state": DeliveryState.PENDING, "payload": None}),
        (flying, {"state": DeliveryState.SENDING}),
    ):
        deliveries.change(ledger, connection, (mine, found), {**values, "reason": None})


def runs_of(ledger: "Ledger", events: Sequence[str]) -> "Select[Any]":
    """The ids of the runs of all generations of these events."""
    e, r = ledger.tables.events, ledger.tables.runs
    of_event = and_(
        r.c.environment == e.c.environment, r.c.workflow == e.c.workflow, r.c.slot == e.c.id
    )
    return (
        select(r.c.id)
        .join(e, of_event)
        .where(e.c.environment == ledger.environment, e.c.id.in_(events), r.c.scope == "all")
    )
