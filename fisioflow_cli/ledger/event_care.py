"""Caring for events by hand and by age: retried, discarded, called off, and their payloads forgotten."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, literal, or_, select, update

from fisioflow_cli.ledger.cancelling import BY_HAND
from fisioflow_cli.ledger.event_rows import EventRow, row_of
from fisioflow_cli.ledger.tables import SETTLED, DeliveryState, EventStatus, RunStatus

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Select, Update

    from fisioflow_cli.ledger.ledger import Lease, Ledger
    from fisioflow_cli.ledger.runs import RunRow

GAVE_UP = "gave_up"
"""Begins the reason of a delivery that was closed because its event was given up."""
DISCARDED = "discarded"
CANCELLABLE = (EventStatus.WAITING, EventStatus.RUNNING, EventStatus.DEAD)
FINAL = (EventStatus.COMPLETED, EventStatus.IGNORED, EventStatus.DISCARDED)


def retry(ledger: "Ledger", event_id: str) -> EventRow | None:
    """The dead event, waiting again as a new generation, due now; None if it is not dead.

    The same for one whose run a person has cancelled.

    What certainly was not sent may be sent then; what was given up in flight is left to the courier,
    which repeats it only where the provider drops repeats; other doubts stay.
    """

    def do(connection: "Connection") -> EventRow | None:
        e = ledger.tables.events
        over = or_(
            e.c.status == EventStatus.DEAD,
            and_(e.c.status == EventStatus.DISCARDED, e.c.error == BY_HAND),
        )
        chosen = _one(ledger, event_id, EventStatus.DEAD, EventStatus.DISCARDED).where(over)
        again = chosen.values(_anew(ledger))
        row = connection.execute(again.returning(e)).mappings().first()
        if row is not None:
            _reopen(ledger, connection, event_id)
        return row_of(row) if row else None

    return ledger.write(do)


def hasten(ledger: "Ledger", event_id: str) -> EventRow | None:
    """The waiting event, due now; None if it does not wait. Its failures count on."""
    e = ledger.tables.events
    now = ledger.clock.now()
    sooner = _one(ledger, event_id, EventStatus.WAITING).values(due_at=now, updated_at=now)

    def do(connection: "Connection") -> EventRow | None:
        row = connection.execute(sooner.returning(e)).mappings().first()
        return row_of(row) if row else None

    return ledger.write(do)


def due_again(
    ledger: "Ledger", connection: "Connection", event_id: str, status: EventStatus
) -> None:
    """Let a dead event begin a new generation, or a waiting one go on, for the sake of one message."""
    now = ledger.clock.now()
    values = _anew(ledger) if status is EventStatus.DEAD else {"due_at": now, "updated_at": now}
    connection.execute(_one(ledger, event_id, status).values(values))


def _anew(ledger: "Ledger") -> dict[str, Any]:
    """What makes an event wait again as a new generation, due now."""
    now = ledger.clock.now()
    return {
        "status": EventStatus.WAITING,
        "due_at": now,
        "failures": 0,
        "generation": ledger.tables.events.c.generation + 1,
        "run_id": None,
        "error": None,
        "updated_at": now,
    }


def discard(ledger: "Ledger", event_id: str) -> EventRow | None:
    """The waiting or dead event, given up for good; None if it is neither.

    Its pending messages are skipped, those that may have left are in doubt.
    """

    def do(connection: "Connection") -> EventRow | None:
        statuses = (EventStatus.WAITING, EventStatus.DEAD)
        chosen = _one(ledger, event_id, *statuses)
        return next(iter(_discard(ledger, connection, chosen, DISCARDED)), None)

    return ledger.write(do)


def cancel(ledger: "Ledger", run: "RunRow", *, owner_gone: bool) -> EventRow | None:
    """The event of a run, given up for good; None if somebody works on it or it is over.

    `owner_gone`: nobody works on it, whatever its lease says. The run's attempt is raised, so that who
    had it is refused from then on.
    """

    def do(connection: "Connection") -> EventRow | None:
        e, r = ledger.tables.events, ledger.tables.runs
        mine = (e.c.environment == ledger.environment, e.c.id == run.slot, e.c.run_id == run.id)
        connection.execute(select(e.c.id).where(*mine).with_for_update()).all()
        is_free = or_(r.c.status != RunStatus.RUNNING, r.c.lease_until <= ledger.instant())
        taking = update(r).where(r.c.id == run.id, r.c.attempt == run.attempt)
        taking = taking.values(attempt=r.c.attempt + 1)
        if connection.execute(taking if owner_gone else taking.where(is_free)).rowcount != 1:
            return None
        ending = update(e).where(*mine, e.c.status.in_(CANCELLABLE))
        return next(iter(_discard(ledger, connection, ending, BY_HAND)), None)

    return ledger.write(do)


def void(
    ledger: "Ledger", connection: "Connection", *, name: str, subject: str, reason: str
) -> int:
    """Discard the waiting events of this name about this subject; how many.

    Their pending messages are skipped for the same reason, those that may have left are in doubt.
    """
    e = ledger.tables.events
    waiting = (
        select(e.c.id)
        .where(e.c.environment == ledger.environment, e.c.status == EventStatus.WAITING)
        .where(e.c.name == name, e.c.subject == subject)
        .order_by(e.c.id)
        .with_for_update()
    )
    ids = connection.execute(waiting).scalars().all()
    chosen = update(e).where(e.c.environment == ledger.environment, e.c.id.in_(ids))
    return len(_discard(ledger, connection, chosen, reason))


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
    for left, outcome in (
        (DeliveryState.PENDING, pending),
        (DeliveryState.SENDING, DeliveryState.IN_DOUBT),
    ):
        connection.execute(
            update(d)
            .where(d.c.run_id.in_(_runs(ledger, events)), d.c.state == left)
            .values(
                state=outcome, reason=reason, claim=d.c.claim + 1, updated_at=ledger.clock.now()
            )
        )


def given_up(ledger: "Ledger") -> "ColumnElement[str]":
    """The reason of a delivery that is given up: it keeps the one it had."""
    reason = ledger.tables.deliveries.c.reason
    return func.coalesce(literal(f"{GAVE_UP} ") + reason, GAVE_UP)


def prune_data(ledger: "Ledger", lease: "Lease", *, days: int, most: int) -> int:
    """Forget what the finished events older than `days` said, at most `most`; how many it were.

    Id, name, digest and outcome stay, so that none is accepted twice. Dead and waiting ones keep all.
    """
    e = ledger.tables.events
    old = _old(ledger, days, e.c.id).order_by(e.c.updated_at).limit(most)
    statement = (
        update(e)
        .where(e.c.environment == ledger.environment, e.c.id.in_(old.scalar_subquery()))
        .values(data=None, user=None, ack=None)
    )
    return ledger.write(lambda connection: connection.execute(statement).rowcount, lease)


def prunable_data(ledger: "Ledger", *, days: int) -> int:
    """How many payloads `prune_data` would forget."""
    with ledger.reading() as connection:
        count: int = connection.execute(_old(ledger, days, func.count())).scalar_one()
    return count


def _one(ledger: "Ledger", event_id: str, *statuses: EventStatus) -> "Update":
    e = ledger.tables.events
    return update(e).where(
        e.c.environment == ledger.environment, e.c.id == event_id, e.c.status.in_(statuses)
    )


def _discard(
    ledger: "Ledger", connection: "Connection", chosen: "Update", reason: str
) -> list[EventRow]:
    e, r = ledger.tables.events, ledger.tables.runs
    now = ledger.clock.now()
    statement = chosen.values(status=EventStatus.DISCARDED, error=reason, updated_at=now)
    discarded = [row_of(row) for row in connection.execute(statement.returning(e)).mappings()]
    ids = [event.id for event in discarded]
    because = literal(reason)
    close(ledger, connection, ids, pending=DeliveryState.SKIPPED, reason=because)
    connection.execute(
        update(r)
        .where(r.c.id.in_(_runs(ledger, ids)), r.c.status.not_in(SETTLED))
        .values(
            status=RunStatus.CANCELLED,
            error=reason,
            finished_at=now,
            cancel_requested_at=func.coalesce(r.c.cancel_requested_at, now),
            lease_until=None,
            owner=None,
        )
    )
    return discarded


def _reopen(ledger: "Ledger", connection: "Connection", event_id: str) -> None:
    d = ledger.tables.deliveries
    failed = d.c.state == DeliveryState.FAILED
    flying = and_(d.c.state == DeliveryState.IN_DOUBT, d.c.reason.startswith(GAVE_UP))
    for found, values in (
        (failed, {"state": DeliveryState.PENDING, "payload": None}),
        (flying, {"state": DeliveryState.SENDING}),
    ):
        connection.execute(
            update(d)
            .where(d.c.run_id.in_(_runs(ledger, [event_id])), found)
            .values(**values, reason=None, claim=d.c.claim + 1, updated_at=ledger.clock.now())
        )


def _runs(ledger: "Ledger", events: Sequence[str]) -> "Select[Any]":
    """The runs of all generations of these events."""
    e, r = ledger.tables.events, ledger.tables.runs
    of_event = and_(
        r.c.environment == e.c.environment, r.c.workflow == e.c.workflow, r.c.slot == e.c.id
    )
    return (
        select(r.c.id)
        .join(e, of_event)
        .where(e.c.environment == ledger.environment, e.c.id.in_(events), r.c.scope == "all")
    )


def _old(ledger: "Ledger", days: int, what: "ColumnElement[Any]") -> "Select[Any]":
    e = ledger.tables.events
    return select(what).where(
        e.c.environment == ledger.environment,
        e.c.status.in_(FINAL),
        e.c.updated_at < ledger.clock.now() - timedelta(days=days),
        or_(e.c.data.is_not(None), e.c.user.is_not(None), e.c.ack.is_not(None)),
    )
