"""Which deliveries are meant, as a list of them is asked for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.ledger.deliveries import DeliveryRow, row_of
from fisioflow_cli.ledger.filters import Filter, Listing
from fisioflow_cli.ledger.tables import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement

    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class DeliveryFilter(Filter[DeliveryRow]):
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

    def listing(self, ledger: "Ledger") -> Listing[DeliveryRow]:
        """The deliveries by the time at which they were opened."""
        d = ledger.tables.deliveries
        return Listing(table=d, columns=list(d.c), at=d.c.created_at, row=row_of)

    @property
    def equal(self) -> tuple[str, ...]:
        """What became of them, on which way, to whom."""
        return ("state", "channel", "reason", "run_id", "recipient_id", "organization_id")

    @property
    def unindexed(self) -> tuple[str, ...]:
        """A run has few deliveries, and so has a recipient: these are looked through as they are."""
        found = self.run_id or self.recipient_id
        return () if found else ("channel", "reason", "organization_id")

    def where(self, ledger: "Ledger") -> "Iterator[ColumnElement[bool]]":
        """The beginning of the key."""
        if self.key is not None:
            yield ledger.tables.deliveries.c.message_key.startswith(self.key, autoescape=True)
