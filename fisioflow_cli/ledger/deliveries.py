"""The statements on deliveries: one row per message key, claimed by compare-and-set."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from fisioflow_cli.ledger.tables import DeliveryState

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, RowMapping

    from fisioflow_cli.ledger.ledger import Lease, Ledger


@dataclass(frozen=True, kw_only=True)
class DeliveryRow:
    """One delivery as the ledger has it; instants in UTC, the recipient masked."""

    id: str
    environment: str
    message_key: str
    run_id: str
    organization_id: str | None
    recipient_id: str | None
    recipient: str | None
    channel: str | None
    state: DeliveryState
    reason: str | None
    claim: int
    tries: int
    provider: str | None
    provider_key: str
    provider_id: str | None
    batch_id: str | None
    payload: str | None
    payload_sha256: str | None
    created_at: datetime
    first_attempt_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whom a message key is about: stored with its delivery from the first write on."""

    message_key: str
    provider_key: str
    organization_id: str | None
    recipient_id: str | None


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many deliveries of a run are in one state, by reason and channel."""

    state: DeliveryState
    reason: str | None
    channel: str | None
    count: int


def find(ledger: "Ledger", message_key: str) -> DeliveryRow | None:
    """The delivery of this key in this environment; None if nobody has touched it."""
    deliveries = ledger.tables.deliveries
    query = select(deliveries).where(
        deliveries.c.environment == ledger.environment, deliveries.c.message_key == message_key
    )
    with ledger.reading() as connection:
        row = connection.execute(query).mappings().first()
    return row_of(row) if row else None


def get(ledger: "Ledger", delivery_id: str) -> DeliveryRow | None:
    """The delivery with this id in this environment."""
    deliveries = ledger.tables.deliveries
    query = select(deliveries).where(
        deliveries.c.environment == ledger.environment, deliveries.c.id == delivery_id
    )
    with ledger.reading() as connection:
        row = connection.execute(query).mappings().first()
    return row_of(row) if row else None


def row_of(row: "RowMapping") -> DeliveryRow:
    """The delivery in a row of the table."""
    return DeliveryRow(**{**row, "state": DeliveryState(row["state"])})


def write(
    ledger: "Ledger",
    lease: "Lease",
    subject: Subject,
    seen: DeliveryRow | None,
    values: Mapping[str, Any],
) -> DeliveryRow | None:
    """Insert or change a delivery in the state it was seen in; None if somebody was faster.

    The row becomes this run's, and its claim number rises: who wrote it before cannot settle it.
    """
    deliveries = ledger.tables.deliveries
    now = ledger.clock.now()
    claim = seen.claim + 1 if seen else 1
    changed = {"tries": 0, **values, "run_id": lease.run_id, "claim": claim, "updated_at": now}
    if seen is None:
        changed |= asdict(subject) | {
            "id": str(uuid.uuid4()),
            "environment": ledger.environment,
            "created_at": now,
        }
        statement: Any = ledger.insert(deliveries).values(**changed).on_conflict_do_nothing()
    else:
        changed["tries"] = values.get("tries", seen.tries)
        statement = (
            update(deliveries)
            .where(
                deliveries.c.id == seen.id,
                deliveries.c.state == seen.state,
                deliveries.c.claim == seen.claim,
            )
            .values(**changed)
        )

    def do(connection: "Connection") -> DeliveryRow | None:
        row = connection.execute(statement.returning(deliveries)).mappings().first()
        return row_of(row) if row else None

    return ledger.write(do, lease)


def settle(ledger: "Ledger", claimed: DeliveryRow, values: Mapping[str, Any]) -> bool:
    """Record the outcome of a claimed request; false if another process has claimed it since.

    The claim number is the fence here, not the run's lease: what a provider answered is true even
    if the lease ran out while it did, as long as nobody has judged the delivery in the meantime.
    """
    deliveries = ledger.tables.deliveries
    statement = (
        update(deliveries)
        .where(deliveries.c.id == claimed.id, deliveries.c.claim == claimed.claim)
        .where(deliveries.c.state == DeliveryState.SENDING)
        .values(**values, updated_at=ledger.clock.now())
    )
    return ledger.write(lambda connection: connection.execute(statement).rowcount == 1)


def abandon(
    ledger: "Ledger", lease: "Lease", *, pending: str = "not_due", sending: str = "interrupted"
) -> None:
    """Close what a run has left open and will not come back to, each with its reason.

    What is pending is skipped, not due any more say; a request in flight may have been carried out.
    """
    d = ledger.tables.deliveries
    outcomes = (
        (DeliveryState.PENDING, DeliveryState.SKIPPED, pending),
        (DeliveryState.SENDING, DeliveryState.IN_DOUBT, sending),
    )

    def do(connection: "Connection") -> None:
        for left, outcome, reason in outcomes:
            mine = (d.c.run_id == lease.run_id, d.c.state == left)
            change(ledger, connection, mine, {"state": outcome, "reason": reason})

    ledger.write(do, lease)


def change(
    ledger: "Ledger",
    connection: "Connection",
    where: "Sequence[ColumnElement[bool]]",
    values: Mapping[str, Any],
) -> int:
    """Change the deliveries that are meant, in the caller's transaction; how many it were.

    Each claim number rises: who wrote them before cannot settle them.
    """
    d = ledger.tables.deliveries
    statement = (
        update(d).where(*where).values(**values, claim=d.c.claim + 1, updated_at=ledger.clock.now())
    )
    return connection.execute(statement).rowcount


def tally(ledger: "Ledger", run_id: str) -> list[Tally]:
    """How the deliveries of a run stand."""
    d = ledger.tables.deliveries
    query = (
        select(d.c.state, d.c.reason, d.c.channel, func.count().label("count"))
        .where(d.c.run_id == run_id)
        .group_by(d.c.state, d.c.reason, d.c.channel)
    )
    with ledger.reading() as connection:
        found = connection.execute(query).mappings().all()
    return [Tally(**{**row, "state": DeliveryState(row["state"])}) for row in found]
