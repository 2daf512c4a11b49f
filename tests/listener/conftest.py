"""A listener of each kind of database for a module's tests, its ledger emptied before each."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from fisioflow_cli.ledger.ledger import Ledger
from tests.engine.fixtures import migrated_postgres, migrated_sqlite
from tests.listener import npm
from tests.listener.served import Served, open_ledger, serve

__all__ = ["migrated_postgres", "migrated_sqlite"]


@pytest.fixture
def sqlite_ledger(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A SQLite file with an empty ledger."""
    path = tmp_path / "ledger.db"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_ledger(migrated_postgres: str) -> str:
    """A PostgreSQL database with an empty ledger."""
    with open_ledger(migrated_postgres) as ledger:
        _empty(ledger)
    return migrated_postgres


@pytest.fixture(params=["sqlite", "postgres"])
def ledger_url(request: pytest.FixtureRequest) -> str:
    """A database with an empty ledger, once of each kind."""
    return str(request.getfixturevalue(f"{request.param}_ledger"))


@pytest.fixture(scope="module")
def sqlite_served(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A listener on a SQLite file, for a whole module."""
    path = tmp_path_factory.mktemp("served") / "ledger.db"
    shutil.copy(migrated_sqlite, path)
    with serve(f"sqlite:///{path}") as running:
        yield running


@pytest.fixture(scope="module")
def postgres_served(migrated_postgres: str) -> Iterator[Served]:
    """A listener on PostgreSQL, for a whole module."""
    with serve(migrated_postgres) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def served(request: pytest.FixtureRequest) -> Served:
    """A listener with one key and an empty ledger, once on each kind of database."""
    return _emptied(request.getfixturevalue(f"{request.param}_served"))


@pytest.fixture
def quick(sqlite_served: Served) -> Served:
    """The same on SQLite only: for what happens before the ledger is asked."""
    return _emptied(sqlite_served)


@pytest.fixture(scope="session", params=npm.VERSIONS)
def package(request: pytest.FixtureRequest) -> Path:
    """A folder with one version of the JavaScript client."""
    return npm.install(request.param)


@pytest.fixture(scope="session")
def newest() -> Path:
    """A folder with the newest version of it that we know."""
    return npm.install(npm.VERSIONS[-1])


def _emptied(served: Served) -> Served:
    _empty(served.ledger)
    served.lines.clear()
    return served


def _empty(ledger: Ledger) -> None:
    with ledger.writing() as connection:
        connection.execute(delete(ledger.tables.events))
