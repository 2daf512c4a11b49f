"""Having a settled run done once more: its next generation, and the pages that are read again."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from fisioflow_cli.ledger import deliveries, runs
from fisioflow_cli.ledger.run_rows import generations, row_of
from fisioflow_cli.ledger.tables import DeliveryState, StepStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.runs import RunRow


def next_generation(ledger: "Ledger", run: "RunRow") -> "RunRow":
    """The run's next generation, which a start takes up; what has failed for good may be sent in it.

    Harmless when repeated or done by two at once. What is in doubt stays so.
    """
    d = ledger.tables.deliveries

    def do(connection: "Connection") -> str:
        opened = open_next(ledger, connection, run)
        if opened.leased or opened.settled:
            return opened.id  # it may have passed what has failed, and would skip it at its end
        failed = (d.c.run_id.in_(_before(ledger, run)), d.c.state == DeliveryState.FAILED)
        anew = {
            "state": DeliveryState.PENDING,
            "reason": None,
            "payload": None,
            "run_id": opened.id,
        }
        deliveries.change(ledger, connection, failed, anew)
        return opened.id

    opened = ledger.write(do)
    found = runs.get(ledger, opened)
    assert found is not None  # noqa: S101  # just opened
    return found


def _before(ledger: "Ledger", run: "RunRow") -> "Select[Any]":
    """The ids of the run's slot in all generations; of one for all organizations in every scope."""
    r = ledger.tables.runs
    query = select(r.c.id).where(
        r.c.environment == run.environment, r.c.workflow == run.workflow, r.c.slot == run.slot
    )
    return query if run.scope == "all" else query.where(r.c.scope == run.scope)


def open_next(ledger: "Ledger", connection: "Connection", run: "RunRow") -> "RunRow":
    """The run's next generation, opened in the caller's transaction unless it is there.

    Nobody acquires it before that ends. Another start may have been faster: then it is leased, or has
    ended.
    """
    r = ledger.tables.runs
    following = run.generation + 1
    runs.open_in(ledger, connection, run.occasion, generation=following, as_of=run.as_of)
    query = generations(ledger, run.occasion).where(r.c.generation == following)
    opened = row_of(connection.execute(query.with_for_update()).mappings().one())
    if opened.attempt and not opened.leased and not opened.settled:
        read_pages_again(ledger, connection, opened.id)
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
