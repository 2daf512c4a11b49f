"""`fisioflow due`: one line in any scheduler."""

from datetime import UTC, timedelta

import pytest

from fisioflow_cli.errors import ExitCode
from tests.commands.inside import run_inside
from tests.workflows.people import NOW
from tests.workflows.place import Place

NIGHT = {"FISIOFLOW_SEND_WINDOW": "06:00-07:00"}


def test_silent_when_all_is_well(place: Place, env: dict[str, str]) -> None:
    for _ in range(2):
        done = run_inside("due", env=env)
        assert (done.rc, done.stdout, done.stderr) == (0, "", "")
    assert len(place.ledger("runs")) == 6


def test_json_is_exactly_one_document(env: dict[str, str]) -> None:
    done = run_inside("due", "--json", env=env)
    assert (done.rc, done.stdout.count("\n"), done.stderr) == (0, 1, "")
    assert set(done.json) == {"reports", "left", "exit_code"}
    [birthdays] = [r for r in done.json["reports"] if r["result"].get("sent")]
    assert (birthdays["slot"], birthdays["exit_code"]) == ("2026-03-02", 0)
    assert run_inside("due", "--json", env=env).json == {"reports": [], "left": [], "exit_code": 0}


def test_list_says_why_and_changes_nothing(place: Place, env: dict[str, str]) -> None:
    before = place.contents()
    done = run_inside("due", "--list", env=env)
    assert (done.rc, done.stderr) == (0, "")
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in done.stdout.splitlines()[1:]}
    assert lines["birthdays"] == "2026-03-02 late: due since 2026-03-02 09:00"
    assert lines["expiring-vouchers"] == "2026-03-02 due since 2026-03-02 10:00"
    assert lines["appointment-reminders"] == "2026-03-02 nothing before 2026-03-02 18:00"
    document = run_inside("due", "--list", "--json", env=env).json
    states = {w["command"]: [slot["state"] for slot in w["to_do"]] for w in document["workflows"]}
    assert (states["birthdays"], states["appointment-reminders"]) == (["late"], [])
    whys = {w["command"]: [slot["why"] for slot in w["to_do"]] for w in document["workflows"]}
    assert whys["birthdays"] == ["late: due since 2026-03-02 09:00"]
    assert place.contents() == before


def test_list_of_what_was_begun(
    place: Place, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_inside("birthdays", env=env | NIGHT).rc == ExitCode.TRY_LATER
    only = ("due", "--list", "--workflow", "birthdays")
    assert "unfinished: 1 left pending" in run_inside(*only, env=env).stdout
    [slot] = run_inside(*only, "--json", env=env).json["workflows"][0]["to_do"]
    assert slot["error"] == "1 left pending; a later start does them."
    assert slot["why"] == f"unfinished: {slot['error']}"
    later = NOW.astimezone(UTC) + timedelta(days=5)
    monkeypatch.setattr("fisioflow_cli.clock.Clock.now", lambda _: later)
    found = run_inside(*only, env=env).stdout.splitlines()
    assert "2026-03-02 past its maximum age: closed" in " ".join(found[1].split())
    assert [line.split()[1] for line in found[2:]] == ["2026-03-06", "2026-03-07"]
    [closed] = run_inside(*only, "--json", env=env).json["workflows"]
    assert [run["slot"] for run in closed["close"]] == ["2026-03-02"]
    assert closed["close"][0]["error"] == slot["error"]
    assert closed["close"][0]["why"].startswith("past its maximum age")


def test_what_stays_pending_is_told_once(env: dict[str, str]) -> None:
    """Every ten minutes, all night, into somebody's mail: it was told the first time."""
    first = run_inside("due", env=env | NIGHT)
    assert first.rc == ExitCode.TRY_LATER
    assert "1 left pending" in first.stderr
    again = run_inside("due", env=env | NIGHT)
    assert (again.rc, again.stdout, again.stderr) == (ExitCode.TRY_LATER, "", "")


def test_failure_is_told_every_time(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("fisioflow_cli.workflows.birthdays.decide", broken)
    monkeypatch.setattr("fisioflow_cli.clinic.patients.birthdays", broken)
    for _ in range(2):
        done = run_inside("due", "--workflow", "birthdays", env=env)
        assert done.rc == ExitCode.FAILED
        assert "RuntimeError" in done.stderr
        assert "secret" not in done.stderr


def test_time_that_is_up_names_whose_turn_did_not_come(
    place: Place, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_time(control: object, duration: object) -> None:
        del duration
        control.deadline = 0.0  # type: ignore[attr-defined]  # a Control

    monkeypatch.setattr("fisioflow_cli.engine.control.Control.limit", no_time)
    done = run_inside("due", "--max-duration", "1s", env=env)
    assert (done.rc, done.stdout) == (ExitCode.TRY_LATER, "")
    assert done.stderr.startswith("fisioflow: Left to a later start: cleanup, daily-reports, ")
    assert place.ledger("runs") == []


@pytest.mark.parametrize("name", ["birthday", "fisioflow-send-email", "", "\x1b[31m"])
def test_workflow_that_there_is_not(env: dict[str, str], name: str) -> None:
    done = run_inside("due", "--workflow", name, env=env)
    assert (done.rc, done.stdout) == (ExitCode.USAGE, "")
    assert "write one of cleanup, daily-reports" in done.stderr
    assert "\x1b" not in done.stderr
