"""What has been left behind: events that nobody takes up, and what waits for a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from fisioflow_cli.ledger.tables import DeliveryState, EventStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class Left:
    """How many there are, and since when at the longest; UTC."""

    count: int
    since: datetime | None = None


def overdue_events(ledger: "Ledger", *, after: timedelta) -> Left:
    """The events that are due for longer than `after`, and that nobody has taken up."""
    e = ledger.tables.events
    latest = ledger.clock.now() - after
    query = (
        select(func.count(), func.min(e.c.due_at))
        .where(e.c.environment == ledger.environment, e.c.status == EventStatus.WAITING)
        .where(e.c.due_at < latest)
    )
    return _left(ledger, query)


def dead_events(ledger: "Ledger") -> Left:
    """The events that wait for a person."""
    e = ledger.tables.events
    query = select(func.count(), func.min(e.c.updated_at)).where(
        e.c.environment == ledger.environment, e.c.status == EventStatus.DEAD
    )
    return _left(ledger, query)


def in_doubt(ledger: "Ledger", *, after: timedelta) -> Left:
    """The messages in doubt for longer than `after`."""
    d = ledger.tables.deliveries
    latest = ledger.clock.now() - after
    query = (
        select(func.count(), func.min(d.c.updated_at))
        .where(d.c.environment == ledger.environment, d.c.state == DeliveryState.IN_DOUBT)
        .where(d.c.updated_at < latest)
    )
    return _left(ledger, query)


def _left(ledger: "Ledger", query: "Select[int, Any]") -> Left:
    with ledger.reading() as connection:
        row: Sequence[Any] = connection.execute(query).one()
    return Left(count=row[0], since=row[1])
