"""A dashboard on a ledger of each kind, something of everything in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dashboard.served import Served, serve
from tests.engine.fixtures import ledger_url, migrated_postgres, migrated_sqlite

__all__ = ["ledger_url", "migrated_postgres", "migrated_sqlite"]


@pytest.fixture
def served(ledger_url: str, tmp_path: Path) -> Iterator[Served]:
    """A dashboard of a scene, once on each kind of database."""
    with serve(ledger_url, outbox=tmp_path / "outbox") as running:
        running.scene.play()
        yield running


@pytest.fixture(scope="module")
def quick(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same on SQLite, for a whole module: for what only looks, or never reaches the ledger."""
    folder = tmp_path_factory.mktemp("dashboard")
    shutil.copy(migrated_sqlite, folder / "ledger.db")
    with serve(f"sqlite:///{folder / 'ledger.db'}", outbox=folder / "outbox") as running:
        running.scene.play()
        yield running


@pytest.fixture(scope="module")
def acting_quick(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A dashboard where one may act, on SQLite, for a whole module: for what is refused."""
    folder = tmp_path_factory.mktemp("acting")
    shutil.copy(migrated_sqlite, folder / "ledger.db")
    with serve(f"sqlite:///{folder / 'ledger.db'}", allow_actions=True) as running:
        running.scene.play()
        yield running
