"""What a workflow command prints and how it ends."""

import json
from datetime import UTC, timedelta

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode
from tests.commands.inside import run_inside
from tests.workflows.people import NOW, patient
from tests.workflows.place import Place

HOSTILE = "x\n::error::pwned\x1b[31m ##[error]oops \u202eevil [/b] <script>"


def test_silent_when_all_is_well(env: dict[str, str]) -> None:
    done = run_inside("birthdays", env=env)
    assert (done.rc, done.stdout, done.stderr) == (0, "", "")


def test_json_is_exactly_one_document(env: dict[str, str]) -> None:
    done = run_inside("birthdays", "--json", env=env)
    assert (done.rc, done.stderr, done.stdout.count("\n")) == (0, "", 1)
    assert set(done.json) == {
        "run_id",
        "workflow",
        "slot",
        "environment",
        "status",
        "reused",
        "attempt",
        "started_at",
        "finished_at",
        "result",
    }
    again = run_inside("birthdays", "--json", env=env)
    assert again.json == done.json | {"reused": True}


def test_what_is_left_is_said_and_ends_with_75(env: dict[str, str]) -> None:
    done = run_inside("birthdays", env=env | {"FISIOFLOW_SEND_WINDOW": "08:00-08:01"})
    assert done.rc == ExitCode.TRY_LATER
    assert done.stderr == (
        "fisioflow: birthdays 2026-03-02: 1 left pending; a later start does them.\n"
    )
    assert "timed_out" in done.stdout
    assert "pending: 1" in done.stdout


def test_time_that_is_up_is_said(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fisioflow_cli.engine.control.Control.limit", _no_time)
    done = run_inside("birthdays", env=env)
    assert done.rc == ExitCode.TRY_LATER
    assert done.stderr.startswith("fisioflow: birthdays ")
    assert "maximum duration is over" in done.stderr
    assert "timed_out" in done.stdout


def _no_time(control: object, duration: object) -> None:
    del duration
    control.deadline = 0.0  # type: ignore[attr-defined]  # a Control


def test_dry_run_shows_the_plan(env: dict[str, str]) -> None:
    done = run_inside("birthdays", "--dry-run", env=env)
    assert done.rc == 0
    assert "planned" in done.stdout
    assert "candidates: 1" in done.stdout
    assert "birthday/ana/" in done.stdout
    assert "+55•••0304" in done.stdout
    assert "98765" not in done.stdout


@pytest.mark.parametrize("form", [["--dry-run"], ["--dry-run", "--json"], ["--json"], []])
def test_hostile_names_cannot_break_the_output(
    place: Place, env: dict[str, str], form: list[str]
) -> None:
    """Fixed: the ids in the issues of data-integrity were printed as they came."""
    place.add(schema.organizations, {"id": HOSTILE, "name": HOSTILE})
    hostile = patient("h", HOSTILE, phone="1", email=HOSTILE)
    place.add(schema.patients, hostile | {"id": HOSTILE, "name": HOSTILE})
    for command in ("birthdays", "data-integrity"):
        for more in ([], ["--org", HOSTILE], ["--fail-on-issues"]):
            if command == "birthdays" and more == ["--fail-on-issues"]:
                continue
            said = run_inside(command, *form, *more, env=env)
            assert "unexpected" not in said.stderr
            for line in (said.stdout + said.stderr).splitlines():
                assert not line.lstrip().startswith("::")
                assert not set(line) & {"\x1b", "\u202e"}
                assert "##[" not in line or line.startswith("{")  # the one document, all ASCII
            if "--json" in form:
                assert said.json["workflow"]


def test_hostile_organization_that_there_is_not(env: dict[str, str]) -> None:
    done = run_inside("birthdays", "--org", HOSTILE, env=env)
    assert (done.rc, done.stderr.count("\n")) == (ExitCode.USAGE, 1)
    assert not set(done.stderr) & {"\x1b", "\u202e"}
    profile = env | {"FISIOFLOW_CLINIC_PROFILE": HOSTILE}
    done = run_inside("birthdays", env=profile)
    assert (done.rc, done.stderr.count("\n")) == (ExitCode.CONFIGURATION, 1)
    assert not set(done.stderr) & {"\x1b", "\u202e"}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 0),
        (["--fail-on-issues"], 1),
        (["--fail-on-issues", "--dry-run"], 1),
        (["--fail-on-issues", "--json"], 1),
    ],
)
def test_fail_on_issues(place: Place, env: dict[str, str], options: list[str], code: int) -> None:
    """Fixed: exit code 1 came without a word when nobody was looking."""
    clean = run_inside("data-integrity", *options, env=env)
    assert clean.rc == 0
    place.add(schema.patients, patient("bia", phone="1"))
    found = run_inside("data-integrity", "--force", *options, env=env)
    assert found.rc == code
    assert ("1 issues found" in found.stderr) == bool(code)
    if "--dry-run" not in options:
        assert run_inside("data-integrity", *options, env=env).rc == code


def test_caught_up_slots_are_in_the_one_document(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_inside("birthdays", env=env).rc == 0
    monkeypatch.setattr(
        "fisioflow_cli.clock.Clock.now", lambda _: NOW.astimezone(UTC) + timedelta(days=3)
    )
    done = run_inside("birthdays", "--json", env=env)
    document = json.loads(done.stdout)
    [caught_up] = document["caught_up"]
    assert (caught_up["slot"], document["slot"]) == ("2026-03-04", "2026-03-05")
    assert caught_up.keys() == document.keys() - {"caught_up"}
    alone = run_inside("birthdays", "--json", "--no-catch-up", env=env)
    assert "caught_up" not in alone.json
