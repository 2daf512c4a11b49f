"""How much there was: deliveries, events and runs by hour, of a bounded number of rows."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, union_all

from fisioflow_cli.ledger.buckets import bucket
from fisioflow_cli.ledger.tables import DeliveryState, EventStatus, RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from enum import StrEnum

    from sqlalchemy import Column, RowMapping, Select

    from fisioflow_cli.ledger.ledger import Ledger

HOUR = 3600
MOST_ROWS = 50_000
"""Of one kind; more are not counted: the oldest of the time asked for are left out then."""


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
    """The deliveries by their state, in the hour in which they came to it."""
    d = ledger.tables.deliveries
    return _volumes(ledger, d.c.state, DeliveryState, d.c.updated_at, since)


def events(ledger: "Ledger", since: datetime) -> Volumes:
    """The events by their status, in the hour in which they came to it."""
    e = ledger.tables.events
    return _volumes(ledger, e.c.status, EventStatus, e.c.updated_at, since)


def runs(ledger: "Ledger", since: datetime) -> Volumes:
    """The runs by their status now, in the hour in which they were opened."""
    r = ledger.tables.runs
    return _volumes(ledger, r.c.status, RunStatus, r.c.created_at, since)


def _volumes(
    ledger: "Ledger",
    kind: "Column[str]",
    kinds: "Iterable[StrEnum]",
    at: "Column[datetime]",
    since: datetime,
) -> Volumes:
    """Read off one index, whose columns are environment, kind and instant, from its ends."""
    environment = kind.table.c.environment

    def newest(one: "StrEnum") -> "Select[Any]":
        query = (
            select(kind.label("kind"), at.label("at"))
            .where(environment == ledger.environment, kind == one, at >= since)
            .order_by(at.desc())
            .limit(MOST_ROWS)
            .subquery()
        )
        hour = bucket(ledger, query.c.at, HOUR).label("hour")
        return select(hour, query.c.kind, func.count().label("count")).group_by(hour, query.c.kind)

    with ledger.reading() as connection:
        found = connection.execute(union_all(*map(newest, kinds))).mappings().all()
    rows = [_volume(row) for row in found]
    return Volumes(rows=rows, since=max([since, *_cuts(rows)]))


def _volume(row: "RowMapping") -> Volume:
    hour = datetime.fromtimestamp(row["hour"] * HOUR, UTC)
    return Volume(hour=hour, kind=row["kind"], count=row["count"])


def _cuts(rows: list[Volume]) -> "Iterator[datetime]":
    """Of each kind that there was too much of, the end of the hour that is not wholly counted."""
    totals = Counter[str]()
    for row in rows:
        totals[row.kind] += row.count
    for kind in (kind for kind, total in totals.items() if total >= MOST_ROWS):
        yield min(row.hour for row in rows if row.kind == kind) + timedelta(seconds=HOUR)
