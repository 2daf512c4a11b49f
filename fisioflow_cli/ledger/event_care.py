"""Caring for events by hand: retried, hastened, discarded, cancelled or called off."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, literal, or_, select, update

from fisioflow_cli.ledger.cancelling import BY_HAND
from fisioflow_cli.ledger.event_deliveries import close, reopen, runs_of
from fisioflow_cli.ledger.event_rows import EventRow, row_of
from fisioflow_cli.ledger.tables import SETTLED, DeliveryState, EventStatus, RunStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection, Update

    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.runs import RunRow

DISCARDED = "discarded"
CANCELLABLE = (EventStatus.WAITING, EventStatus.RUNNING, EventStatus.DEAD)


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
            reopen(ledger, connection, event_id)
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
        .where(r.c.id.in_(runs_of(ledger, ids)), r.c.status.not_in(SETTLED))
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
