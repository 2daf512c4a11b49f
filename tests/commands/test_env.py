"""`fisioflow env`: what each environment has, and previews whose branch is closed."""

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.engine import owner
from fisioflow_cli.errors import ExitCode
from tests.cli import Done, run_cli
from tests.commands.inside import run_inside
from tests.workflows.people import NOW, organization, patient
from tests.workflows.place import Place

BRANCHES = ("a", "b", "feat/c#1")
A = "preview:a"
C = "preview:feat/c-1..b9140cac2e1c"


def make(url: str, folder: Path) -> Place:
    """A clinic with a run and a delivery in development and in each of three previews."""
    place = Place(url=url, folder=folder).create()
    place.add(schema.organizations, organization())
    place.add(schema.patients, patient("ana"))
    for env in ({}, *({"GITHUB_HEAD_REF": branch} for branch in BRANCHES)):
        place.start("birthdays", env=env, at=NOW)
    return place


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of such a clinic, to copy."""
    folder = tmp_path_factory.mktemp("made")
    make(f"sqlite:///{folder / 'made.db'}", folder)
    return folder / "made.db"


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Place:
    """Such a clinic on SQLite; what depends on the database is tested with the ledger."""
    shutil.copy(made, tmp_path / "lite.db")
    return Place(url=f"sqlite:///{tmp_path / 'lite.db'}", folder=tmp_path)


def env(place: Place, *args: str, branch: str | None = None, **more: str) -> Done:
    given = {"DATABASE_URL": place.url, "FISIOFLOW_HOME": str(place.folder), **more}
    if branch is not None:
        given["GITHUB_HEAD_REF"] = branch
    return run_inside("env", *args, env=given)


def left(place: Place) -> set[str]:
    """The environments that anything in the ledger is of."""
    tables = ("runs", "deliveries", "slots")
    found = {row["environment"] for table in tables for row in place.ledger(table)}
    steps = {row["run_id"] for row in place.ledger("steps")}
    assert steps <= {row["id"] for row in place.ledger("runs")}
    return found


def test_list_shows_what_each_has(place: Place) -> None:
    done = env(place, "list", branch="a")
    assert (done.rc, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    assert [row[0] for row in rows] == ["development", "preview:a", "preview:b", C]
    assert all(row[1:4] == ["1", "0", "1"] for row in rows)
    assert [row[0] for row in rows if row[-1] == "present"] == ["preview:a"]
    document = env(place, "list", "--json").json
    assert document["present"] == "development"
    first = document["environments"][0]
    assert (first["environment"], first["rows"]["runs"]) == ("development", 1)
    assert first["newest"].startswith("2026-03-02T13:30")


def test_list_names_the_present_environment_even_if_it_has_nothing(place: Place) -> None:
    done = env(place, "list", branch="new")
    assert done.rc == 0
    assert "preview:new, has nothing here yet" in done.stderr


def test_closed_branch_prunes_itself(database_url: str, tmp_path: Path) -> None:
    """As preview.yml does it; the second time there is nothing left to do."""
    place = make(database_url, tmp_path)
    done = env(place, "prune", "--yes", branch="feat/c#1")
    assert (done.rc, done.stderr) == (0, "")
    assert done.stdout.startswith(f"deleted  {C}  runs 1, deliveries 1")
    assert left(place) == {"development", "preview:a", "preview:b"}
    again = env(place, "prune", "--yes", branch="feat/c#1")
    assert (again.rc, again.stdout, again.stderr) == (0, "", "Nothing to prune.\n")
    assert env(place, "prune", "--yes", "--json", branch="feat/c#1").json == {
        "present": C,
        "environments": [],
    }


@pytest.mark.parametrize("names", [["a", "feat/c#1"], ["preview:a", C]], ids=str)
def test_previews_are_named_by_environment_or_branch(place: Place, names: list[str]) -> None:
    done = env(place, "prune", *names, "--yes", "--json")
    assert [each["environment"] for each in done.json["environments"]] == ["preview:a", C]
    assert left(place) == {"development", "preview:b"}


def test_all_but_the_branches_that_are_open(place: Place, tmp_path: Path) -> None:
    """A branch called development is a branch like any other, and keeps no rows of development."""
    file = tmp_path / "branches"
    file.write_text("feat/c#1\n\ndevelopment\n")
    done = env(place, "prune", "--all-but", str(file), "--yes")
    assert (done.rc, left(place)) == (0, {"development", C})


def test_branches_come_through_a_pipe(place: Place) -> None:
    given = {"DATABASE_URL": place.url}
    done = run_cli("env", "prune", "--all-but", "-", "--yes", env=given, stdin="b\nfeat/c#1\n")
    assert (done.rc, done.stderr, left(place)) == (0, "", {"development", "preview:b", C})


def test_an_empty_list_of_branches_is_a_mistake(place: Place, tmp_path: Path) -> None:
    """`git ls-remote` that fails in a pipe would otherwise drop every preview."""
    before = left(place)
    (tmp_path / "none").write_text("\n")
    done = env(place, "prune", "--all-but", str(tmp_path / "none"), "--yes")
    assert (done.rc, left(place)) == (ExitCode.USAGE, before)
    assert "nothing was deleted" in done.stderr


@pytest.mark.parametrize(
    ("args", "environment", "says"),
    [
        (["production"], None, "production is none"),
        (["development"], "preview:a", "development is none"),
        ([], None, "development is none"),
        ([], "production", "production is none"),
        (["preview:a"], "production", "This is production"),
        (["a", "--all-but", "-"], None, "not both"),
        (["--all-but", "nowhere"], None, "No such file"),
    ],
)
def test_only_previews_are_pruned(
    place: Place, args: list[str], environment: str | None, says: str
) -> None:
    if environment == "production":
        meta = place.ledger_table("meta")
        with place.writing() as connection:
            side = meta.update().where(meta.c.key == "production")
            connection.execute(side.values(value="true"))
    more = {"FISIOFLOW_ENV": environment} if environment else {}
    done = env(place, "prune", *args, "--yes", **more)
    assert (done.rc, done.stdout) == (ExitCode.USAGE, "")
    assert says in done.stderr


def test_nothing_goes_while_somebody_works_there(place: Place) -> None:
    runs = place.ledger_table("runs")
    with place.writing() as connection:
        connection.execute(
            runs.update()
            .where(runs.c.environment == "preview:b")
            .values(status="running", lease_until=NOW.replace(year=2100), owner=owner.current())
        )
    before = left(place)
    done = env(place, "prune", "a", "b", "--yes")
    assert (done.rc, left(place)) == (ExitCode.TRY_LATER, before)
    assert f"Process {os.getpid()} on " in done.stderr
    assert "working in preview:b" in done.stderr
    assert env(place, "prune", "a", "--yes").rc == 0


def test_asking_needs_somebody_to_answer(place: Place) -> None:
    before = left(place)
    done = env(place, "prune", branch="a")
    assert (done.rc, done.stdout, left(place)) == (ExitCode.USAGE, "", before)
    assert "add --yes" in done.stderr


@pytest.mark.parametrize(("typed", "code", "gone"), [("COUNT", 0, True), ("yes", 2, False)])
def test_confirmation_names_what_will_go(place: Place, typed: str, code: int, gone: bool) -> None:
    [mine] = [e for e in env(place, "list", "--json").json["environments"] if e["environment"] == A]
    count = str(sum(mine["rows"].values()))
    keyboard, terminal = pty.openpty()
    environ = {name: os.environ[name] for name in ("PATH", "HOME", "NO_COLOR")}
    with subprocess.Popen(
        [sys.executable, "-m", "fisioflow_cli", "env", "prune"],
        env={**environ, "DATABASE_URL": place.url, "GITHUB_HEAD_REF": "a"},
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path.home(),
    ) as process:
        os.write(keyboard, f"{typed.replace('COUNT', count)}\n".encode())
        _, said = process.communicate(timeout=120)
    os.close(keyboard)
    os.close(terminal)
    assert process.returncode == code, said
    assert b"preview:a  runs 1" in said
    assert f"Type {count} to go on".encode() in said
    assert ("preview:a" not in left(place)) is gone
