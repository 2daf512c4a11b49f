"""Cancelling by hand: asked for here, noticed by whoever works on the run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from fisioflow_cli.ledger.tables import RunStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fisioflow_cli.ledger.ledger import Ledger

BY_HAND = "cancelled_by_hand"
"""The reason of what was open when a person ended its run."""


def request(ledger: "Ledger", run_id: str) -> bool:
    """Ask whoever works on the run to end it after the step in hand; false if nobody does (any more).

    It stays asked if they die: whoever takes the run over ends it.
    """
    runs = ledger.tables.runs
    statement = (
        update(runs)
        .where(runs.c.id == run_id, runs.c.status == RunStatus.RUNNING)
        .values(cancel_requested_at=func.coalesce(runs.c.cancel_requested_at, ledger.clock.now()))
    )
    return ledger.write(lambda connection: connection.execute(statement).rowcount == 1)


def requested(ledger: "Ledger", run_ids: Sequence[str]) -> set[str]:
    """Those of the runs whose end somebody has asked for."""
    with ledger.reading() as connection:
        return requested_in(ledger, connection, run_ids)


def requested_in(ledger: "Ledger", connection: "Connection", run_ids: Sequence[str]) -> set[str]:
    """The same in the caller's transaction."""
    if not run_ids:
        return set()
    runs = ledger.tables.runs
    query = select(runs.c.id).where(runs.c.id.in_(run_ids), runs.c.cancel_requested_at.is_not(None))
    return set(connection.execute(query).scalars())
