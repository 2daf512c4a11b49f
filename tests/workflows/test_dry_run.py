"""A dry run writes nothing anywhere: not in the clinic, the ledger, the outbox or the file system."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from fisioflow_cli.errors import DatabaseRefused
from tests.commands.inside import run_inside
from tests.workflows.place import Place, clinic_tables
from tests.workflows.test_crashes import COMMANDS, SHARP, fill

LEDGER = """
    SELECT type, name FROM sqlite_master
    WHERE name LIKE 'fisioflow\\_%' ESCAPE '\\' AND type IN ('table', 'view') ORDER BY type = 'table'
"""


def files(folder: Path) -> dict[str, str]:
    """Every file below `folder`, by what is in it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def untouched(here: Place) -> Place:
    """A clinic that this program has never seen: no ledger, and SQLite's usual journal mode."""
    fill(here, *COMMANDS)
    with closing(sqlite3.connect(here.folder / "test.db", isolation_level=None)) as connection:
        for kind, name in connection.execute(LEDGER).fetchall():
            connection.execute(f"DROP {kind} {name}")
        connection.execute("PRAGMA journal_mode=DELETE")
    return here


def rows(place: Place) -> list[list[dict[str, object]]]:
    return [place.rows(table) for table in clinic_tables()]


def test_every_file_stays_as_it_was(here: Place) -> None:
    fill(here, *COMMANDS)
    env = {"DATABASE_URL": here.url, "FISIOFLOW_HOME": str(here.folder / "home")}
    before = files(here.folder)
    for command in ("birthdays", "data-integrity", "cleanup"):
        done = run_inside(command, "--as-of", "2026-03-02", "--dry-run", "--json", env=env)
        assert (done.rc, done.stderr) == (0, "")
        assert (done.json["status"], done.json["run_id"]) == ("planned", None)
    assert files(here.folder) == before


def test_no_ledger_is_needed_to_tell_what_will_happen(untouched: Place) -> None:
    before = rows(untouched)
    rehearsed = {c: untouched.result(c, dry_run=True, **SHARP) for c in COMMANDS}
    assert rows(untouched) == before
    for result in rehearsed.values():
        result.pop("plan", None)
    assert {c: untouched.result(c, **SHARP) for c in COMMANDS} == rehearsed


def test_file_in_another_journal_mode_stays_as_it_was(untouched: Place) -> None:
    before = files(untouched.folder)
    untouched.start("birthdays", dry_run=True)
    assert files(untouched.folder) == before


def test_ledger_elsewhere_is_not_created(here: Place, tmp_path: Path) -> None:
    """Fixed: the file of a ledger that is not there yet came to be, empty."""
    elsewhere = tmp_path / "ledger.db"
    env = {"FISIOFLOW_LEDGER_URL": f"sqlite:///{elsewhere}"}
    assert here.result("birthdays", dry_run=True, env=env)["candidates"] == 0
    assert not elsewhere.exists()
    with pytest.raises(DatabaseRefused, match="correct FISIOFLOW_LEDGER_URL"):
        here.start("birthdays", env=env)
    assert not elsewhere.exists()


def test_clinic_that_may_only_be_read_is_enough(there: Place) -> None:
    """The first look at somebody's production: nothing may be written, and there is no ledger."""
    fill(there, *COMMANDS)
    with there.engine() as engine, engine.connect() as connection:
        connection.execute(text("DROP SCHEMA fisioflow CASCADE"))
        name = engine.url.database
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        connection.commit()
    for command in COMMANDS:
        assert there.start(command, dry_run=True).status == "planned"


def test_plan_shows_addresses_masked(here: Place) -> None:
    fill(here, "birthdays")
    shown = json.dumps(here.result("birthdays", dry_run=True), ensure_ascii=False)
    assert "d•••@example.com" in shown
    assert "davi@example.com" not in shown
    assert "98765" not in shown
