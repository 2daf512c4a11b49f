"""The ledger: one database, one environment, its tables and its sense of time."""

from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy import Interval, func, literal, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from fisioflow_cli.database import UtcDateTime, reading, writing
from fisioflow_cli.errors import LeaseLost
from fisioflow_cli.ledger.tables import RunStatus, Tables, tables_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Engine, Table

    from fisioflow_cli.clock import Clock

Insert = postgresql.Insert | sqlite.Insert
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to write for a run: void as soon as another process has raised the attempt."""

    run_id: str
    attempt: int


class Writer(Protocol):
    """Commits ledger writes for several threads; see writer.py."""

    def write(self, do: "Callable[[Connection], T]", lease: Lease | None) -> "T":
        """What `do` returns, once it is durable; LeaseLost, and nothing written, if the lease is over."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Everything a statement needs to know about where and for whom it remembers."""

    engine: "Engine"
    environment: str
    clock: "Clock"
    writer: Writer | None = None
    """The group commit where several threads write; None: each write is a transaction of its own."""
    _look: "Connection | None" = None
    """The transaction that every reading is a part of; None: each is one of its own."""

    @property
    def tables(self) -> Tables:
        """The tables as this database names them."""
        return tables_for(self.engine.dialect.name)

    def reading(self) -> "AbstractContextManager[Connection]":
        """A read-only transaction."""
        return reading(self.engine) if self._look is None else nullcontext(self._look)

    @contextmanager
    def at_one_look(self) -> "Iterator[Ledger]":
        """The same ledger, whose readings are one transaction: many questions pay for it once.

        For one thread, and for a short time.
        """
        with self.reading() as connection:
            yield replace(self, _look=connection)

    def writing(self) -> "AbstractContextManager[Connection]":
        """A transaction that needs no lease: opening, claiming or renewing one."""
        return writing(self.engine)

    def write(self, do: "Callable[[Connection], T]", lease: Lease | None = None) -> "T":
        """What `do` returns, once it is durable; fenced by `lease` if there is one (LeaseLost).

        `do` only executes statements on the ledger's own tables: it may be rolled back and repeated.
        """
        if self.writer is not None:
            return self.writer.write(do, lease)
        with self.writing() if lease is None else self.fenced(lease) as connection:
            return do(connection)

    @contextmanager
    def fenced(self, lease: Lease) -> "Iterator[Connection]":
        """A transaction of the lease's holder; LeaseLost, and nothing written, if that is over."""
        with writing(self.engine) as connection:
            self.check(connection, lease)
            yield connection

    def check(self, connection: "Connection", lease: Lease) -> None:
        """Refuse an older attempt; holds off a takeover until this transaction ends."""
        if not self.held(connection, [lease]):
            raise LeaseLost

    def held(self, connection: "Connection", leases: "Sequence[Lease]") -> set[Lease]:
        """Those of the leases that nobody has taken over, nor can before this transaction ends."""
        if not leases:
            return set()
        runs = self.tables.runs
        wanted = [(lease.run_id, lease.attempt) for lease in leases]
        query = (
            select(runs.c.id, runs.c.attempt)
            .where(tuple_(runs.c.id, runs.c.attempt).in_(wanted))
            .where(runs.c.status == RunStatus.RUNNING)
            .order_by(runs.c.id)
            .with_for_update(read=True)
        )
        return {Lease(run_id=r, attempt=a) for r, a in connection.execute(query)}

    def insert(self, table: "Table") -> Any:
        """An INSERT that knows ON CONFLICT, which SQLAlchemy keeps per dialect."""
        return (postgresql if self.engine.dialect.name == "postgresql" else sqlite).insert(table)

    def instant(self, offset: timedelta = timedelta()) -> "ColumnElement[Any]":
        """Now, for leases: the database's clock on PostgreSQL, where hosts may disagree, else ours."""
        if self.engine.dialect.name == "postgresql":
            return func.clock_timestamp() + literal(offset, Interval)
        return literal(self.clock.now() + offset, UtcDateTime)
