"""The leases of running events: prolonged together, and ended where nobody is behind them any more."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, or_, select, tuple_, update

from fisioflow_cli.ledger.tables import EventStatus, RunStatus

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from fisioflow_cli.ledger.ledger import Lease, Ledger

FREED = "The process that worked on it is gone, or its lease ran out."


def renew(ledger: "Ledger", leases: "Sequence[Lease]", seconds: int) -> "list[Lease]":
    """Prolong the leases in one statement; those that another process has taken over.

    A run that is being written to is left for the next time: its lock holds off a takeover, and to wait
    for it would let the other leases run out. Never through the group commit, for the same reason.
    """
    if not leases:
        return []
    r = ledger.tables.runs
    ours = {lease.run_id: lease.attempt for lease in leases}
    held = (
        select(r.c.id)
        .where(r.c.status == RunStatus.RUNNING)
        .where(tuple_(r.c.id, r.c.attempt).in_(list(ours.items())))
        .with_for_update(skip_locked=True)
    )
    with ledger.writing() as connection:
        free = connection.execute(held).scalars().all()
        until = ledger.instant(timedelta(seconds=seconds))
        connection.execute(update(r).where(r.c.id.in_(free)).values(lease_until=until))
        query = select(r.c.id, r.c.attempt).where(
            r.c.id.in_(list(ours)), r.c.status == RunStatus.RUNNING
        )
        running = {(run_id, attempt) for run_id, attempt in connection.execute(query)}
    return [lease for lease in leases if (lease.run_id, lease.attempt) not in running]


def free_abandoned(ledger: "Ledger", gone: Callable[[Mapping[str, Any] | None], bool]) -> int:
    """Let running events whose lease is over, or whose owner is `gone`, wait again; how many.

    Their runs are not running any more, so that who had them is refused from then on.
    """
    e, r = ledger.tables.events, ledger.tables.runs
    is_leased = and_(r.c.status == RunStatus.RUNNING, r.c.lease_until > ledger.instant())
    query = (
        select(r.c.id, r.c.attempt, r.c.owner, case((is_leased, True), else_=False))
        .join(e, e.c.run_id == r.c.id)
        .where(e.c.environment == ledger.environment, e.c.status == EventStatus.RUNNING)
    )
    with ledger.reading() as connection:
        found = connection.execute(query).all()
    orphans = [(run, attempt) for run, attempt, owner, leased in found if leased and gone(owner)]
    over = [run for run, _, _, leased in found if not leased]
    if not orphans and not over:
        return 0
    is_free = or_(and_(r.c.id.in_(over), ~is_leased), tuple_(r.c.id, r.c.attempt).in_(orphans))
    return ledger.write(lambda connection: _free(ledger, connection, is_free))


def _free(ledger: "Ledger", connection: "Connection", is_free: "ColumnElement[bool]") -> int:
    e, r = ledger.tables.events, ledger.tables.runs
    # a run that is being written to is not abandoned after all; nor is it waited for
    query = select(r.c.id).where(is_free).order_by(r.c.id).with_for_update(skip_locked=True)
    runs = connection.execute(query).scalars().all()
    now = ledger.clock.now()
    connection.execute(
        update(r)
        .where(r.c.id.in_(runs), r.c.status == RunStatus.RUNNING)
        .values(
            status=RunStatus.TIMED_OUT, error=FREED, finished_at=now, lease_until=None, owner=None
        )
    )
    freed = update(e).where(
        e.c.environment == ledger.environment,
        e.c.status == EventStatus.RUNNING,
        e.c.run_id.in_(runs),
    )
    why = func.coalesce(e.c.error, FREED)
    waiting = {"status": EventStatus.WAITING, "due_at": now, "updated_at": now, "error": why}
    return connection.execute(freed.values(waiting)).rowcount
