"""The databases of a command: created where they are ours, checked where they are not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect

from fisioflow_cli import settings
from fisioflow_cli.clinic import schema
from fisioflow_cli.clock import Clock
from fisioflow_cli.context.databases import Databases, open_databases
from fisioflow_cli.errors import (
    DatabaseRefused,
    InvalidSetting,
    LedgerMissing,
    LedgerOfOtherSide,
    ProfileInvalid,
)
from fisioflow_cli.ledger.schema import HEAD

Opened = Callable[..., Databases]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens the databases that an environment names."""
    kept: list[Databases] = []

    def opened(**environ: str) -> Databases:
        own = {"FISIOFLOW_HOME": str(tmp_path / "state"), **environ}
        kept.append(open_databases(settings.load(own, tmp_path), Clock()))
        return kept[-1]

    yield opened
    for databases in kept:
        databases.close()


def tables(databases: Databases) -> set[str]:
    with databases.clinic.reading() as connection:
        inspector = inspect(connection)
        found = set(inspector.get_table_names())
        if "fisioflow" in inspector.get_schema_names():
            found |= {f"fisioflow.{name}" for name in inspector.get_table_names("fisioflow")}
        return found


def test_default_database_is_created_for_its_owner_only(opened: Opened, tmp_path: Path) -> None:
    databases = opened()
    assert (databases.is_default, databases.is_plain, databases.is_new()) == (True, True, True)
    databases.prepare()
    assert not databases.is_new()
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert tables(databases) >= {*schema.METADATA.tables, "fisioflow_runs"}
    databases.prepare()
    assert databases.inspect()


def test_looking_creates_nothing(opened: Opened, tmp_path: Path) -> None:
    with pytest.raises(DatabaseRefused, match="no database yet"):
        opened().inspect()
    with pytest.raises(DatabaseRefused, match="correct DATABASE_URL"):
        opened(DATABASE_URL=f"sqlite:///{tmp_path / 'clinic.db'}").inspect()
    assert not list(tmp_path.iterdir())


def test_upgrade_creates_both_once(opened: Opened, database_url: str) -> None:
    databases = opened(DATABASE_URL=database_url)
    assert databases.upgrade() is None
    before = tables(databases)
    assert databases.upgrade() == HEAD
    assert tables(databases) == before
    assert before >= set(schema.METADATA.tables)


def test_postgres_is_upgraded_by_nothing_else(opened: Opened, postgres_url: str) -> None:
    databases = opened(DATABASE_URL=postgres_url)
    assert not databases.is_new()
    with pytest.raises(LedgerMissing, match="fisioflow db upgrade"):
        databases.prepare()
    assert not databases.inspect()
    assert tables(databases) == set()


def test_ledger_elsewhere_leaves_the_clinic_alone(
    opened: Opened, postgres_url: str, tmp_path: Path
) -> None:
    """Fixed: with a ledger on SQLite, a PostgreSQL clinic got the plain tables at a mere start."""
    elsewhere = tmp_path / "ledger.db"
    elsewhere.touch()
    databases = opened(DATABASE_URL=postgres_url, FISIOFLOW_LEDGER_URL=f"sqlite:///{elsewhere}")
    databases.prepare()
    assert tables(databases) == set()
    assert databases.inspect()


def test_ledger_elsewhere_on_postgres_is_not_replaced_by_a_file(
    opened: Opened, postgres_url: str, tmp_path: Path
) -> None:
    databases = opened(FISIOFLOW_LEDGER_URL=postgres_url)
    with pytest.raises(LedgerMissing):
        databases.prepare()
    assert not list(tmp_path.iterdir())


def test_missing_ledger_file_is_no_ledger_yet(opened: Opened, tmp_path: Path) -> None:
    opened().prepare()
    elsewhere = tmp_path / "ledger.db"
    databases = opened(FISIOFLOW_LEDGER_URL=f"sqlite:///{elsewhere}")
    assert not databases.inspect()
    with pytest.raises(DatabaseRefused, match="correct FISIOFLOW_LEDGER_URL"):
        databases.prepare()
    assert not elsewhere.exists()
    assert databases.upgrade() is None
    assert databases.inspect()


def test_other_side_is_refused_before_anything_is_created(opened: Opened, tmp_path: Path) -> None:
    opened().prepare()
    other = opened(FISIOFLOW_ENV="production")
    for use in (other.prepare, other.inspect, other.upgrade):
        with pytest.raises(LedgerOfOtherSide):
            use()


@pytest.mark.parametrize("home", ["/dev/null/x", __file__, "/proc/x"])
def test_home_that_cannot_be_made(opened: Opened, home: str) -> None:
    with pytest.raises(InvalidSetting, match=r"FISIOFLOW_HOME cannot be created \(.+\); name a"):
        opened(FISIOFLOW_HOME=home).prepare()


def test_profile_decides_who_may_be_changed(opened: Opened, tmp_path: Path) -> None:
    """Fixed: the name inside the file decided, and a copy keeps it."""
    copy = tmp_path / "mine.toml"
    source = Path(schema.__file__).parent / "profiles" / "fisioflow.toml"
    copy.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    plain, mine = opened(), opened(FISIOFLOW_CLINIC_PROFILE=str(copy))
    assert plain.clinic.profile.name == mine.clinic.profile.name == "fisioflow"
    assert (plain.clinic.may_change, mine.clinic.may_change) == (True, False)
    assert (plain.is_plain, mine.is_plain) == (True, False)
    assert opened(
        FISIOFLOW_CLINIC_PROFILE=str(copy), FISIOFLOW_ALLOW_CLINIC_WRITES="true"
    ).clinic.may_change
    assert opened(FISIOFLOW_CLINIC_PROFILE=str(copy), FISIOFLOW_ENV="production").clinic.may_change
    with pytest.raises(DatabaseRefused, match="set DATABASE_URL"):
        mine.prepare()


def test_profile_is_read_before_anything_is_connected(opened: Opened) -> None:
    with pytest.raises(ProfileInvalid, match="cannot be read"):
        opened(FISIOFLOW_CLINIC_PROFILE="nowhere")
