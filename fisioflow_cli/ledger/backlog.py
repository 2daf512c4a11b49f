"""The backlog: what there is to do, what nobody takes up, and what waits for a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from fisioflow_cli.ledger.tables import DeliveryState, EventStatus, RunStatus

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement

    from fisioflow_cli.ledger.ledger import Ledger

MOST_COUNTED = 10_000
"""Where a count ends, since more is just as many: a full ledger answers as fast as an empty one."""
MOST_STUCK = 20


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What there is to do; each count ends at MOST_COUNTED."""

    waiting: int
    due: int
    """Those of the waiting events whose time has come."""
    running: int
    dead: int
    in_doubt: int
    """Deliveries that may have arrived."""


@dataclass(frozen=True, kw_only=True)
class Left:
    """How many there are, no further than MOST_COUNTED, and since when at the longest; UTC."""

    count: int
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class StuckRun:
    """A run whose process is gone and that nobody has taken over; instants in UTC."""

    id: str
    workflow: str
    slot: str
    lease_until: datetime


def counts(ledger: "Ledger") -> Counts:
    """What there is to do now."""
    e, d = ledger.tables.events, ledger.tables.deliveries
    waiting = e.c.status == EventStatus.WAITING
    with ledger.at_one_look() as same:
        return Counts(
            waiting=_count(same, e.c.id, waiting),
            due=_count(same, e.c.id, waiting, e.c.due_at <= ledger.clock.now()),
            running=_count(same, e.c.id, e.c.status == EventStatus.RUNNING),
            dead=_count(same, e.c.id, e.c.status == EventStatus.DEAD),
            in_doubt=_count(same, d.c.id, d.c.state == DeliveryState.IN_DOUBT),
        )


def in_words(count: int) -> str:
    """A count as people read it, which may have ended before the rows did."""
    return f"{count} or more" if count == MOST_COUNTED else str(count)


def overdue_events(ledger: "Ledger", *, after: timedelta) -> Left:
    """The events that are due for longer than `after`, and that nobody has taken up."""
    e = ledger.tables.events
    overdue = e.c.due_at < ledger.clock.now() - after
    return _left(ledger, e.c.due_at, e.c.status == EventStatus.WAITING, overdue)


def dead_events(ledger: "Ledger") -> Left:
    """The events that wait for a person."""
    e = ledger.tables.events
    return _left(ledger, e.c.updated_at, e.c.status == EventStatus.DEAD)


def in_doubt(ledger: "Ledger", *, after: timedelta) -> Left:
    """The messages in doubt for longer than `after`."""
    d = ledger.tables.deliveries
    lasting = d.c.updated_at < ledger.clock.now() - after
    return _left(ledger, d.c.updated_at, d.c.state == DeliveryState.IN_DOUBT, lasting)


def stuck_runs(ledger: "Ledger", *, since: timedelta) -> list[StuckRun]:
    """The runs whose lease ended `since` ago or earlier, the oldest first; 20 at the most.

    Not those that are opened for a later start, and that nobody has begun.
    """
    r = ledger.tables.runs
    query = (
        select(r.c.id, r.c.workflow, r.c.slot, r.c.lease_until)
        .where(r.c.environment == ledger.environment, r.c.status == RunStatus.RUNNING)
        .where(r.c.lease_until <= ledger.instant(-since), r.c.attempt > 0)
        .order_by(r.c.lease_until)
        .limit(MOST_STUCK)
    )
    with ledger.reading() as connection:
        return [StuckRun(**row) for row in connection.execute(query).mappings()]


def _left(ledger: "Ledger", at: "Column[datetime]", *where: "ColumnElement[bool]") -> Left:
    oldest = select(func.min(at)).where(at.table.c.environment == ledger.environment, *where)
    with ledger.at_one_look() as same, same.reading() as connection:
        since = connection.execute(oldest).scalar_one()
        return Left(count=_count(same, at, *where), since=since)


def _count(ledger: "Ledger", column: "Column[Any]", *where: "ColumnElement[bool]") -> int:
    rows = select(column).where(column.table.c.environment == ledger.environment, *where)
    query = select(func.count()).select_from(rows.limit(MOST_COUNTED).subquery())
    with ledger.reading() as connection:
        found: int = connection.execute(query).scalar_one()
    return found
