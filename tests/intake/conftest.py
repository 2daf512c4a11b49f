"""A ledger of each kind, and a desk at which events arrive."""

from pathlib import Path

import pytest
from sqlalchemy import delete

from tests.engine.fixtures import a_bench, ledger_url, migrated_postgres, migrated_sqlite
from tests.engine.workbench import Bench
from tests.intake.desk import Desk

__all__ = ["a_bench", "ledger_url", "migrated_postgres", "migrated_sqlite"]


@pytest.fixture
def desk(bench: Bench, ledger_url: str, tmp_path: Path) -> Desk:
    """A desk with an empty inbox, once on SQLite and once on PostgreSQL."""
    tables = bench.ledger.tables
    with bench.ledger.writing() as connection:
        for table in (tables.events, tables.sources):
            connection.execute(delete(table))
    return Desk(bench=bench, url=ledger_url, folder=tmp_path)
