"""The rows of events, and the statements that only read them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, union_all

from fisioflow_cli.ledger.tables import EventStatus, RunStatus

if TYPE_CHECKING:
    from sqlalchemy import RowMapping, Select

    from fisioflow_cli.ledger.ledger import Lease, Ledger

PRIORITIES = range(4)
"""0 critical, 1 high, 2 normal, 3 low: in this order they are claimed."""


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """An event that was read and checked, ready to be accepted."""

    id: str
    name: str
    data: Mapping[str, Any]
    ts: datetime | None
    """Not before this instant, UTC; None: at once."""
    user: Mapping[str, Any] | None = None
    v: str | None = None
    ack: Any = None
    source: str
    """Where it came from: `stdin`, `file`, `emit`, `listen`, `api` or `batch`."""
    parent_id: str | None = None
    subject: str | None = None
    """What it is about, an appointment's id say, for the events that can be called off."""
    workflow: str | None
    """The id of the workflow that handles it; None: nobody does, so it is kept as ignored."""
    priority: int = 2
    """0 critical, 1 high, 2 normal, 3 low."""


class Verdict(StrEnum):
    """What became of an event that was offered."""

    ACCEPTED = "accepted"
    IGNORED = "ignored"
    DUPLICATE = "duplicate"
    CONFLICT = "id_conflict"


@dataclass(frozen=True, kw_only=True)
class EventRow:
    """One event as the ledger has it; instants in UTC."""

    environment: str
    id: str
    name: str
    data: Mapping[str, Any] | None
    """None once it was pruned."""
    digest: str
    """SHA-256 over name and data, canonical: what an id stands for, for ever."""
    ts: datetime
    user: Mapping[str, Any] | None
    v: str | None
    ack: Any
    source: str
    parent_id: str | None
    subject: str | None
    workflow: str | None
    priority: int
    status: EventStatus
    due_at: datetime
    attempt: int
    """How often it was claimed."""
    failures: int
    """How many of these count towards the maximum."""
    generation: int
    """1, and one more with each `events retry`."""
    run_id: str | None
    error: str | None
    accepted_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class Offered:
    """What became of one offered event, and the event as the ledger has it now."""

    verdict: Verdict
    event: EventRow


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """An event to be worked on, with the lease of its run."""

    event: EventRow
    lease: "Lease"
    cancelled: bool = False
    """Whether a person has asked for its end before: then it is not begun with."""


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """How an attempt at an event ended: written to the event and its run together."""

    status: EventStatus
    run_status: RunStatus
    due_at: datetime | None = None
    """When it is due again, if it waits."""
    failures: int = 0
    error: str | None = None
    run_error: str | None = None
    """What is said of this attempt, where the event keeps an earlier one's error."""
    result: Mapping[str, Any] | None = None


def get(ledger: "Ledger", event_id: str) -> EventRow | None:
    """The event with this id."""
    e = ledger.tables.events
    query = select(e).where(e.c.environment == ledger.environment, e.c.id == event_id)
    return next(iter(_rows(ledger, query)), None)


def matching(ledger: "Ledger", prefix: str, *, most: int = 2) -> list[EventRow]:
    """Events whose id begins with `prefix`, as people shorten ids; at most `most`."""
    e = ledger.tables.events
    query = (
        select(e)
        .where(e.c.environment == ledger.environment, e.c.id.startswith(prefix, autoescape=True))
        .order_by(e.c.id)
        .limit(most)
    )
    return _rows(ledger, query)


def counts(ledger: "Ledger") -> Counter[EventStatus]:
    """How many events of this environment are in each status."""
    e = ledger.tables.events
    query = (
        select(e.c.status, func.count())
        .where(e.c.environment == ledger.environment)
        .group_by(e.c.status)
    )
    with ledger.reading() as connection:
        found = connection.execute(query).all()
    return Counter({EventStatus(status): count for status, count in found})


def next_due(ledger: "Ledger") -> datetime | None:
    """When the earliest waiting event is due, UTC; None if none waits."""
    e = ledger.tables.events
    earliest = [
        select(func.min(e.c.due_at)).where(
            e.c.environment == ledger.environment,
            e.c.status == EventStatus.WAITING,
            e.c.priority == priority,
        )
        for priority in PRIORITIES
    ]
    # one look into the index per priority, however many wait
    with ledger.reading() as connection:
        found = connection.execute(union_all(*earliest)).scalars().all()
    return min((due for due in found if due is not None), default=None)


def row_of(row: "RowMapping") -> EventRow:
    """The event in a row of the table."""
    return EventRow(**{**row, "status": EventStatus(row["status"])})


def _rows(ledger: "Ledger", query: "Select[Any]") -> list[EventRow]:
    with ledger.reading() as connection:
        return [row_of(row) for row in connection.execute(query).mappings()]
