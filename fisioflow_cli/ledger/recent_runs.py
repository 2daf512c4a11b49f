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
    attempt: int
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
    ledger: "Ledger",
    workflows: Sequence[str],
    *,
    most: int,
    statuses: Sequence[RunStatus] | None = None,
    scope: str | None = None,
) -> dict[str, list[Recent]]:
    """The last runs of each of these workflows, newest first, at most `most` of each.

    `statuses`, `scope`: only those; None: whichever.
    """
    found: dict[str, list[Recent]] = {workflow: [] for workflow in workflows}
    if not workflows:
        return found
    r = ledger.tables.runs
    kept = [r.c.environment == ledger.environment]
    if statuses is not None:
        kept.append(r.c.status.in_(statuses))
    if scope is not None:
        kept.append(r.c.scope == scope)

    def newest(workflow: str) -> "Select[tuple[object, ...]]":
        columns = [r.c[name] for name in Recent.__dataclass_fields__]
        query = select(*columns).where(*kept, r.c.workflow == workflow)
        return select(query.order_by(r.c.created_at.desc()).limit(most).subquery())

    with ledger.reading() as connection:
        rows = connection.execute(union_all(*map(newest, workflows))).mappings().all()
    for row in rows:
        recent = Recent(**{**row, "status": RunStatus(row["status"])})
        found[recent.workflow].append(recent)
    for runs in found.values():
        runs.sort(key=lambda run: (run.created_at, run.id), reverse=True)
    return found
