"""The last runs of each workflow: how they ended and how long they took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, union_all

from fisioflow_cli.ledger.tables import RunStatus

if TYPE_CHECKING:
    from sqlalchemy import Select

    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class Recent:
    """One of a workflow's last runs; instants in UTC."""

    id: str
    workflow: str
    slot: str
    scope: str
    status: RunStatus
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def took(self) -> timedelta | None:
        """From its first start to its end; None while it is not over."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at


def latest(
    ledger: "Ledger", workflows: Sequence[str], *, most: int, completed: bool = False
) -> dict[str, list[Recent]]:
    """The last runs of each of these workflows, newest first, at most `most` of each.

    `completed`: only those that were done wholly.
    """
    found: dict[str, list[Recent]] = {workflow: [] for workflow in workflows}
    if not workflows:
        return found
    query = union_all(*(_of(ledger, workflow, most, completed=completed) for workflow in workflows))
    with ledger.reading() as connection:
        rows = connection.execute(query).mappings().all()
    for row in rows:
        recent = Recent(**{**row, "status": RunStatus(row["status"])})
        found[recent.workflow].append(recent)
    for runs in found.values():
        runs.sort(key=lambda run: (run.created_at, run.id), reverse=True)
    return found


def _of(
    ledger: "Ledger", workflow: str, most: int, *, completed: bool
) -> "Select[tuple[object, ...]]":
    r = ledger.tables.runs
    wanted = [r.c[name] for name in Recent.__dataclass_fields__]
    query = select(*wanted).where(r.c.environment == ledger.environment, r.c.workflow == workflow)
    if completed:
        query = query.where(r.c.status == RunStatus.COMPLETED)
    newest = query.order_by(r.c.created_at.desc()).limit(most).subquery()
    return select(newest)
