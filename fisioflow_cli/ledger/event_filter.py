"""Which events are meant, as a list of them is asked for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.ledger.event_rows import EventRow, row_of
from fisioflow_cli.ledger.filters import Filter, Listing
from fisioflow_cli.ledger.tables import EventStatus

if TYPE_CHECKING:
    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class EventFilter(Filter[EventRow]):
    """Which events of the ledger's environment are meant; None: whichever."""

    name: str | None = None
    status: EventStatus | None = None

    def listing(self, ledger: "Ledger") -> Listing[EventRow]:
        """The events by the time at which they were accepted."""
        e = ledger.tables.events
        return Listing(table=e, columns=list(e.c), at=e.c.accepted_at, row=row_of)

    @property
    def equal(self) -> tuple[str, ...]:
        """What they are, and how they stand."""
        return ("name", "status")
