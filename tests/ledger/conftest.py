"""A ledger of each kind for every test that remembers something."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fisioflow_cli.ledger.ledger import Ledger
from fisioflow_cli.ledger.writer import GroupWriter
from tests.engine.fixtures import a_bench, ledger_url, migrated_postgres, migrated_sqlite
from tests.engine.workbench import Bench
from tests.ledger.group import STAMP
from tests.ledger.inbox import Inbox

__all__ = ["a_bench", "inbox", "ledger_url", "migrated_postgres", "migrated_sqlite"]


@pytest.fixture
def inbox(bench: Bench) -> Inbox:
    """The events of the bench's ledger."""
    return Inbox(ledger=bench.ledger)


@pytest.fixture
def emptied(bench: Bench) -> Iterator[None]:
    """What a test puts into `meta`, beside the stamp, is gone afterwards."""
    yield
    meta = bench.ledger.tables.meta
    with bench.ledger.writing() as connection:
        connection.execute(meta.delete().where(meta.c.key.not_in(STAMP)))


@pytest.fixture
def grouped(bench: Bench, emptied: None) -> Iterator[Ledger]:
    """The bench's ledger with a group commit."""
    del emptied
    with GroupWriter(bench.ledger) as writer:
        yield replace(bench.ledger, writer=writer)
