"""The list of deliveries: filtered, newest first, in keyset pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fisioflow_cli.ledger.deliveries import DeliveryRow, row_of
from fisioflow_cli.ledger.pages import Among, Listing, Page, between, equal
from fisioflow_cli.ledger.tables import DeliveryState

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from fisioflow_cli.ledger.ledger import Ledger


EQUAL = ("state", "channel", "reason", "run_id", "recipient_id", "organization_id")


@dataclass(frozen=True, kw_only=True)
class DeliveryFilter:
    """Which deliveries of the ledger's environment are meant; None: whichever."""

    state: DeliveryState | None = None
    channel: str | None = None
    reason: str | None = None
    run_id: str | None = None
    recipient_id: str | None = None
    """The patient's or user's id in the clinic."""
    organization_id: str | None = None
    key: str | None = None
    """What the message key begins with."""
    since: datetime | None = None
    """Opened at this instant or later."""
    until: datetime | None = None
    """Opened before this instant."""


def page(
    ledger: "Ledger",
    wanted: DeliveryFilter,
    *,
    after: str | None = None,
    most: int = 20,
    look: int | None = None,
) -> Page[DeliveryRow]:
    """The newest deliveries behind the cursor `after`; UsageError if that is none.

    `look`: for what no index finds look through no more than so many of them; the page may then have
    fewer, even none, and still a next one.
    """
    among = Among.of(wanted, _unindexed(wanted), look)
    where = _where(ledger, wanted, among)
    return _listing(ledger).page(ledger, where, after=after, most=most, among=among)


def count(
    ledger: "Ledger", wanted: DeliveryFilter, *, most: int | None = None, look: int | None = None
) -> int:
    """How many deliveries are meant; `most`: count no further than that; `look`: as in `page`."""
    among = Among.of(wanted, _unindexed(wanted), look)
    return _listing(ledger).count(ledger, _where(ledger, wanted, among), most=most, among=among)


def looks(wanted: DeliveryFilter) -> bool:
    """Whether the filter asks for something that no index finds."""
    return Among.of(wanted, _unindexed(wanted), 1) is not None


def _listing(ledger: "Ledger") -> Listing[DeliveryRow]:
    d = ledger.tables.deliveries
    return Listing(columns=list(d.c), at=d.c.created_at, id=d.c.id, row=row_of)


def _unindexed(wanted: DeliveryFilter) -> tuple[str, ...]:
    return () if wanted.run_id or wanted.recipient_id else ("channel", "reason", "organization_id")


def _where(
    ledger: "Ledger", wanted: DeliveryFilter, among: Among | None
) -> "list[ColumnElement[bool]]":
    d = ledger.tables.deliveries
    apart = among.values if among else {}
    conditions = [
        d.c.environment == ledger.environment,
        *equal(d, wanted, [name for name in EQUAL if name not in apart]),
        *between(d.c.created_at, wanted.since, wanted.until),
    ]
    if wanted.key is not None:
        conditions.append(d.c.message_key.startswith(wanted.key, autoescape=True))
    return conditions
