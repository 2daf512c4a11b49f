"""A SQL database, opened so that writes are safe: the same for the clinic and for the ledger."""

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool
from sqlalchemy.types import DateTime, TypeDecorator

from fisioflow_cli.errors import (
    DatabaseFull,
    DatabaseRefused,
    DatabaseUnavailable,
    FisioFlowError,
    InvalidDatabaseUrl,
)

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
# 28: authorization, 3D: no such database
REFUSED_STATES = ("28", "3D")
# 42501: no privilege, 25006: a read-only server or transaction
FORBIDDEN_STATES = ("42501", "25006")
DISK_FULL = "53100"
# while connecting, psycopg gives no SQLSTATE: only the text of libpq or of a pooler tells refusal
# from absence
REFUSED_TEXT = re.compile(
    r'FATAL:.*(authentication|role "|database "|pg_hba\.conf|not found)'
    r"|password authentication failed|no password supplied"
)
MISSPELT_OPTION = re.compile(r'invalid (?:connection option "(\w+)"|(\w+) value)')
SQLITE_REFUSED = (
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CORRUPT,
)
SQLITE_AWAY = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PROTOCOL,
)
# where there is no room for the index of the write-ahead log, SQLite calls it an I/O error
SQLITE_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)

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


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a driver says of a database that is away or refuses us into our own errors.

    A mistake in the SQL (no such table, column or function) stays what it is on both databases.
    """
    try:
        yield
    except sqlite3.Error as error:  # of what we ask before a transaction: nobody has wrapped it
        known = _explain_sqlite(error)
        if known is None:
            raise
        raise known from None
    except DBAPIError as error:
        said = error.orig
        known = (
            _explain_sqlite(said) if isinstance(said, sqlite3.Error) else _explain_postgres(error)
        )
        if known is None:
            raise
        raise known from None


def first_line(error: DBAPIError) -> str:
    """What the database itself says: names of tables and columns; values come in later lines."""
    return _first_line(error.orig)


def _first_line(said: BaseException | None) -> str:
    return (str(said).strip().splitlines() or [type(said).__name__])[0]


def _explain_sqlite(error: sqlite3.Error) -> FisioFlowError | None:
    extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    # the primary code stands in the lowest byte of an extended one
    code = extended & 0xFF
    if {code, extended} & set(SQLITE_NO_ROOM):
        return DatabaseFull()
    if code in SQLITE_REFUSED:
        return DatabaseRefused(
            f"The SQLite file cannot be used ({_first_line(error)}); check DATABASE_URL and "
            "FISIOFLOW_HOME."
        )
    if code == sqlite3.SQLITE_IOERR:
        return DatabaseUnavailable(
            f"The disk of the SQLite file is broken or full ({_first_line(error)}); look at it, then "
            "start the command again."
        )
    return DatabaseUnavailable() if code in SQLITE_AWAY else None


def _explain_postgres(error: DBAPIError) -> FisioFlowError | None:
    state, said = getattr(error.orig, "sqlstate", None), str(error.orig)
    if state is None and (misspelt := MISSPELT_OPTION.search(said)):
        return InvalidDatabaseUrl(
            f"The database URL's option {misspelt[1] or misspelt[2]} means nothing to PostgreSQL's "
            "client; remove or correct what stands behind the question mark."
        )
    if state in FORBIDDEN_STATES:
        return DatabaseRefused(
            f"The database does not allow this ({first_line(error)}); grant it to the URL's user."
        )
    if state == DISK_FULL:
        return DatabaseFull()
    if state.startswith(REFUSED_STATES) if state else REFUSED_TEXT.search(said):
        return DatabaseRefused()
    is_away = isinstance(error, OperationalError) or error.connection_invalidated
    return DatabaseUnavailable() if is_away else None
