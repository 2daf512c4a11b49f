"""A ledger of each kind for every test that remembers something."""

from tests.engine.fixtures import a_bench, ledger_url, migrated_postgres, migrated_sqlite

__all__ = ["a_bench", "ledger_url", "migrated_postgres", "migrated_sqlite"]
