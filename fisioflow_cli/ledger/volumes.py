"""How much there was: deliveries, events and runs by hour, of a bounded number of rows."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from fisioflow_cli.ledger.buckets import bucket

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

    from fisioflow_cli.ledger.ledger import Ledger

HOUR = 3600
MOST_ROWS = 200_000
"""More are not counted: the oldest of the time asked for are left out then."""


@dataclass(frozen=True, kw_only=True)
class Volume:
    """How many rows of one kind there were in one hour."""

    hour: datetime
    """Its beginning, UTC."""
    kind: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Volumes:
    """What was counted, and from when on that is complete."""

    rows: list[Volume]
    since: datetime
    """Later than asked for if there was too much to count."""


def deliveries(ledger: "Ledger", since: datetime) -> Volumes:
    """The deliveries opened since then, by their state now."""
    d = ledger.tables.deliveries
    return _volumes(ledger, d, d.c.created_at, d.c.state, since)


def events(ledger: "Ledger", since: datetime) -> Volumes:
    """The events accepted since then, by their status now."""
    e = ledger.tables.events
    return _volumes(ledger, e, e.c.accepted_at, e.c.status, since)


def runs(ledger: "Ledger", since: datetime) -> Volumes:
    """The runs opened since then, by their status now."""
    r = ledger.tables.runs
    return _volumes(ledger, r, r.c.created_at, r.c.status, since)


def _volumes(
    ledger: "Ledger",
    table: "Table",
    at: "Column[datetime]",
    kind: "Column[str]",
    since: datetime,
) -> Volumes:
    newest = (
        select(at.label("at"), kind.label("kind"))
        .where(table.c.environment == ledger.environment, at >= since)
        .order_by(at.desc())
        .limit(MOST_ROWS)
        .subquery()
    )
    hour = bucket(ledger, newest.c.at, HOUR)
    query = select(hour, newest.c.kind, func.count(), func.min(newest.c.at)).group_by(
        hour, newest.c.kind
    )
    with ledger.reading() as connection:
        found = connection.execute(query).all()
    rows = [
        Volume(hour=datetime.fromtimestamp(number * HOUR, UTC), kind=name, count=count)
        for number, name, count, _ in found
    ]
    counted = sum(row.count for row in rows)
    first = min((earliest for *_, earliest in found), default=since)
    return Volumes(rows=rows, since=first if counted >= MOST_ROWS else since)
