"""A SQL database, opened so that writes are safe: the same for the clinic and for the ledger."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import NullPool
from sqlalchemy.types import DateTime, TypeDecorator

from fisioflow_cli.errors import DatabaseRefused, DatabaseUnavailable, InvalidDatabaseUrl

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Dialect, Engine

POSTGRES = re.compile(r"^postgres(ql)?(\+psycopg)?://")
CONNECT_SECONDS = 10
BUSY_MILLISECONDS = 30_000
# 28: authorization, 3D: no such database, 42501: no privilege
REFUSED_STATES = ("28", "3D", "42501")
# while connecting, psycopg gives no SQLSTATE: only libpq's text tells refusal from absence
REFUSED_TEXT = re.compile(r'FATAL:.*(authentication|role "|database ")')


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware and in UTC in Python, timestamptz on PostgreSQL, naive UTC text on SQLite."""

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

    `postgres://` and `postgresql://` mean psycopg 3. The text is never repeated: it holds a password.
    """
    try:
        url = make_url(POSTGRES.sub("postgresql+psycopg://", text.strip()))
        if url.get_backend_name() not in {"postgresql", "sqlite"}:
            raise ValueError("neither PostgreSQL nor SQLite")
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise InvalidDatabaseUrl(
            f"{setting} cannot be read; write postgresql://user@host/name or sqlite:////path/file.db."
        ) from None
    return url


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
        connect_args={
            "prepare_threshold": None,
            "connect_timeout": CONNECT_SECONDS,
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
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: "Connection") -> None:
        only_reads = connection.get_execution_options().get("postgresql_readonly", False)
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def reading(engine: "Engine") -> "Iterator[Connection]":
    """A read-only transaction, which on SQLite takes no write lock; database errors are explained."""
    with explained(), engine.connect() as plain:
        connection = plain.execution_options(postgresql_readonly=True)
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA query_only=ON")
        yield connection


@contextmanager
def writing(engine: "Engine") -> "Iterator[Connection]":
    """One transaction, committed at the end; database errors are explained."""
    with explained(), engine.begin() as connection:
        yield connection


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a driver says of an unreachable database into our own errors, without its details."""
    try:
        yield
    except OperationalError as error:
        raise _explain(error) from None
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseUnavailable from None
        raise


def _explain(error: OperationalError) -> Exception:
    state = getattr(error.orig, "sqlstate", None) or ""
    text = str(error.orig)
    if state.startswith(REFUSED_STATES) or REFUSED_TEXT.search(text):
        return DatabaseRefused()
    if "unable to open database file" in text:
        return DatabaseRefused(
            "The SQLite file cannot be opened; check DATABASE_URL and FISIOFLOW_HOME."
        )
    return DatabaseUnavailable()
