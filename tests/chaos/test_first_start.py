"""The first start of all, when nothing is there yet: killed at each moment, and twice at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from fisioflow_cli.clinic import schema
from fisioflow_cli.database import open_database, parse_url
from tests.chaos.places import Place
from tests.chaos.providers import Providers
from tests.chaos.stage import Driver, Stage

ROUNDS = 3


class Nowhere(Place):
    """No settings at all: SQLite under FISIOFLOW_HOME."""

    @property
    def environ(self) -> dict[str, str]:
        return {}


def at_home(driver: Driver, providers: Providers, folder: Path) -> Stage:
    """A stage without a database."""
    folder.mkdir()
    engine = open_database(URL.create("sqlite", database=str(folder / "fisioflow/fisioflow.db")))
    place = Nowhere(clinic=engine, ledger=engine)
    return Stage(driver=driver, providers=providers, place=place, folder=folder)


def test_killed_while_creating_the_tables(
    driver: Driver, both_providers: Providers, tmp_path: Path
) -> None:
    usual = at_home(driver, both_providers, tmp_path / "usual").run("birthdays")
    assert usual.code == 0, usual.stderr
    names = [moment.name for moment in usual.moments]
    creating = [number for number, name in enumerate(names) if "CREATE TABLE" in name]
    assert len(creating) == 4, "the ledger, then the clinic"
    for number in creating:
        stage = at_home(driver, both_providers, tmp_path / str(number))
        assert stage.run("birthdays", at=number).was_killed
        second = stage.run("birthdays")
        assert second.code == 0, f"{names[number]}: {second.stderr}"
        assert second.report["result"]["candidates"] == 0
        assert schema.exists(stage.place.clinic)


def test_two_first_starts_at_once(
    driver: Driver, both_providers: Providers, tmp_path: Path
) -> None:
    for number in range(ROUNDS):
        stage = at_home(driver, both_providers, tmp_path / str(number))
        both = [stage.start("birthdays"), stage.start("daily-reports")]
        for ended in [process.wait() for process in both]:
            assert ended.code == 0, ended.stderr
            assert ended.report["reused"] is False


@pytest.fixture
def empty(
    driver: Driver, both_providers: Providers, tmp_path: Path, postgres_url: str
) -> Iterator[Stage]:
    """A PostgreSQL database without a table."""
    engine = open_database(parse_url(postgres_url))
    place = Place(clinic=engine, ledger=engine)
    yield Stage(driver=driver, providers=both_providers, place=place, folder=tmp_path)
    engine.dispose()


def test_upgrade_of_postgresql_is_done_at_once_or_not_at_all(empty: Stage) -> None:
    """It is killed at its every moment in turn, each time where the one before left off."""
    number = 0
    while empty.run("db", "upgrade", at=number).was_killed:
        number += 1
    assert number > 3
    assert empty.run("birthdays").code == 0


def test_two_upgrades_of_postgresql_at_once(empty: Stage) -> None:
    both = [empty.start("db", "upgrade") for _ in range(2)]
    assert [process.wait().code for process in both] == [0, 0]
    assert empty.run("birthdays").code == 0
