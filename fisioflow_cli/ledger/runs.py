"""The statements on runs: every claim is an INSERT … ON CONFLICT or a compare-and-set."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, or_, select, update

from fisioflow_cli.ledger.ledger import Lease
from fisioflow_cli.ledger.tables import OPEN, SETTLED, UNSETTLED, RunStatus

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, RowMapping, Select

    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """One run as the ledger has it; instants in UTC."""

    id: str
    environment: str
    workflow: str
    slot: str
    scope: str
    generation: int
    status: RunStatus
    attempt: int
    owner: Mapping[str, Any] | None
    leased: bool
    """Somebody holds it and the lease has not run out."""
    as_of: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    result: Any
    error: str | None
    cancel_requested_at: datetime | None = None
    """When a person asked for its end; None: nobody has."""

    @property
    def begun(self) -> bool:
        """Whether anybody has ever worked on it; else it is opened for a later start."""
        return self.attempt > 0

    @property
    def settled(self) -> bool:
        """Whether a later start has nothing left to do."""
        return self.status in SETTLED or self.cancelled_by_hand

    @property
    def cancelled_by_hand(self) -> bool:
        """Whether a person has ended it: only `runs retry` takes it up again."""
        return self.status == RunStatus.CANCELLED and self.cancel_requested_at is not None


class Purpose(StrEnum):
    """What a run is acquired for."""

    GO_ON = "go_on"
    CANCEL = "cancel"
    """To end it because a person wants that."""
    REOPEN = "reopen"
    """To go on although a person has cancelled it: a person wants that too."""


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a run is for: unique together with the ledger's environment and the generation."""

    workflow: str
    slot: str
    scope: str


@dataclass(frozen=True, kw_only=True)
class RunEnd:
    """How an attempt at a run ended."""

    status: RunStatus
    result: Any
    error: str | None
    by_hand: bool = False
    """Whether a person wanted it."""


def columns(ledger: "Ledger") -> "list[ColumnElement[Any]]":
    """What `row_of` reads."""
    runs = ledger.tables.runs
    held = and_(runs.c.status == RunStatus.RUNNING, runs.c.lease_until > ledger.instant())
    kept = [c for c in runs.c if c.name != "lease_until"]
    return [*kept, case((held, True), else_=False).label("leased")]


def _rows(ledger: "Ledger", query: "Select[Any]") -> list[RunRow]:
    with ledger.reading() as connection:
        found = connection.execute(query).mappings().all()
    return [row_of(row) for row in found]


def row_of(row: "RowMapping") -> RunRow:
    """The run in a row of `columns`."""
    return RunRow(**{**row, "status": RunStatus(row["status"]), "leased": bool(row["leased"])})


def latest(ledger: "Ledger", occasion: Occasion) -> RunRow | None:
    """The newest generation of an occasion; None if it was never started."""
    return next(iter(_rows(ledger, _latest(ledger, occasion))), None)


def latest_in(ledger: "Ledger", connection: "Connection", occasion: Occasion) -> RunRow | None:
    """The same in the caller's transaction, which nobody acquires it before the end of."""
    query = _latest(ledger, occasion).with_for_update()
    row = connection.execute(query).mappings().first()
    return row_of(row) if row else None


def _latest(ledger: "Ledger", occasion: Occasion) -> "Select[Any]":
    runs = ledger.tables.runs
    return (
        select(*columns(ledger))
        .where(runs.c.environment == ledger.environment, runs.c.workflow == occasion.workflow)
        .where(runs.c.slot == occasion.slot, runs.c.scope == occasion.scope)
        .order_by(runs.c.generation.desc())
        .limit(1)
    )


def unfinished(ledger: "Ledger", *workflows: str, scope: str | None = None) -> list[RunRow]:
    """The workflows' runs with something left to do, oldest slot first; of every scope unless one is given.

    A failed one counts only while it has a delivery without an outcome.
    """
    runs, d = ledger.tables.runs, ledger.tables.deliveries
    open_ones = exists().where(d.c.run_id == runs.c.id, d.c.state.in_(OPEN))
    query = (
        select(*columns(ledger))
        .where(runs.c.environment == ledger.environment, runs.c.workflow.in_(workflows))
        .where(runs.c.status.in_(UNSETTLED), ~ended_by_hand(ledger))
        .where(or_(runs.c.status != RunStatus.FAILED, open_ones))
        .order_by(runs.c.slot, runs.c.generation)
    )
    if scope is not None:
        query = query.where(runs.c.scope == scope)
    return _rows(ledger, query)


def ended_by_hand(ledger: "Ledger") -> "ColumnElement[bool]":
    """That a run is `cancelled_by_hand`: one that a signal has ended is not."""
    runs = ledger.tables.runs
    return and_(runs.c.status == RunStatus.CANCELLED, runs.c.cancel_requested_at.is_not(None))


def open_run(ledger: "Ledger", occasion: Occasion, *, generation: int, as_of: datetime) -> None:
    """Make sure the run exists, free to be acquired; harmless when another process was faster."""
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
    ledger.write(lambda connection: connection.execute(statement).rowcount)


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


def get(ledger: "Ledger", run_id: str) -> RunRow | None:
    """The run with this id, whatever its environment."""
    query = select(*columns(ledger)).where(ledger.tables.runs.c.id == run_id)
    return next(iter(_rows(ledger, query)), None)


def get_in(ledger: "Ledger", connection: "Connection", run_id: str) -> RunRow | None:
    """The same in the caller's transaction."""
    query = select(*columns(ledger)).where(ledger.tables.runs.c.id == run_id)
    row = connection.execute(query).mappings().first()
    return row_of(row) if row else None


def matching(ledger: "Ledger", prefix: str, *, most: int = 2) -> list[RunRow]:
    """Runs whose id begins with `prefix`, as people shorten ids; at most `most`."""
    runs = ledger.tables.runs
    query = (
        select(*columns(ledger)).where(runs.c.id.startswith(prefix, autoescape=True)).limit(most)
    )
    return _rows(ledger, query)
