"""Having a settled run done once more: its next generation, and the pages that are read again."""

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from fisioflow_cli.ledger import runs
from fisioflow_cli.ledger.tables import DeliveryState, RunStatus, StepStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.runs import RunRow


def next_generation(ledger: "Ledger", run: "RunRow") -> "RunRow":
    """The run's next generation, which a start takes up; what has failed for good may be sent in it.

    Harmless when repeated or done by two at once. What is in doubt stays so.
    """
    d = ledger.tables.deliveries

    def do(connection: "Connection") -> str:
        opened = open_next(ledger, connection, run)
        connection.execute(
            update(d)
            .where(d.c.run_id == run.id, d.c.state == DeliveryState.FAILED)
            .values(
                state=DeliveryState.PENDING,
                reason=None,
                payload=None,
                run_id=opened,
                claim=d.c.claim + 1,
                updated_at=ledger.clock.now(),
            )
        )
        return opened

    opened = ledger.write(do)
    found = runs.get(ledger, opened)
    assert found is not None  # noqa: S101  # just opened
    return found


def open_next(ledger: "Ledger", connection: "Connection", run: "RunRow") -> str:
    """The id of the run's next generation, opened in the caller's transaction unless it is there."""
    r = ledger.tables.runs
    occasion = {
        "environment": run.environment,
        "workflow": run.workflow,
        "slot": run.slot,
        "scope": run.scope,
        "generation": run.generation + 1,
    }
    statement = ledger.insert(r).values(
        **occasion,
        id=str(uuid.uuid4()),
        status=RunStatus.RUNNING,
        attempt=0,
        lease_until=ledger.instant(),
        as_of=run.as_of,
        created_at=ledger.clock.now(),
    )
    connection.execute(statement.on_conflict_do_nothing())
    query = select(r.c.id).where(*(r.c[name] == value for name, value in occasion.items()))
    opened: str = connection.execute(query).scalar_one()
    return opened


def read_pages_again(ledger: "Ledger", connection: "Connection", run_id: str) -> None:
    """Let the next attempt at an unfinished run go through its pages once more; what is done stays done."""
    s = ledger.tables.steps
    query = select(s.c.name, s.c.result).where(
        s.c.run_id == run_id, s.c.status == StepStatus.COMPLETED
    )
    pages = [
        name
        for name, result in connection.execute(query)
        if isinstance(result, dict) and {"items", "until"} <= result.keys()
    ]
    connection.execute(
        update(s).where(s.c.run_id == run_id, s.c.name.in_(pages)).values(status=StepStatus.WAITING)
    )
