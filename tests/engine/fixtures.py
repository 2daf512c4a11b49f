"""New ledgers by the hundred: migrated once per kind, then copied or emptied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, delete

from fisioflow_cli.database import open_database, parse_url
from fisioflow_cli.ledger import schema
from fisioflow_cli.ledger.tables import tables_for
from tests import postgres
from tests.engine.workbench import Bench, bench

__all__ = ["a_bench", "ledger_url", "migrated_postgres", "migrated_sqlite"]


def _migrate(url: str) -> None:
    engine = open_database(parse_url(url))
    try:
        schema.upgrade(engine, production=False)
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with an empty ledger."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: URL) -> Iterator[str]:
    """A PostgreSQL database with a ledger."""
    with postgres.empty_database(postgres_server) as database:
        url = database.render_as_string(hide_password=False)
        _migrate(url)
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with an empty ledger, once of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        return f"sqlite:///{path}"
    url = str(request.getfixturevalue("migrated_postgres"))
    _empty(url)
    return url


def _empty(url: str) -> None:
    tables = tables_for("postgresql")
    ours = [table for table in tables.metadata.sorted_tables if table is not tables.meta]
    engine = open_database(parse_url(url))
    try:
        with engine.begin() as connection:
            for table in ours:
                connection.execute(delete(table))
    finally:
        engine.dispose()


@pytest.fixture(name="bench")
def a_bench(ledger_url: str) -> Iterator[Bench]:
    """A bench with a new ledger, once on SQLite and once on PostgreSQL."""
    with bench(ledger_url, migrated=True) as made:
        yield made
