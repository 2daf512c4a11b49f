"""The rows of runs, and the statements that only read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, or_, select

from fisioflow_cli.ledger.tables import OPEN, SETTLED, UNSETTLED, RunStatus

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, RowMapping, Select

    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a run is for: unique together with the ledger's environment and the generation."""

    workflow: str
    slot: str
    scope: str


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
    def occasion(self) -> Occasion:
        """What it is for."""
        return Occasion(workflow=self.workflow, slot=self.slot, scope=self.scope)

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


def latest(ledger: "Ledger", occasion: Occasion) -> RunRow | None:
    """The newest generation of an occasion; None if it was never started."""
    return next(iter(_rows(ledger, _latest(ledger, occasion))), None)


def latest_in(ledger: "Ledger", connection: "Connection", occasion: Occasion) -> RunRow | None:
    """The same in the caller's transaction, which nobody acquires it before the end of."""
    query = _latest(ledger, occasion).with_for_update()
    row = connection.execute(query).mappings().first()
    return row_of(row) if row else None


def newer(ledger: "Ledger", run: RunRow) -> RunRow | None:
    """The newest generation of the run's occasion; None if the run is that."""
    newest = latest(ledger, run.occasion)
    return None if newest is None or newest.id == run.id else newest


def generations(ledger: "Ledger", occasion: Occasion) -> "Select[Any]":
    """All runs for one occasion, as `row_of` reads them."""
    runs = ledger.tables.runs
    return (
        select(*columns(ledger))
        .where(runs.c.environment == ledger.environment, runs.c.workflow == occasion.workflow)
        .where(runs.c.slot == occasion.slot, runs.c.scope == occasion.scope)
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


def columns(ledger: "Ledger") -> "list[ColumnElement[Any]]":
    """What `row_of` reads."""
    runs = ledger.tables.runs
    held = and_(runs.c.status == RunStatus.RUNNING, runs.c.lease_until > ledger.instant())
    kept = [c for c in runs.c if c.name != "lease_until"]
    return [*kept, case((held, True), else_=False).label("leased")]


def row_of(row: "RowMapping") -> RunRow:
    """The run in a row of `columns`."""
    return RunRow(**{**row, "status": RunStatus(row["status"]), "leased": bool(row["leased"])})


def _latest(ledger: "Ledger", occasion: Occasion) -> "Select[Any]":
    return generations(ledger, occasion).order_by(ledger.tables.runs.c.generation.desc()).limit(1)


def _rows(ledger: "Ledger", query: "Select[Any]") -> list[RunRow]:
    with ledger.reading() as connection:
        found = connection.execute(query).mappings().all()
    return [row_of(row) for row in found]
