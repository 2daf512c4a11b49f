"""Working on events: claimed with their run and its lease, concluded together with it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, literal, select, update

from fisioflow_cli.errors import LeaseLost
from fisioflow_cli.ledger.cancelling import BY_HAND, requested_in
from fisioflow_cli.ledger.event_deliveries import close, given_up
from fisioflow_cli.ledger.event_rows import PRIORITIES, Claimed, Conclusion, EventRow, row_of
from fisioflow_cli.ledger.ledger import Lease
from fisioflow_cli.ledger.runs import RunEnd, finish_in
from fisioflow_cli.ledger.tables import DeliveryState, EventStatus, RunStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fisioflow_cli.ledger.ledger import Ledger


def claim(ledger: "Ledger", owner: Mapping[str, Any], seconds: int, *, most: int) -> list[Claimed]:
    """Up to `most` due events, most urgent first, each with a leased run (attempt raised).

    One transaction; FOR UPDATE SKIP LOCKED on PostgreSQL. The run is (workflow, slot = event id,
    scope `all`, generation of the event).
    """

    def do(connection: "Connection") -> list[Claimed]:
        due = _due(ledger, connection, most)
        if not due:
            return []
        held = {"owner": dict(owner), "lease_until": ledger.instant(timedelta(seconds=seconds))}
        leases = _reopen(ledger, connection, due, held)
        new = [event for event in due if event.id not in leases]
        leases |= _open(ledger, connection, new, held)
        return _mark(ledger, connection, due, leases)

    return ledger.write(do)


def _due(ledger: "Ledger", connection: "Connection", most: int) -> list[EventRow]:
    """The most urgent events that are due, theirs alone on PostgreSQL until the transaction ends."""
    e = ledger.tables.events
    found: list[EventRow] = []
    # one range of the index after the other: what waits for later is never looked at
    for priority in PRIORITIES:
        if len(found) >= most:
            break
        query = (
            select(e)
            .where(e.c.environment == ledger.environment, e.c.status == EventStatus.WAITING)
            .where(e.c.priority == priority, e.c.due_at <= ledger.clock.now())
            .order_by(e.c.due_at, e.c.accepted_at, e.c.id)
            .limit(most - len(found))
            .with_for_update(skip_locked=True)
        )
        found += [row_of(row) for row in connection.execute(query).mappings()]
    return found


def _reopen(
    ledger: "Ledger", connection: "Connection", due: Sequence[EventRow], held: Mapping[str, Any]
) -> dict[str, Lease]:
    """The leases on the runs of those that were worked on before, their attempt raised, by event."""
    known = [event.run_id for event in due if event.run_id is not None]
    if not known:
        return {}
    r = ledger.tables.runs
    statement = (
        update(r)
        .where(r.c.id.in_(known))
        .values(
            status=RunStatus.RUNNING,
            attempt=r.c.attempt + 1,
            finished_at=None,
            error=None,
            **held,
        )
        .returning(r.c.slot, r.c.id, r.c.attempt)
    )
    return {
        event_id: Lease(run_id=run_id, attempt=attempt)
        for event_id, run_id, attempt in connection.execute(statement).all()
    }


def _open(
    ledger: "Ledger", connection: "Connection", new: Sequence[EventRow], held: Mapping[str, Any]
) -> dict[str, Lease]:
    """The leases on new runs for these, by event."""
    if not new:
        return {}
    now = ledger.clock.now()
    leases = {event.id: Lease(run_id=str(uuid.uuid4()), attempt=1) for event in new}
    statement = insert(ledger.tables.runs).values(
        environment=ledger.environment,
        scope="all",
        status=RunStatus.RUNNING,
        attempt=1,
        created_at=now,
        started_at=now,
        **held,
    )
    runs = [
        {
            "id": leases[event.id].run_id,
            "workflow": event.workflow,
            "slot": event.id,
            "generation": event.generation,
            "as_of": event.ts,
        }
        for event in new
    ]
    connection.execute(statement, runs)
    return leases


def _mark(
    ledger: "Ledger",
    connection: "Connection",
    due: Sequence[EventRow],
    leases: Mapping[str, Lease],
) -> list[Claimed]:
    e = ledger.tables.events
    now = ledger.clock.now()
    statement = (
        update(e)
        .where(e.c.environment == ledger.environment, e.c.id == bindparam("event"))
        .values(
            status=EventStatus.RUNNING,
            attempt=e.c.attempt + 1,
            run_id=bindparam("run"),
            updated_at=now,
        )
    )
    runs = [{"event": event.id, "run": leases[event.id].run_id} for event in due]
    connection.execute(statement, runs)
    before = [lease.run_id for lease in leases.values() if lease.attempt > 1]
    cancelled = requested_in(ledger, connection, before)
    return [
        Claimed(
            event=replace(
                event,
                status=EventStatus.RUNNING,
                attempt=event.attempt + 1,
                run_id=leases[event.id].run_id,
                updated_at=now,
            ),
            lease=leases[event.id],
            cancelled=leases[event.id].run_id in cancelled,
        )
        for event in due
    ]


def conclude(ledger: "Ledger", claimed: Claimed, conclusion: Conclusion) -> EventRow:
    """Record how an attempt ended, on event and run, and give the lease back; LeaseLost if it is over.

    Through `Ledger.write`, so that it may share a transaction. A dead event's deliveries are closed in
    the same transaction: pending ones fail (`gave_up …`), those in flight are in doubt. So are those of
    one that a person has ended, but the pending ones are skipped.
    """
    lease = claimed.lease

    def do(connection: "Connection") -> EventRow:
        end = RunEnd(
            status=conclusion.run_status,
            result=conclusion.result,
            error=conclusion.run_error or conclusion.error,
            by_hand=conclusion.status is EventStatus.DISCARDED,
        )
        finish_in(ledger, connection, lease, end)
        ended = _end(ledger, connection, claimed, conclusion)
        if conclusion.status is EventStatus.DEAD:
            reason = given_up(ledger)
            close(ledger, connection, [ended.id], pending=DeliveryState.FAILED, reason=reason)
        if conclusion.status is EventStatus.DISCARDED:
            because = literal(BY_HAND)
            close(ledger, connection, [ended.id], pending=DeliveryState.SKIPPED, reason=because)
        return ended

    return ledger.write(do, lease)


def _end(
    ledger: "Ledger", connection: "Connection", claimed: Claimed, conclusion: Conclusion
) -> EventRow:
    e = ledger.tables.events
    now = ledger.clock.now()
    due: dict[str, datetime] = {}
    if conclusion.status is EventStatus.WAITING:
        due["due_at"] = conclusion.due_at or now
    statement = (
        update(e)
        .where(e.c.environment == ledger.environment, e.c.id == claimed.event.id)
        .where(e.c.status == EventStatus.RUNNING, e.c.run_id == claimed.lease.run_id)
        .values(
            status=conclusion.status,
            failures=conclusion.failures,
            error=conclusion.error,
            updated_at=now,
            **due,
        )
        .returning(e)
    )
    row = connection.execute(statement).mappings().first()
    if row is None:
        raise LeaseLost
    return row_of(row)
