"""Accepting events: each id once, for ever; what comes again is known by its digest."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from fisioflow_cli.ledger.event_rows import (
    PRIORITIES,
    EventRow,
    NewEvent,
    Offered,
    Verdict,
    row_of,
)
from fisioflow_cli.ledger.sources import advance_in
from fisioflow_cli.ledger.tables import EventStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.sources import Advance

MOST_IDS = 10_000
"""SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535."""


def accept(
    ledger: "Ledger", events: Sequence[NewEvent], *, advance: "Advance | None" = None
) -> list[Offered]:
    """Make the events durable in one transaction, in order; what became of each.

    With `advance` the source's position moves in the same transaction; PositionTaken, and nothing
    accepted, if another process has moved it since it was read.
    """

    def do(connection: "Connection") -> list[Offered]:
        if advance is not None:
            advance_in(ledger, connection, advance)
        return accept_in(ledger, connection, events)

    return ledger.write(do)


def accept_in(
    ledger: "Ledger", connection: "Connection", events: Sequence[NewEvent]
) -> list[Offered]:
    """The same in the caller's transaction: for children that must come into being with a step."""
    now = ledger.clock.now()
    rows = [_row(event, ledger.environment, now) for event in events]
    first: dict[str, EventRow] = {}
    for row in rows:
        first.setdefault(row.id, row)
    # in the order of their ids, or two processes with the same ones could wait for each other
    fresh = _insert(ledger, connection, [first[event_id] for event_id in sorted(first)])
    kept = first | _find(ledger, connection, first.keys() - fresh)
    return [
        _offered(row, kept[row.id], is_new=row.id in fresh and row is first[row.id]) for row in rows
    ]


def digest(name: str, data: Mapping[str, object]) -> str:
    """What an id stands for: SHA-256 over name and data, whatever the order of the keys."""
    canonical = json.dumps(
        [name, dict(data)], sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _offered(row: EventRow, kept: EventRow, *, is_new: bool) -> Offered:
    if is_new:
        ignored = kept.status is EventStatus.IGNORED
        return Offered(verdict=Verdict.IGNORED if ignored else Verdict.ACCEPTED, event=kept)
    same = row.digest == kept.digest
    return Offered(verdict=Verdict.DUPLICATE if same else Verdict.CONFLICT, event=kept)


def _row(event: NewEvent, environment: str, now: datetime) -> EventRow:
    if event.priority not in PRIORITIES:
        raise ValueError(f"no event has the priority {event.priority}")
    due = max(event.ts or now, now)  # refuses an instant without a zone
    made: dict[str, Any] = {
        "data": dict(event.data),
        "digest": digest(event.name, event.data),
        "ts": (event.ts or now).astimezone(UTC),
        "status": EventStatus.WAITING if event.workflow else EventStatus.IGNORED,
        "due_at": due.astimezone(UTC),
    }
    return EventRow(
        **vars(event) | made,
        environment=environment,
        attempt=0,
        failures=0,
        generation=1,
        run_id=None,
        error=None,
        accepted_at=now,
        updated_at=now,
    )


def _insert(ledger: "Ledger", connection: "Connection", rows: Sequence[EventRow]) -> set[str]:
    """Insert those whose id is not known; their ids."""
    if not rows:
        return set()
    e = ledger.tables.events
    statement = ledger.insert(e).on_conflict_do_nothing().returning(e.c.id)
    return set(connection.execute(statement, [vars(row) for row in rows]).scalars())


def _find(ledger: "Ledger", connection: "Connection", ids: Iterable[str]) -> dict[str, EventRow]:
    e = ledger.tables.events
    found: dict[str, EventRow] = {}
    left = sorted(ids)
    while left:
        some, left = left[:MOST_IDS], left[MOST_IDS:]
        query = select(e).where(e.c.environment == ledger.environment, e.c.id.in_(some))
        found |= {row["id"]: row_of(row) for row in connection.execute(query).mappings()}
    return found
