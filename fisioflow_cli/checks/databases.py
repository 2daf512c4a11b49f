"""The checks on the databases: whether each can be named, reached and entered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.checks.finding import Finding, failure, of_error, ok, warning
from fisioflow_cli.database import is_there, open_database, reading
from fisioflow_cli.errors import DatabaseFull, DatabaseUnavailable, FisioFlowError

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine


@dataclass(frozen=True, kw_only=True)
class Access:
    """A database that was asked for: the engine if it answers, and what was found either way."""

    finding: Finding
    engine: "Engine | None" = None


@contextmanager
def access(check: str, find_url: "Callable[[], URL]", *, created: bool) -> Iterator[Access]:
    """The database at a URL, closed at the end; `created` says that the first command creates it."""
    try:
        url = find_url()
    except FisioFlowError as error:
        yield Access(finding=of_error(check, error))
        return
    if not is_there(url):
        yield Access(finding=_absent(check, url, created=created))
        return
    engine = open_database(url)
    try:
        yield _enter(check, engine)
    finally:
        engine.dispose()


def _enter(check: str, engine: "Engine") -> Access:
    try:
        with reading(engine) as connection:
            version = ".".join(map(str, connection.dialect.server_version_info or ()))
    except DatabaseFull as error:
        return Access(finding=of_error(check, error))
    except DatabaseUnavailable:
        return Access(finding=_unavailable(check, engine.url))
    except FisioFlowError as error:
        return Access(finding=of_error(check, error))
    name = "PostgreSQL" if engine.dialect.name == "postgresql" else "SQLite"
    found = ok(check, f"{name} {version} answers; the database is {engine.url.database}.")
    return Access(finding=found, engine=engine)


def _absent(check: str, url: "URL", *, created: bool) -> Finding:
    if created:
        return warning(
            check,
            f"There is no database at {url.database} yet; the first command creates it.",
            "Run `fisioflow demo` to look around, or `fisioflow db upgrade` to begin.",
        )
    return failure(
        check,
        f"There is no file {url.database}.",
        "Correct the URL, or run `fisioflow db upgrade` to create it.",
    )


def _unavailable(check: str, url: "URL") -> Finding:
    if url.get_backend_name() == "sqlite":
        return failure(
            check,
            "The SQLite file is locked by another program, or its disk is full or broken.",
            "Run this again when the other program has finished, and check the disk.",
        )
    return failure(
        check,
        "The database server does not answer.",
        "Check host and port in the URL, the network between, and whether the server runs.",
    )
