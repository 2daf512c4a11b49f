"""The checks on a database that answers: its release, its clock, its connections, its encryption."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fisioflow_cli.checks.finding import Finding, failure, guarded, ok, skipped, warning
from fisioflow_cli.database import reading

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from fisioflow_cli.clock import Clock

RELEASE = "database.release"
CLOCK = "database.clock"
POOLER = "database.pooler"
CONNECTIONS = "database.connections"
ENCRYPTION = "database.encryption"
JOURNAL = "database.journal"
ALL = (RELEASE, CLOCK, POOLER, CONNECTIONS, ENCRYPTION, JOURNAL)
OLDEST_POSTGRES, OLDEST_SQLITE = (14,), (3, 35)
"""PostgreSQL 13 is out of maintenance since November 2025; SQLite knows RETURNING since 3.35."""
MUCH_SKEW, TOO_MUCH_SKEW = 5.0, 60.0
"""Seconds. Leases last a minute, and each side goes by its own clock for some of it."""
THREADS = 20
"""What a dispatch with its default concurrency may open."""
LOCAL = (None, "", "localhost", "127.0.0.1", "::1")
LIMITS = text(
    "SELECT current_setting('max_connections')::int, (SELECT count(*) FROM pg_stat_activity),"
    " (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user)"
)
SSL = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")


def check_server(engine: "Engine | None", clock: "Clock", *, production: bool) -> Iterator[Finding]:
    """Whether the database suits, beyond answering; None: it does not."""
    if engine is None:
        yield from (skipped(check, "The database cannot be used.") for check in ALL)
    elif engine.dialect.name == "sqlite":
        yield from _sqlite(engine)
    else:
        yield from _postgres(engine, clock, production=production)


def _sqlite(engine: "Engine") -> Iterator[Finding]:
    release = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield failure(RELEASE, f"SQLite {release} is too old.", "Use a Python with SQLite 3.35.")
    else:
        yield ok(RELEASE, f"SQLite {release} has what is needed.")
    yield skipped(CLOCK, "SQLite goes by the clock of this machine.")
    for check in (POOLER, CONNECTIONS, ENCRYPTION):
        yield skipped(check, "SQLite is no server.")
    yield _journal(Path(engine.url.database or ""))


def _journal(file: Path) -> Finding:
    """The write-ahead log is a file beside the database: the folder must take it."""
    folder = file.absolute().parent
    if os.access(folder, os.W_OK | os.X_OK):
        return ok(JOURNAL, f"SQLite can keep its write-ahead log in {folder}.")
    return failure(
        JOURNAL,
        f"SQLite cannot keep its write-ahead log: this user may not write into {folder}.",
        "Let this user write there, or move the file.",
    )


def _postgres(engine: "Engine", clock: "Clock", *, production: bool) -> Iterator[Finding]:
    pooled = _is_pooled(engine)
    yield guarded(RELEASE, lambda: _release(engine))
    yield guarded(CLOCK, lambda: _clock(engine, clock))
    if pooled:
        yield ok(POOLER, "A pooler stands before the server; nothing here needs a session.")
        yield skipped(CONNECTIONS, "The pooler shares the server's connections out.")
        yield skipped(ENCRYPTION, "Only the pooler knows.")
    else:
        yield ok(POOLER, "The server is asked directly.")
        yield guarded(CONNECTIONS, lambda: _connections(engine))
        yield guarded(ENCRYPTION, lambda: _encryption(engine, production=production))
    yield skipped(JOURNAL, "PostgreSQL keeps its own.")


def _is_pooled(engine: "Engine") -> bool:
    """As the names and ports of Supabase, Neon and PgBouncer tell."""
    host = (engine.url.host or "").lower()
    return engine.url.port in {6432, 6543} or any(word in host for word in ("pooler", "bouncer"))


def _release(engine: "Engine") -> Finding:
    with reading(engine) as connection:
        found = connection.dialect.server_version_info or ()
    release = ".".join(map(str, found))
    if found >= OLDEST_POSTGRES:
        return ok(RELEASE, f"PostgreSQL {release} has what is needed.")
    return warning(
        RELEASE,
        f"PostgreSQL {release} is not maintained any more.",
        "Upgrade the server to 14 or later.",
    )


def _clock(engine: "Engine", clock: "Clock") -> Finding:
    with reading(engine) as connection:
        connection.execute(text("SELECT 1"))
        before = clock.now()
        theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        after = clock.now()
    # the answer was given between the two; only what cannot be explained by the way counts
    off = max((theirs - after).total_seconds(), (before - theirs).total_seconds(), 0.0)
    return skew(CLOCK, "the database", off)


def skew(check: str, whose: str, off: float) -> Finding:
    """The finding on a clock that is so many seconds off ours."""
    if off < MUCH_SKEW:
        return ok(check, f"This machine's clock and that of {whose} agree.")
    broken = failure if off >= TOO_MUCH_SKEW else warning
    return broken(
        check,
        f"This machine's clock and that of {whose} are {off:.0f} seconds apart.",
        "Let both be set by NTP (`timedatectl set-ntp true`).",
    )


def _connections(engine: "Engine") -> Finding:
    row = _tried(engine, LIMITS)
    if row is None:
        return skipped(CONNECTIONS, "The server does not tell.")
    most, used, own = row
    if own is not None and 0 <= own < THREADS:
        return warning(
            CONNECTIONS,
            f"This user may open {own} connections; a dispatch wants up to {THREADS}.",
            "ALTER ROLE … CONNECTION LIMIT, or dispatch with a lower --concurrency.",
        )
    if most - used < THREADS:
        return warning(
            CONNECTIONS,
            f"{used} of {most} connections are taken.",
            "Raise max_connections, put a pooler before it, or dispatch with a lower --concurrency.",
        )
    return ok(CONNECTIONS, f"{used} of {most} connections are taken.")


def _encryption(engine: "Engine", *, production: bool) -> Finding:
    if _is_near(engine):
        return skipped(ENCRYPTION, "The server is on this machine.")
    row = _tried(engine, SSL)
    if row is None:
        return skipped(ENCRYPTION, "The server does not tell.")
    if row[0]:
        return ok(ENCRYPTION, "What goes to the server is encrypted.")
    broken = failure if production else warning
    return broken(
        ENCRYPTION,
        "What goes to the server, patients' data with it, is not encrypted.",
        "Add ?sslmode=require to the URL.",
    )


def _is_near(engine: "Engine") -> bool:
    host = engine.url.query.get("host", engine.url.host)
    return host in LOCAL or str(host).startswith("/")


def _tried(engine: "Engine", query: Any) -> Any:
    """The one row of a question that not every server answers."""
    try:
        with reading(engine) as connection:
            return connection.execute(query).first()
    except DBAPIError:
        return None
