"""The statements on slots: which business periods there were and are about to be.

Whoever only reads the database (a monitor, `v_missed`) can name a slot that nobody has started, even
when nothing of ours runs any more: they are written ahead.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

if TYPE_CHECKING:
    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class SlotRow:
    """One slot of a workflow; instants in UTC."""

    slot: str
    due_at: datetime
    """When it is scheduled."""
    expires_at: datetime
    """From when on it is past its maximum age, or replaced by the next one."""


def known(ledger: "Ledger", workflow: str) -> tuple[datetime, datetime] | None:
    """When the first and the last known slot of a workflow are due; None if none is known."""
    s = ledger.tables.slots
    query = select(func.min(s.c.due_at), func.max(s.c.due_at)).where(
        s.c.environment == ledger.environment, s.c.workflow == workflow
    )
    with ledger.reading() as connection:
        first, last = connection.execute(query).one()
    return (first, last) if first is not None else None


def fill(ledger: "Ledger", workflow: str, rows: Sequence[SlotRow]) -> None:
    """Write the slots, in the place of what was known of them; harmless when repeated."""
    if not rows:
        return
    s = ledger.tables.slots
    facts = {"environment": ledger.environment, "workflow": workflow}
    statement = ledger.insert(s)
    statement = statement.on_conflict_do_update(
        index_elements=["environment", "workflow", "slot"],
        set_={
            "due_at": statement.excluded.due_at,
            "expires_at": statement.excluded.expires_at,
        },
    )
    values = [facts | asdict(row) for row in rows]
    ledger.write(lambda connection: connection.execute(statement, values))
