"""The statements on steps: what a run has done, so that it is never done again."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from fisioflow_cli.ledger.tables import StepStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """One step as the ledger has it; instants in UTC."""

    run_id: str
    name: str
    status: StepStatus
    attempt: int
    """The run's attempt that recorded it."""
    tries: int
    """How often its function was called in that attempt."""
    started_at: datetime
    finished_at: datetime
    result: Any
    error: str | None


def of_run(ledger: "Ledger", run_id: str, *, most: int | None = None) -> list[StepRow]:
    """The steps of a run, in the order they were begun; `most`: so many, the last ones."""
    steps = ledger.tables.steps
    query = select(steps).where(steps.c.run_id == run_id)
    if most is not None:
        last = query.order_by(steps.c.started_at.desc(), steps.c.name.desc()).limit(most).subquery()
        query = select(last)
    query = query.order_by(*(query.selected_columns[name] for name in ("started_at", "name")))
    with ledger.reading() as connection:
        found = connection.execute(query).mappings().all()
    return [StepRow(**{**row, "status": StepStatus(row["status"])}) for row in found]


def count(ledger: "Ledger", run_id: str) -> int:
    """How many steps a run has."""
    steps = ledger.tables.steps
    with ledger.reading() as connection:
        found: int = connection.execute(
            select(func.count()).where(steps.c.run_id == run_id)
        ).scalar_one()
    return found


def completed(ledger: "Ledger", connection: "Connection", run_id: str, name: str) -> StepRow | None:
    """The step in the caller's transaction, if it is done."""
    steps = ledger.tables.steps
    query = select(steps).where(
        steps.c.run_id == run_id, steps.c.name == name, steps.c.status == StepStatus.COMPLETED
    )
    row = connection.execute(query).mappings().first()
    return StepRow(**{**row, "status": StepStatus.COMPLETED}) if row else None


def record(ledger: "Ledger", connection: "Connection", row: StepRow) -> None:
    """Write a step in the caller's fenced transaction; a waiting or failed one is written over."""
    steps = ledger.tables.steps
    values = {
        "status": row.status,
        "attempt": row.attempt,
        "tries": row.tries,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "result": row.result,
        "error": row.error,
    }
    statement = ledger.insert(steps).values(run_id=row.run_id, name=row.name, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["run_id", "name"], set_=values)
    )
