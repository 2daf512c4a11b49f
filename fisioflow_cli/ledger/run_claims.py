"""Working on runs: every claim is an INSERT … ON CONFLICT or a compare-and-set."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, or_, update

from fisioflow_cli.ledger.ledger import Lease
from fisioflow_cli.ledger.run_rows import Occasion, RunRow, ended_by_hand
from fisioflow_cli.ledger.tables import SETTLED, RunStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fisioflow_cli.ledger.ledger import Ledger


class Purpose(StrEnum):
    """What a run is acquired for."""

    GO_ON = "go_on"
    CANCEL = "cancel"
    """To end it because a person wants that."""
    REOPEN = "reopen"
    """To go on although a person has cancelled it: a person wants that too."""


@dataclass(frozen=True, kw_only=True)
class RunEnd:
    """How an attempt at a run ended."""

    status: RunStatus
    result: Any
    error: str | None
    by_hand: bool = False
    """Whether a person wanted it."""


def open_run(ledger: "Ledger", occasion: Occasion, *, generation: int, as_of: datetime) -> None:
    """Make sure the run exists, free to be acquired; harmless when another process was faster."""

    def do(connection: "Connection") -> None:
        open_in(ledger, connection, occasion, generation=generation, as_of=as_of)

    ledger.write(do)


def open_in(
    ledger: "Ledger",
    connection: "Connection",
    occasion: Occasion,
    *,
    generation: int,
    as_of: datetime,
) -> None:
    """The same in the caller's transaction, which nobody acquires it before the end of."""
    runs = ledger.tables.runs
    statement = (
        ledger.insert(runs)
        .values(
            id=str(uuid.uuid4()),
            environment=ledger.environment,
            workflow=occasion.workflow,
            slot=occasion.slot,
            scope=occasion.scope,
            generation=generation,
            status=RunStatus.RUNNING,
            attempt=0,
            lease_until=ledger.instant(),
            as_of=as_of,
            created_at=ledger.clock.now(),
        )
        .on_conflict_do_nothing()
    )
    connection.execute(statement)


def acquire(
    ledger: "Ledger",
    run: RunRow,
    owner: Mapping[str, Any],
    seconds: int,
    *,
    owner_gone: bool,
    purpose: Purpose = Purpose.GO_ON,
) -> Lease | None:
    """The lease on a run nobody works on, with its attempt raised; None if somebody was faster."""
    runs = ledger.tables.runs
    requests = {
        Purpose.GO_ON: runs.c.cancel_requested_at,
        Purpose.CANCEL: func.coalesce(runs.c.cancel_requested_at, ledger.clock.now()),
        Purpose.REOPEN: None,
    }
    free = or_(runs.c.status != RunStatus.RUNNING, runs.c.lease_until <= ledger.instant())
    statement = (
        update(runs)
        .where(runs.c.id == run.id, runs.c.attempt == run.attempt, runs.c.status.not_in(SETTLED))
        .values(
            status=RunStatus.RUNNING,
            attempt=run.attempt + 1,
            owner=dict(owner),
            lease_until=ledger.instant(timedelta(seconds=seconds)),
            started_at=func.coalesce(runs.c.started_at, ledger.clock.now()),
            finished_at=None,
            error=None,
            cancel_requested_at=requests[purpose],
        )
    )
    if purpose is not Purpose.REOPEN:
        statement = statement.where(~ended_by_hand(ledger))
    if not owner_gone:
        statement = statement.where(free)
    taken = ledger.write(lambda connection: connection.execute(statement).rowcount == 1)
    return Lease(run_id=run.id, attempt=run.attempt + 1) if taken else None


def renew(ledger: "Ledger", lease: Lease, seconds: int) -> bool:
    """Prolong the lease; false once another process has taken the run over.

    Never through the group commit: what that waits for would let the lease run out.
    """
    runs = ledger.tables.runs
    statement = (
        update(runs)
        .where(
            runs.c.id == lease.run_id,
            runs.c.attempt == lease.attempt,
            runs.c.status == RunStatus.RUNNING,
        )
        .values(lease_until=ledger.instant(timedelta(seconds=seconds)))
    )
    with ledger.writing() as connection:
        return connection.execute(statement).rowcount == 1


def finish(
    ledger: "Ledger",
    lease: Lease,
    status: RunStatus,
    *,
    result: Any,
    error: str | None,
    by_hand: bool = False,
) -> None:
    """Record how the attempt ended and give the lease back; LeaseLost if it is not ours any more."""

    end = RunEnd(status=status, result=result, error=error, by_hand=by_hand)

    def do(connection: "Connection") -> None:
        finish_in(ledger, connection, lease, end)

    ledger.write(do, lease)


def finish_in(ledger: "Ledger", connection: "Connection", lease: Lease, end: RunEnd) -> None:
    """The same in the caller's transaction, which is fenced.

    What a signal has ended although a person had asked for its end is `timed_out`: nobody has closed
    its deliveries, so that a later start still has to.
    """
    runs = ledger.tables.runs
    recorded: Any = end.status
    if end.status is RunStatus.CANCELLED and not end.by_hand:
        asked = runs.c.cancel_requested_at.is_not(None)
        recorded = case((asked, RunStatus.TIMED_OUT), else_=RunStatus.CANCELLED)
    connection.execute(
        update(runs)
        .where(runs.c.id == lease.run_id, runs.c.attempt == lease.attempt)
        .values(
            status=recorded,
            result=end.result,
            error=end.error,
            finished_at=ledger.clock.now(),
            lease_until=None,
            owner=None,
        )
    )
