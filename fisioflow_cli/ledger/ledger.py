"""The ledger: one database, one environment, its tables and its sense of time."""

from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Interval, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from fisioflow_cli.database import UtcDateTime, reading, writing
from fisioflow_cli.errors import LeaseLost
from fisioflow_cli.ledger.tables import RunStatus, Tables, tables_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection, Engine, Table

    from fisioflow_cli.clock import Clock

Insert = postgresql.Insert | sqlite.Insert


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to write for a run: void as soon as another process has raised the attempt."""

    run_id: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Everything a statement needs to know about where and for whom it remembers."""

    engine: "Engine"
    environment: str
    clock: "Clock"

    @property
    def tables(self) -> Tables:
        """The tables as this database names them."""
        return tables_for(self.engine.dialect.name)

    def reading(self) -> "AbstractContextManager[Connection]":
        """A read-only transaction."""
        return reading(self.engine)

    def writing(self) -> "AbstractContextManager[Connection]":
        """A transaction that needs no lease: opening, claiming or renewing one."""
        return writing(self.engine)

    @contextmanager
    def fenced(self, lease: Lease) -> "Iterator[Connection]":
        """A transaction of the lease's holder; LeaseLost, and nothing written, if that is over."""
        with writing(self.engine) as connection:
            self.check(connection, lease)
            yield connection

    def check(self, connection: "Connection", lease: Lease) -> None:
        """Refuse an older attempt; holds off a takeover until this transaction ends."""
        runs = self.tables.runs
        held = (
            select(runs.c.id)
            .where(runs.c.id == lease.run_id, runs.c.attempt == lease.attempt)
            .where(runs.c.status == RunStatus.RUNNING)
            .with_for_update(read=True)
        )
        if connection.execute(held).first() is None:
            raise LeaseLost

    def insert(self, table: "Table") -> Any:
        """An INSERT that knows ON CONFLICT, which SQLAlchemy keeps per dialect."""
        return (postgresql if self.engine.dialect.name == "postgresql" else sqlite).insert(table)

    def instant(self, offset: timedelta = timedelta()) -> "ColumnElement[Any]":
        """Now, for leases: the database's clock on PostgreSQL, where hosts may disagree, else ours."""
        if self.engine.dialect.name == "postgresql":
            return func.clock_timestamp() + literal(offset, Interval)
        return literal(self.clock.now() + offset, UtcDateTime)
