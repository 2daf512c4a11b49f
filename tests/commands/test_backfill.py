"""`fisioflow backfill`: the slots of a stretch of time that are not done."""

from datetime import UTC, timedelta

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode
from tests.commands.inside import run_inside
from tests.workflows.people import NOW, TODAY, appointment, member, patient
from tests.workflows.place import Place


@pytest.fixture
def place(clinic: Place) -> Place:
    """A clinic whose appointments of the last days nobody has reported; the time is NOW."""
    clinic.add(schema.staff, member("sara"))
    days = (TODAY - timedelta(days=n) for n in range(1, 15))
    clinic.add(schema.appointments, *(appointment(f"a{day:%d}", day) for day in days))
    return clinic


def earlier(place: Place, patch: pytest.MonkeyPatch, days: int) -> None:
    """Let the reports of some days ago be done, on that day."""
    then = NOW.astimezone(UTC) - timedelta(days=days)
    with patch.context() as other:
        other.setattr("fisioflow_cli.clock.Clock.now", lambda _: then)
        place.start("daily-reports")


def slots(place: Place) -> list[str]:
    return sorted(row["slot"] for row in place.ledger("runs"))


def test_slots_that_are_not_done_are_done_oldest_first(
    place: Place, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier(place, monkeypatch, 2)
    done = run_inside(
        "backfill", "daily-reports", "--from", "2026-02-27", "--to", "2026-03-02", env=env
    )
    assert (done.rc, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "2026-02-27  completed  candidates 1, sent 1",
        "2026-02-28  completed, done before  candidates 1, sent 1",
        "2026-03-01  completed  candidates 1, sent 1",
        "2026-03-02  completed  candidates 1, sent 1",
    ]
    keys = {row["message_key"] for row in place.ledger("deliveries")}
    assert len(keys) == 4
    again = run_inside("backfill", "daily-reports", "--from", "2026-02-27", env=env)
    assert again.stdout.count("done before") == 4
    assert len(place.ledger("deliveries")) == 4


def test_rehearsal_writes_nothing(place: Place, env: dict[str, str]) -> None:
    before = place.contents()
    done = run_inside(
        "backfill", "daily-reports", "--from", "2026-03-01", "--dry-run", "--json", env=env
    )
    assert (done.rc, done.stdout.count("\n")) == (0, 1)
    assert [slot["status"] for slot in done.json["slots"]] == ["planned", "planned"]
    # each tells of itself only, not of those before it once more
    assert [slot["result"]["candidates"] for slot in done.json["slots"]] == [1, 1]
    plans = [[row["key"] for row in slot["result"]["plan"]] for slot in done.json["slots"]]
    assert [len(plan) for plan in plans] == [1, 1]
    assert plans[0] != plans[1]
    assert (done.json["workflow"], done.json["exit_code"]) == ("fisioflow-daily-reports", 0)
    assert place.contents() == before


def test_rehearsal_names_who_would_get_what_and_why_not(place: Place, env: dict[str, str]) -> None:
    """It printed `sent 1` of what nobody was sent, and no message and no reason at all."""
    place.add(schema.staff, member("rui", email=None))
    line = ("backfill", "daily-reports", "--from", "2026-03-01", "--dry-run")
    done = run_inside(*line, env=env)
    told = [" ".join(row.split()) for row in done.stdout.splitlines()]
    assert told[0] == "2026-03-01 planned candidates 2, would be sent 1, would be skipped 1"
    assert told[1].startswith("message would channel recipient")
    assert "daily-report/sul/rui/2026-03-01 skip no_contact" in told
    assert "daily-report/sul/sara/2026-03-01 send email s•••@example.com" in told
    assert told[4].startswith("2026-03-02 planned")
    assert "daily-report/sul/sara/2026-03-02 send email s•••@example.com" in told


def test_older_than_its_age_is_refused_before_anything_happens(
    place: Place, env: dict[str, str]
) -> None:
    line = ("backfill", "daily-reports", "--from", "2026-02-22", "--to", "2026-02-24")
    done = run_inside(*line, env=env)
    assert (done.rc, done.stdout, done.stderr.count("\n")) == (ExitCode.USAGE, "", 1)
    assert "2026-02-22 is past the maximum age of daily-reports; add --allow-late" in done.stderr
    assert place.ledger("runs") == place.ledger("slots") == []
    assert run_inside(*line, "--allow-late", env=env).rc == 0
    assert slots(place) == ["2026-02-22", "2026-02-23", "2026-02-24"]


def test_what_is_done_is_never_too_old(
    place: Place, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier(place, monkeypatch, 8)
    done = run_inside(
        "backfill", "daily-reports", "--from", "2026-02-22", "--to", "2026-02-23", env=env
    )
    assert done.rc == 0
    assert done.stdout.splitlines()[0].startswith("2026-02-22  completed, done before")


@pytest.mark.parametrize(
    ("workflow", "bounds", "expected"),
    [
        ("birthdays", ["--from", "2026-03-01"], ["2026-03-01", "2026-03-02"]),
        ("appointment-reminders", ["--from", "2026-03-01"], ["2026-03-01"]),
        ("weekly-summary", ["--from", "2026-W09", "--to", "2026-W10"], ["2026-W09", "2026-W10"]),
        ("weekly-summary", ["--from", "2026-02-25", "--to", "2026-02-26"], ["2026-W09"]),
        (
            "daily-reports",
            ["--from", "2026-W09", "--to", "2026-02-24"],
            ["2026-02-23", "2026-02-24"],
        ),
        ("data-integrity", ["--from", "2026-03-02T06"], ["2026-03-02T06"]),
        ("data-integrity", ["--from", "2026-03-02T06", "--to", "2026-03-02"], ["2026-03-02T06"]),
        ("fisioflow-daily-cleanup", ["--from", "2026-03-02"], ["2026-03-02"]),
    ],
)
def test_slots_and_dates_name_the_span(
    place: Place, env: dict[str, str], workflow: str, bounds: list[str], expected: list[str]
) -> None:
    """Without --to up to the newest that is due: reminders are only at six in the evening."""
    assert run_inside("backfill", workflow, *bounds, "--allow-late", env=env).rc == 0
    assert slots(place) == expected


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["birthdays", "--from", "2026-03-03"], "2026-03-03 has not begun yet"),
        (["birthdays", "--from", "2026-03-01", "--to", "2026-03-03"], "2026-03-03 has not begun"),
        (["birthdays", "--from", "2026-03-03", "--dry-run"], "has not begun yet"),
        (["birthdays", "--from", "2026-03-02", "--to", "2026-03-01"], "exchange them"),
        (["birthdays", "--from", "2026-02-30"], "--from takes a slot or a date: 2026-11-23"),
        (["birthdays", "--from", "\x1b[31m"], "--from takes a slot"),
        (["birthdays", "--from", "2026-03-01", "--to", "9999-12-31"], "--to names the year 9999"),
        (
            ["birthdays", "--from", "9999-12-31"],
            "year 9999; dates go from 1900-01-01 to 2999-12-31",
        ),
        (["birthdays", "--from", "9999-W52"], "--from names the year 9999"),
        (["birthdays", "--from", "0001-01-01"], "--from names the year 1;"),
        (["birthdays", "--from", "2020-01-01", "--allow-late"], "take 400 at a time"),
        (["dispatch", "--from", "2026-03-01"], "no scheduled workflow dispatch"),
        (["birthdays"], "Missing option '--from'"),
    ],
)
def test_what_cannot_be_filled_in(
    place: Place, env: dict[str, str], words: list[str], says: str
) -> None:
    done = run_inside("backfill", *words, env=env)
    assert (done.rc, done.stdout) == (ExitCode.USAGE, "")
    assert says in " ".join(done.stderr.split())
    assert "\x1b" not in done.stderr
    assert place.ledger("runs") == []


def test_one_organization_alone(
    place: Place, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is done for all is done for it; a name that there is not is refused."""
    earlier(place, monkeypatch, 1)
    line = ("backfill", "daily-reports", "--from", "2026-02-28", "--org")
    done = run_inside(*line, "sul", env=env)
    assert done.stdout.splitlines()[1].startswith("2026-03-01  completed, done before")
    scopes = {(row["slot"], row["scope"]) for row in place.ledger("runs")}
    assert scopes == {("2026-03-01", "all"), ("2026-02-28", "sul"), ("2026-03-02", "sul")}
    assert run_inside(*line, "norte", env=env).rc == ExitCode.USAGE


def test_most_urgent_exit_code_is_told(place: Place, env: dict[str, str]) -> None:
    place.add(schema.patients, patient("ana"))
    night = env | {"FISIOFLOW_SEND_WINDOW": "06:00-07:00"}
    done = run_inside("backfill", "birthdays", "--from", "2026-03-01", env=night)
    assert done.rc == ExitCode.TRY_LATER
    assert "1 left pending" in done.stderr
    assert run_inside("backfill", "birthdays", "--from", "2026-03-01", env=env).rc == 0
