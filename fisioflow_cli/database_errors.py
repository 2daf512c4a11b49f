"""What a database says when it is away, full or refuses us, in our own words and with the remedy."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError

from fisioflow_cli.errors import (
    DatabaseFull,
    DatabaseRefused,
    DatabaseUnavailable,
    FisioFlowError,
    InvalidDatabaseUrl,
)

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
