"""`fisioflow demo`: builds, runs twice, and touches nobody else's data."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fisioflow_cli.errors import ExitCode
from tests.commands.inside import run_inside
from tests.workflows.place import Place

TWICE = "the second start of all six sent nothing again."


def refused(says: str, *args: str, env: dict[str, str]) -> None:
    done = run_inside("demo", *args, env=env)
    assert (done.rc, done.stdout) == (ExitCode.USAGE, "")
    assert re.search(says, done.stderr), done.stderr


def test_shows_what_happened_and_that_twice_is_harmless(tmp_path: Path) -> None:
    home = tmp_path / "state"
    env = {"FISIOFLOW_HOME": str(home)}
    done = run_inside("demo", env=env)
    assert (done.rc, done.stderr) == (0, "")
    assert not re.search("(partial|failed|timed_out|cancelled):", done.stdout)
    assert TWICE in done.stdout
    assert "done before" not in done.stdout
    [messages] = re.findall(r"The outbox holds (\d+) messages", done.stdout)
    assert len(list((home / "outbox").glob("*.json"))) == int(messages) > 20
    assert (home / "outbox" / "index.html").exists()
    [run] = re.findall(r"runs show (\w+)", done.stdout)
    assert run_inside("runs", "show", run, env=env).rc == 0
    again = run_inside("demo", env=env)
    assert again.rc == 0
    assert again.stdout.count("(done before)") == 6
    # months of slots are missed by the calendar, and nothing said why
    said = "This is the demo clinic: its today is 2026-03-02, and only `fisioflow demo` starts it."
    stands = run_inside("status", env=env)
    assert (stands.rc, stands.stderr.splitlines()[1:]) == (ExitCode.FAILED, [said])
    doctor = run_inside("doctor", "--offline", "--json", env=env)
    found = {finding["id"]: finding for finding in doctor.json["findings"]}
    slots = found["ledger.slots"]
    assert (slots["verdict"], slots["message"]) == ("skipped", said)


def test_fresh_begins_anew_and_spares_what_is_not_its_own(tmp_path: Path) -> None:
    """Fixed: --fresh deleted the whole folder that FISIOFLOW_OUTBOX names, with all that was in it."""
    folder = tmp_path / "Documents"
    folder.mkdir()
    (folder / "thesis.html").write_text("ten years of work")
    (folder / "data.json").write_text(json.dumps({"mine": True}))
    env = {"FISIOFLOW_HOME": str(tmp_path / "state"), "FISIOFLOW_OUTBOX": str(folder)}
    assert run_inside("demo", env=env).rc == 0
    first = {path.name for path in folder.iterdir()}
    again = run_inside("demo", "--fresh", env=env)
    assert (again.rc, TWICE in again.stdout, "done before" in again.stdout) == (0, True, False)
    left = {path.name for path in folder.iterdir()}
    assert {"thesis.html", "data.json", "index.html"} <= left
    assert len(left) == len(first)
    assert not left & first - {"thesis.html", "data.json", "index.html"}


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"DATABASE_URL": "sqlite:////tmp/nowhere.db"}, "unset DATABASE_URL"),
        ({"FISIOFLOW_LEDGER_URL": "sqlite:////tmp/nowhere.db"}, "FISIOFLOW_LEDGER_URL"),
        ({"FISIOFLOW_ENV": "production"}, "set FISIOFLOW_ENV=development"),
        ({"FISIOFLOW_ENV": "preview:x"}, "this is preview:x"),
        ({"GITHUB_HEAD_REF": "agenda"}, "this is preview:agenda"),
        ({"FISIOFLOW_CLINIC_PROFILE": "neon-2026-08"}, "FISIOFLOW_CLINIC_PROFILE"),
    ],
)
def test_refused_where_it_could_touch_somebodys_data(env: dict[str, str], says: str) -> None:
    refused(says, "--fresh", env=env)
    assert not list(Path.home().iterdir())


@pytest.mark.parametrize("args", [[], ["--fresh"]], ids=str)
def test_other_clinic_is_left_alone(tmp_path: Path, args: list[str]) -> None:
    home = tmp_path / "state"
    home.mkdir()
    place = Place(url=f"sqlite:///{home / 'fisioflow.db'}", folder=home).create()
    with place.writing() as connection:
        connection.exec_driver_sql("INSERT INTO organizations (id, name) VALUES ('mine', 'Minha')")
    before = place.contents()
    refused("not the demo's", *args, env={"FISIOFLOW_HOME": str(home)})
    assert place.contents() == before


def test_file_without_a_clinic_is_not_deleted(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "fisioflow.db")) as other:
        other.execute("CREATE TABLE recipes (id)")
    refused("not the demo's", "--fresh", env={"FISIOFLOW_HOME": str(tmp_path)})
    assert (tmp_path / "fisioflow.db").exists()


def test_settings_that_would_spoil_the_show_are_set_aside(tmp_path: Path) -> None:
    """But for the outbox: who wants no files gets none."""
    env = {
        "FISIOFLOW_HOME": str(tmp_path / "state"),
        "FISIOFLOW_SEND_WINDOW": "03:00-03:01",
        "FISIOFLOW_ALLOW_RECIPIENTS": "ana@example.com",
        "FISIOFLOW_OUTBOX": "none",
    }
    done = run_inside("demo", env=env)
    assert (done.rc, done.stderr, TWICE in done.stdout) == (0, "", True)
    assert not re.search("(partial|failed|timed_out|cancelled):", done.stdout)
    assert "index.html" not in done.stdout
    assert {path.suffix for path in (tmp_path / "state").iterdir()} <= {".db", ".db-wal", ".db-shm"}
