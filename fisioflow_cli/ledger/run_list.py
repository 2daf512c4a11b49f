"""The list of runs: filtered, newest first, in keyset pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fisioflow_cli.ledger.pages import Among, Listing, Page, between, equal
from fisioflow_cli.ledger.run_rows import RunRow, columns, row_of
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
    workflows: tuple[str, ...] = ()
    """Any of these workflows; given all there are, a slot is found without looking through the runs."""


def page(
    ledger: "Ledger",
    wanted: RunFilter,
    *,
    after: str | None = None,
    most: int = 20,
    look: int | None = None,
) -> Page[RunRow]:
    """The newest runs behind the cursor `after`; UsageError if that is none.

    `look`: for what no index finds look through no more than so many of them; the page may then have
    fewer, even none, and still a next one.
    """
    among = Among.of(wanted, _unindexed(wanted), look)
    where = _where(ledger, wanted, among)
    return _listing(ledger).page(ledger, where, after=after, most=most, among=among)


def count(
    ledger: "Ledger", wanted: RunFilter, *, most: int | None = None, look: int | None = None
) -> int:
    """How many runs are meant; `most`: count no further than that; `look`: as in `page`."""
    among = Among.of(wanted, _unindexed(wanted), look)
    return _listing(ledger).count(ledger, _where(ledger, wanted, among), most=most, among=among)


def looks(wanted: RunFilter) -> bool:
    """Whether the filter asks for something that no index finds."""
    return Among.of(wanted, _unindexed(wanted), 1) is not None


def _listing(ledger: "Ledger") -> Listing[RunRow]:
    runs = ledger.tables.runs
    return Listing(columns=columns(ledger), at=runs.c.created_at, id=runs.c.id, row=row_of)


def _unindexed(wanted: RunFilter) -> tuple[str, ...]:
    return ("scope",) if wanted.workflow or wanted.workflows else ("scope", "slot")


def _where(ledger: "Ledger", wanted: RunFilter, among: Among | None) -> "list[ColumnElement[bool]]":
    runs = ledger.tables.runs
    apart = among.values if among else {}
    names = [name for name in ("workflow", "status", "slot", "scope") if name not in apart]
    return [
        runs.c.environment == ledger.environment,
        *equal(runs, wanted, names),
        *([runs.c.workflow.in_(wanted.workflows)] if wanted.workflows else []),
        *between(runs.c.created_at, wanted.since, wanted.until),
    ]
