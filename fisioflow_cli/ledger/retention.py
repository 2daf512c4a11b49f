"""Retention: what the ledger forgets once it is over and old; never by age alone."""

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, update

from fisioflow_cli.ledger.tables import DeliveryState, EventStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Column, ColumnElement

    from fisioflow_cli.ledger.ledger import Lease, Ledger

SETTLED = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED)
FINAL = (EventStatus.COMPLETED, EventStatus.IGNORED, EventStatus.DISCARDED)


class Text(StrEnum):
    """What is forgotten, as clean-up names it."""

    DELIVERY_PAYLOADS = "delivery_payloads"
    """The texts of settled messages; one in doubt keeps it until a person resolves it."""
    EVENT_DATA = "event_data"
    """What finished events said; dead and waiting ones keep all."""


def prune(ledger: "Ledger", lease: "Lease", text: Text, *, days: int, most: int) -> int:
    """Forget such texts older than `days`, the oldest first, at most `most`; how many it were.

    Ids, keys, hashes, times and outcomes stay, so that nothing is sent or accepted twice.
    """
    table = _columns(ledger, text)[0].table
    old = select(table.c.id).where(*_old(ledger, text, days)).order_by(table.c.updated_at)
    statement = (
        update(table)
        .where(table.c.environment == ledger.environment)
        .where(table.c.id.in_(old.limit(most).scalar_subquery()))
        .values(dict.fromkeys(_columns(ledger, text)))
    )
    return ledger.write(lambda connection: connection.execute(statement).rowcount, lease)


def prunable(ledger: "Ledger", text: Text, *, days: int) -> int:
    """How many texts `prune` would forget."""
    query = select(func.count()).where(*_old(ledger, text, days))
    with ledger.reading() as connection:
        return connection.execute(query).scalar_one()


def _columns(ledger: "Ledger", text: Text) -> "Sequence[Column[Any]]":
    """Where the texts are."""
    d, e = ledger.tables.deliveries, ledger.tables.events
    return (d.c.payload,) if text is Text.DELIVERY_PAYLOADS else (e.c.data, e.c.user, e.c.ack)


def _old(ledger: "Ledger", text: Text, days: int) -> "Sequence[ColumnElement[bool]]":
    """That a row is over and old, and still has its text."""
    columns = _columns(ledger, text)
    c = columns[0].table.c
    return (
        c.environment == ledger.environment,
        c.state.in_(SETTLED) if text is Text.DELIVERY_PAYLOADS else c.status.in_(FINAL),
        c.updated_at < ledger.clock.now() - timedelta(days=days),
        or_(*(column.is_not(None) for column in columns)),
    )
