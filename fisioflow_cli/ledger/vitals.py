"""Vital signs: how long runs take, what waits, what is dead, in doubt or stuck."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select, union_all

from fisioflow_cli.ledger.run_rows import RunRow, columns, row_of
from fisioflow_cli.ledger.tables import SETTLED, DeliveryState, EventStatus, RunStatus

if TYPE_CHECKING:
    from sqlalchemy import Select

    from fisioflow_cli.ledger.ledger import Ledger

MOST_STUCK = 20


@dataclass(frozen=True, kw_only=True)
class EventCounts:
    """How many events need somebody's attention, or will."""

    waiting: int
    due: int
    """Those of the waiting ones whose time has come."""
    dead: int


@dataclass(frozen=True, kw_only=True)
class StuckRun:
    """A run whose process is gone and that nobody has taken over; instants in UTC."""

    id: str
    workflow: str
    slot: str
    lease_until: datetime


def settled(ledger: "Ledger", workflows: Sequence[str], *, most: int) -> list[RunRow]:
    """The newest settled runs for all organizations, at most `most` per workflow, newest first."""
    return _newest(ledger, workflows, SETTLED, most)


def successes(ledger: "Ledger", workflows: Sequence[str]) -> dict[str, RunRow]:
    """The newest completed run for all organizations of each workflow that has one."""
    return {run.workflow: run for run in _newest(ledger, workflows, (RunStatus.COMPLETED,), 1)}


def events(ledger: "Ledger") -> EventCounts:
    """The events that wait, that are due, and that are dead."""
    e = ledger.tables.events
    due = func.sum(case((e.c.due_at <= ledger.clock.now(), 1), else_=0))
    statuses = (EventStatus.WAITING, EventStatus.DEAD)
    query = (
        select(e.c.status, func.count(), due)
        .where(e.c.environment == ledger.environment, e.c.status.in_(statuses))
        .group_by(e.c.status)
    )
    with ledger.reading() as connection:
        found = {status: (count, ready) for status, count, ready in connection.execute(query)}
    waiting, ready = found.get(EventStatus.WAITING, (0, 0))
    return EventCounts(
        waiting=waiting, due=int(ready or 0), dead=found.get(EventStatus.DEAD, (0, 0))[0]
    )


def in_doubt(ledger: "Ledger") -> int:
    """How many messages may or may not have been sent."""
    d = ledger.tables.deliveries
    query = select(func.count()).where(
        d.c.environment == ledger.environment, d.c.state == DeliveryState.IN_DOUBT
    )
    with ledger.reading() as connection:
        count: int = connection.execute(query).scalar_one()
    return count


def stuck(ledger: "Ledger", *, since: timedelta) -> list[StuckRun]:
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


def _newest(
    ledger: "Ledger", workflows: Sequence[str], statuses: Sequence[RunStatus], most: int
) -> list[RunRow]:
    if not workflows:
        return []
    runs = ledger.tables.runs

    def of(workflow: str) -> "Select[Any]":
        newest = (
            select(*columns(ledger))
            .where(runs.c.environment == ledger.environment, runs.c.workflow == workflow)
            .where(runs.c.scope == "all", runs.c.status.in_(statuses))
            .order_by(runs.c.created_at.desc())
            .limit(most)
        )
        return select(newest.subquery())

    with ledger.reading() as connection:
        found = connection.execute(union_all(*map(of, workflows))).mappings()
        rows = [row_of(row) for row in found]
    return sorted(rows, key=lambda run: run.created_at, reverse=True)
