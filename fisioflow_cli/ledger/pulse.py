"""The pulse of a ledger: whether anything has changed, and how a dispatch is doing right now.

All of it is read from the ends of indexes: as cheap with a million rows as with ten.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, union_all

from fisioflow_cli.ledger import backlog
from fisioflow_cli.ledger.backlog import Counts
from fisioflow_cli.ledger.buckets import bucket
from fisioflow_cli.ledger.event_rows import EventRow, row_of
from fisioflow_cli.ledger.tables import DeliveryState, EventStatus, RunStatus

if TYPE_CHECKING:
    from enum import StrEnum

    from sqlalchemy import ColumnElement, RowMapping, Select

    from fisioflow_cli.ledger.ledger import Ledger

WINDOW = 60
"""Seconds that a pulse looks back."""
MOST_RUNNING = 64
ENDED = (EventStatus.COMPLETED, EventStatus.DEAD)


@dataclass(frozen=True, kw_only=True)
class Busy:
    """A run that somebody works on."""

    id: str
    workflow: str
    attempt: int
    owner: Mapping[str, Any] | None
    started_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """How the events are doing."""

    counts: Counts
    """What there is to do."""
    per_second: list[int]
    """Events that ended, in each of the last sixty seconds, the present one last."""
    ended: Counter[str]
    """The same, by status."""
    messages: Counter[str]
    """Deliveries by the state that they came to in these seconds."""
    busy: list[Busy]
    latest: list[EventRow]
    """The events that ended last, newest first."""


def mark(ledger: "Ledger") -> str:
    """A short text that is another one as soon as anything of runs, events or deliveries has changed."""
    t = ledger.tables
    ends = [
        *_ends(ledger, t.events.c.status, EventStatus, t.events.c.updated_at),
        *_ends(ledger, t.deliveries.c.state, DeliveryState, t.deliveries.c.updated_at),
        *_ends(ledger, t.runs.c.status, RunStatus, t.runs.c.created_at),
    ]
    with ledger.reading() as connection:
        newest = connection.execute(union_all(*ends)).scalars().all()
        running = connection.execute(_running(ledger)).all()
        s = t.steps
        done = connection.execute(
            select(func.count()).where(s.c.run_id.in_([row.id for row in running]))
        ).scalar_one()
    return hashlib.sha256(repr((newest, running, done)).encode()).hexdigest()[:16]


def take(ledger: "Ledger", *, most: int) -> Pulse:
    """The pulse now; of the events that ended last, at most `most`."""
    now = ledger.clock.now()
    since = now - timedelta(seconds=WINDOW)
    with ledger.at_one_look() as same:
        beats = _beats(same, since)
        ended = Counter[str]()
        per_second = Counter[int]()
        for beat in beats:
            ended[beat["status"]] += beat["number"]
            per_second[beat["second"]] += beat["number"]
        last = int(now.timestamp())
        return Pulse(
            counts=backlog.counts(same),
            per_second=[per_second[last - age] for age in reversed(range(WINDOW))],
            ended=ended,
            messages=_messages(same, since),
            busy=[Busy(**row) for row in _rows(same, _running(same))],
            latest=_latest(same, most),
        )


def _beats(ledger: "Ledger", since: datetime) -> "Sequence[RowMapping]":
    """How many events ended, by status and second."""
    e = ledger.tables.events
    second = bucket(ledger, e.c.updated_at, 1)
    query = (
        select(e.c.status, second.label("second"), func.count().label("number"))
        .where(e.c.environment == ledger.environment, e.c.status.in_(ENDED))
        .where(e.c.updated_at >= since)
        .group_by(e.c.status, second)
    )
    return _rows(ledger, query)


def _messages(ledger: "Ledger", since: datetime) -> Counter[str]:
    """How many deliveries came to each state."""
    d = ledger.tables.deliveries
    query = (
        select(d.c.state, func.count().label("number"))
        .where(d.c.environment == ledger.environment)
        .where(d.c.state.in_(list(DeliveryState)), d.c.updated_at >= since)
        .group_by(d.c.state)
    )
    return Counter({row["state"]: row["number"] for row in _rows(ledger, query)})


def _latest(ledger: "Ledger", most: int) -> list[EventRow]:
    """The events that ended last, newest first."""
    e = ledger.tables.events
    here = e.c.environment == ledger.environment
    of_each = [
        select(e).where(here, e.c.status == status).order_by(e.c.updated_at.desc()).limit(most)
        for status in ENDED
    ]
    rows = [row_of(row) for query in of_each for row in _rows(ledger, query)]
    return sorted(rows, key=lambda event: event.updated_at, reverse=True)[:most]


def _rows(ledger: "Ledger", query: "Select[Any]") -> "Sequence[RowMapping]":
    with ledger.reading() as connection:
        return connection.execute(query).mappings().all()


def _ends(
    ledger: "Ledger",
    kind: "ColumnElement[Any]",
    kinds: "Iterable[StrEnum]",
    at: "ColumnElement[Any]",
) -> "list[Select[Any]]":
    """The newest instant of each kind: one look into an index each."""
    environment = kind.table.c.environment
    return [
        select(func.max(at)).where(environment == ledger.environment, kind == each)
        for each in kinds
    ]


def _running(ledger: "Ledger") -> "Select[Any]":
    r = ledger.tables.runs
    return (
        select(r.c.id, r.c.workflow, r.c.attempt, r.c.owner, r.c.started_at)
        .where(r.c.environment == ledger.environment, r.c.status == RunStatus.RUNNING)
        .order_by(r.c.created_at.desc())
        .limit(MOST_RUNNING)
    )
