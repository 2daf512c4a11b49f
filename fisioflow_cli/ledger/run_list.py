"""The list of runs: filtered, newest first, in keyset pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fisioflow_cli.ledger.pages import Listing, Page, between, equal
from fisioflow_cli.ledger.runs import RunRow, columns, row_of
from fisioflow_cli.ledger.tables import RunStatus

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class RunFilter:
    """Which runs of the ledger's environment are meant; None: whichever."""

    workflow: str | None = None
    """A workflow's id."""
    status: RunStatus | None = None
    since: datetime | None = None
    """Opened at this instant or later."""
    until: datetime | None = None
    """Opened before this instant."""
    slot: str | None = None
    scope: str | None = None


def page(
    ledger: "Ledger", wanted: RunFilter, *, after: str | None = None, most: int = 20
) -> Page[RunRow]:
    """The newest runs behind the cursor `after`; UsageError if that is none."""
    return _listing(ledger).page(ledger, _where(ledger, wanted), after=after, most=most)


def count(ledger: "Ledger", wanted: RunFilter, *, most: int | None = None) -> int:
    """How many runs are meant; `most`: count no further than that."""
    return _listing(ledger).count(ledger, _where(ledger, wanted), most=most)


def _listing(ledger: "Ledger") -> Listing[RunRow]:
    runs = ledger.tables.runs
    return Listing(columns=columns(ledger), at=runs.c.created_at, id=runs.c.id, row=row_of)


def _where(ledger: "Ledger", wanted: RunFilter) -> "list[ColumnElement[bool]]":
    runs = ledger.tables.runs
    return [
        runs.c.environment == ledger.environment,
        *equal(runs, wanted, ("workflow", "status", "slot", "scope")),
        *between(runs.c.created_at, wanted.since, wanted.until),
    ]
