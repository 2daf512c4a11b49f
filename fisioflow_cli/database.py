"""A SQL database, opened so that writes are safe: the same for the clinic and for the ledger."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool
from sqlalchemy.types import DateTime, TypeDecorator

from fisioflow_cli.database_errors import explained
from fisioflow_cli.errors import InvalidDatabaseUrl

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Dialect, Engine

DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "sqlite": "sqlite",
}
CONNECT_SECONDS = 10
BUSY_MILLISECONDS = 30_000
WAL_ATTEMPTS = 20
MOST_CONNECTIONS = 300
"""More than the threads of any command: none waits for another's connection. Opened when needed."""

_held = threading.local()
"""How many transactions each thread is in."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware, in UTC; timestamptz on PostgreSQL, naive UTC text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: "Dialect") -> datetime | None:
        """Refuse a naive value; SQLite stores no zone, so it gets UTC without one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: "Dialect") -> datetime | None:
        """The same instant, in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def parse_url(text: str, setting: str = "DATABASE_URL") -> "URL":
    """The SQLAlchemy form of a database URL as people write it; InvalidDatabaseUrl otherwise.

    PostgreSQL means psycopg 3, SQLite Python's own driver, whichever the text names. The text is
    never repeated: it may hold a password.
    """
    remedy = "write postgresql://user@host/name or sqlite:////path/file.db"
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise InvalidDatabaseUrl(f"{setting} cannot be read; {remedy}.") from None
    driver = DRIVERS.get(url.drivername.partition("+")[0].lower())
    if driver is None:
        raise InvalidDatabaseUrl(f"{setting} names neither PostgreSQL nor SQLite; {remedy}.")
    if driver == "sqlite" and (url.database in {None, "", ":memory:"} or _more_than_file(url)):
        raise InvalidDatabaseUrl(
            f"{setting} must name a file that lasts, and nothing else; write sqlite:////path/file.db."
        )
    return url.set(drivername=driver)


def _more_than_file(url: "URL") -> bool:
    return any((url.username, url.password, url.host, url.port, url.query))


def is_there(url: "URL") -> bool:
    """False for a SQLite file that connecting would create; a server is asked by connecting."""
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


def open_database(url: "URL") -> "Engine":
    """An engine whose every transaction is short, explicit and durable; nothing is connected yet.

    SQLite: WAL, synchronous=FULL and BEGIN IMMEDIATE, since the driver's default loses updates.
    PostgreSQL: no server-side prepared statements and no start-up options, so that transaction
    poolers such as Supabase's and Neon's work.
    """
    if url.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=MOST_CONNECTIONS,
        connect_args={
            "prepare_threshold": None,
            "connect_timeout": url.query.get("connect_timeout", CONNECT_SECONDS),
            "application_name": "fisioflow",
        },
    )


def _open_sqlite(url: "URL") -> "Engine":
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=NullPool,
        connect_args={"isolation_level": None, "timeout": BUSY_MILLISECONDS / 1000},
    )

    @event.listens_for(engine, "do_connect")
    def create(dialect: object, record: object, arguments: object, options: object) -> None:
        del dialect, record, arguments, options
        if not url.query:  # else it is a URI, which names no file that we create
            _create_private(Path(url.database or ""))

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: object) -> None:
        del record
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        # a text that is not UTF-8 shall be read, and reported, like any other defect of a row
        connection.text_factory = lambda raw: raw.decode(errors="replace")

    @event.listens_for(engine, "begin")
    def begin(connection: "Connection") -> None:
        if connection.get_execution_options().get("postgresql_readonly", False):
            connection.exec_driver_sql("BEGIN")  # and the file stays as it is
            return
        _use_wal(cast("sqlite3.Connection", connection.connection.driver_connection))
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _create_private(file: Path) -> None:
    """Make sure that a file is there; a new one is closed to others, and so will be its log.

    Connecting would create it as open as the umask lets it be. SQLite tells why one cannot be created.
    """
    with suppress(OSError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))


def _use_wal(connection: sqlite3.Connection) -> None:
    """Put the file into WAL mode, as it stays from then on.

    SQLite's busy timeout does not cover this change: while another process makes it on the same new
    file, it fails at once. A transaction does wait for the other one, and then it is done.
    """
    for _ in range(WAL_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
        else:
            return


@contextmanager
def reading(engine: "Engine") -> "Iterator[Connection]":
    """A read-only transaction, without a write lock on SQLite; database errors are explained."""
    with explained(), engine.connect() as plain:
        connection = plain.execution_options(postgresql_readonly=True)
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA query_only=ON")
        yield connection


@contextmanager
def writing(engine: "Engine") -> "Iterator[Connection]":
    """One transaction, committed at the end; database errors are explained.

    Waiting for another transaction's lock ends after 30 s with DatabaseUnavailable: its owner may be
    a host that has vanished. Set for this transaction only, so that poolers do not pass it on.
    """
    with _noted(), explained(), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_MILLISECONDS}")
        yield connection


def is_writing() -> bool:
    """Whether this thread is in a `writing` transaction: who waits for another one may wait for ever."""
    return getattr(_held, "transactions", 0) > 0


@contextmanager
def _noted() -> Iterator[None]:
    _held.transactions = getattr(_held, "transactions", 0) + 1
    try:
        yield
    finally:
        _held.transactions -= 1
