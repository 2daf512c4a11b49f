"""The list of events: filtered, newest first, in keyset pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fisioflow_cli.ledger.event_rows import EventRow, row_of
from fisioflow_cli.ledger.pages import Listing, Page, between, equal
from fisioflow_cli.ledger.tables import EventStatus

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class EventFilter:
    """Which events of the ledger's environment are meant; None: whichever."""

    name: str | None = None
    status: EventStatus | None = None
    since: datetime | None = None
    """Accepted at this instant or later."""
    until: datetime | None = None
    """Accepted before this instant."""


def page(
    ledger: "Ledger", wanted: EventFilter, *, after: str | None = None, most: int = 20
) -> Page[EventRow]:
    """The newest events behind the cursor `after`; UsageError if that is none."""
    return _listing(ledger).page(ledger, _where(ledger, wanted), after=after, most=most)


def count(ledger: "Ledger", wanted: EventFilter, *, most: int | None = None) -> int:
    """How many events are meant; `most`: count no further than that."""
    return _listing(ledger).count(ledger, _where(ledger, wanted), most=most)


def _listing(ledger: "Ledger") -> Listing[EventRow]:
    e = ledger.tables.events
    return Listing(columns=list(e.c), at=e.c.accepted_at, id=e.c.id, row=row_of)


def _where(ledger: "Ledger", wanted: EventFilter) -> "list[ColumnElement[bool]]":
    e = ledger.tables.events
    return [
        e.c.environment == ledger.environment,
        *equal(e, wanted, ("name", "status")),
        *between(e.c.accepted_at, wanted.since, wanted.until),
    ]
