"""`fisioflow runs`: what ran, what did not and why."""

from datetime import timedelta
from pathlib import Path

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode
from tests.commands.inside import run_inside
from tests.workflows.people import NOW, organization, patient
from tests.workflows.place import Place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A clinic with four runs: one of them unfinished, one for a single organization."""
    folder = tmp_path_factory.mktemp("clinic")
    place = Place(url=f"sqlite:///{folder / 'clinic.db'}", folder=folder).create()
    place.add(schema.organizations, organization())
    place.add(schema.patients, patient("ana"), patient("eva", active=False))
    place.start("cleanup", at=NOW - timedelta(days=1))
    place.start("birthdays", at=NOW - timedelta(hours=5))
    place.start("birthdays", organization="sul")
    place.start("cleanup", at=NOW + timedelta(minutes=5))
    return place


def test_newest_first(env: dict[str, str]) -> None:
    done = run_inside("runs", "list", env=env)
    assert (done.rc, done.stderr) == (0, "Environment: development\n")
    lines = [line.split() for line in done.stdout.splitlines()[1:]]
    assert [line[1:5] for line in lines] == [
        ["cleanup", "2026-03-02", "all", "completed"],
        ["birthdays", "2026-03-02", "sul", "completed"],
        ["birthdays", "2026-03-02", "all", "timed_out"],
        ["cleanup", "2026-03-01", "all", "completed"],
    ]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--workflow", "birthdays"], 2),
        (["--workflow", "fisioflow-birthday-messages"], 2),
        (["--status", "timed_out"], 1),
        (["--workflow", "cleanup", "--status", "failed"], 0),
        (["--limit", "3"], 3),
        (["--slot", "2026-03-01"], 1),
        (["--scope", "sul"], 1),
        (["--org", "sul", "--workflow", "cleanup"], 0),
        (["--since", "2026-03-02"], 3),
        (["--since", "2026-03-02T10:30"], 2),
        (["--until", "2026-03-02T00:00"], 1),
        (["--since", "1s"], 0),
        (["--environment", "preview:x"], 0),
        (["--environment", "development"], 4),
    ],
)
def test_narrowed_down(env: dict[str, str], options: list[str], found: int) -> None:
    done = run_inside("runs", "list", "--json", *options, env=env)
    assert (done.rc, len(done.json["runs"]), done.stdout.count("\n")) == (0, found, 1)
    shown = run_inside("runs", "list", *options, env=env)
    assert len(shown.stdout.splitlines()) == (found + 1 if found else 0)
    elsewhere = options[1] if "--environment" in options else "development"
    whose = f"Environment: {elsewhere}\n"
    said = shown.stderr.partition("More: add --after")
    assert said[0] == (whose if found else f"No such runs.\n{whose}")
    assert bool(said[1]) == (done.json["next"] is not None)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--workflow", "birthday"], "There is no workflow 'birthday'; write one of cleanup"),
        (["--status", "broken"], "There is no status 'broken'; write one of running"),
    ],
)
def test_what_there_is_not(env: dict[str, str], options: list[str], says: str) -> None:
    done = run_inside("runs", "list", *options, env=env)
    assert (done.rc, done.stdout) == (ExitCode.USAGE, "")
    assert says in done.stderr


def test_pages_follow_one_another(env: dict[str, str]) -> None:
    seen, after = [], []
    while True:
        done = run_inside("runs", "list", "--limit", "3", "--json", *after, env=env)
        seen += [run["run_id"] for run in done.json["runs"]]
        if done.json["next"] is None:
            break
        after = ["--after", done.json["next"]]
    everything = run_inside("runs", "list", "--json", env=env).json["runs"]
    assert seen == [run["run_id"] for run in everything]
    assert len(seen) == 4


@pytest.mark.parametrize(
    "options",
    [
        ["--after", "nonsense"],
        ["--since", "yesterday"],
        ["--until", "2026-13-45"],
        ["--since", "9" * 400 + "d"],
        ["--slot", "a\x1b[31m"],
        ["--scope", "\udcff"],
        ["--environment", "x" * 5000],
        ["--workflow", "\udcff::error::"],
    ],
    ids=lambda options: ascii(options)[:30],
)
def test_hostile_filters_are_refused_in_a_sentence(env: dict[str, str], options: list[str]) -> None:
    done = run_inside("runs", "list", *options, env=env)
    assert (done.rc, done.stdout, done.stderr.count("\n")) == (ExitCode.USAGE, "", 1)
    assert "\x1b" not in done.stderr
    assert len(done.stderr) < 500


def test_one_run_in_detail(place: Place, env: dict[str, str]) -> None:
    [run] = [row for row in place.ledger("runs") if row["status"] == "timed_out"]
    for start in (run["id"], run["id"][:8].upper(), f" {run['id'][:12]} "):
        done = run_inside("runs", "show", start, env=env)
        assert (done.rc, done.stderr) == (0, "")
        for shown in (run["id"], "2026-03-02", "timed_out, attempt 1", "greet/1", "left pending"):
            assert shown in done.stdout
    document = run_inside("runs", "show", run["id"], "--json", env=env).json
    assert document["status"] == "timed_out"
    assert document["error"].startswith("1 left pending")
    [step] = document["steps"]
    assert (step["name"], step["status"], step["tries"]) == ("greet/1", "waiting", 1)
    assert step["duration_seconds"] >= 0
    [other] = [row for row in place.ledger("runs") if row["scope"] == "sul"]
    document = run_inside("runs", "show", other["id"], "--json", env=env).json
    assert {tally["state"]: tally["count"] for tally in document["deliveries"]} == {
        "sent": 1,
        "skipped": 1,
    }


def test_beginning_that_two_runs_share(place: Place, env: dict[str, str]) -> None:
    with place.writing() as connection:
        runs = place.ledger_table("runs")
        for number, row in enumerate(place.ledger("runs")[:2]):
            twin = row | {"id": f"twin-{number}", "generation": 7}
            connection.execute(runs.insert().values(twin))
    try:
        done = run_inside("runs", "show", "twin-", env=env)
        assert (done.rc, "More than one run" in done.stderr) == (ExitCode.USAGE, True)
        assert run_inside("runs", "show", "twin-1", env=env).rc == 0
    finally:
        with place.writing() as connection:
            connection.execute(runs.delete().where(runs.c.id.startswith("twin-")))


def test_looking_changes_nothing(place: Place, env: dict[str, str]) -> None:
    before = place.contents()
    run_inside("runs", "list", env=env)
    run_inside("runs", "show", place.ledger("runs")[0]["id"], env=env)
    assert place.contents() == before


def test_other_environments_have_a_history_of_their_own(env: dict[str, str]) -> None:
    done = run_inside("runs", "list", "--json", env=env | {"FISIOFLOW_ENV": "preview:x"})
    assert done.json == {"runs": [], "next": None}


def test_database_without_a_ledger(postgres_url: str) -> None:
    done = run_inside("runs", "list", env={"DATABASE_URL": postgres_url})
    assert (done.rc, done.stdout) == (ExitCode.CONFIGURATION, "")
    assert "run `fisioflow db upgrade`" in done.stderr
    assert not list(Path.home().iterdir())
