"""A post office on a ledger of each kind."""

import pytest

from tests.delivery.post import Post
from tests.engine.fixtures import a_bench, ledger_url, migrated_postgres, migrated_sqlite
from tests.engine.workbench import Bench

__all__ = ["a_bench", "ledger_url", "migrated_postgres", "migrated_sqlite", "post"]


@pytest.fixture
def post(bench: Bench) -> Post:
    """Nobody to write to yet, and providers that accept everything."""
    return Post.on(bench)
