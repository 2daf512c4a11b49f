"""`fisioflow preview`: what a branch would send, on the demo clinic or on a database of its own."""

from dataclasses import replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from rich.console import Console

from fisioflow_cli import console
from fisioflow_cli.clinic import schema
from fisioflow_cli.engine import owner
from fisioflow_cli.errors import ExitCode, FisioFlowError
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.cli import Done
from tests.commands.inside import run_inside
from tests.workflows.people import NOW, TODAY, member, patient
from tests.workflows.place import Place

DAY = ("--as-of", TODAY.isoformat())
ENVIRONMENT = "preview:agenda"


def preview(place: Place, *args: str, **more: str) -> Done:
    return run_inside("preview", *args, env={**place.given, "GITHUB_HEAD_REF": "agenda", **more})


def figures(done: Done) -> dict[str, Any]:
    """What would be sent and what not, by workflow; without those that have neither."""
    return {
        each["workflow"]: (each["by_channel"], each["skipped"])
        for each in done.json["workflows"]
        if each["by_channel"] or each["skipped"]
    }


@pytest.fixture
def full(place: Place) -> Place:
    """A clinic with somebody to greet by each channel, and somebody who must not be."""
    place.add(
        schema.patients,
        patient("ana"),
        patient("bia", preferred_channel="email"),
        patient("caio", active=False),
    )
    place.add(schema.staff, member("rita", role="admin"))
    return place


GREETED = ({"email": 1, "whatsapp": 1}, {"inactive": 1})


def test_every_workflow_is_started_once_and_counted(full: Place) -> None:
    done = preview(full, *DAY, "--json")
    assert (done.rc, done.stderr) == (0, "")
    assert [each["workflow"] for each in done.json["workflows"]] == [w.id for w in WORKFLOWS]
    assert {each["environment"] for each in done.json["workflows"]} == {ENVIRONMENT}
    assert figures(done)["fisioflow-birthday-messages"] == GREETED
    sent = [row for row in full.ledger("deliveries") if row["state"] == "sent"]
    assert sum(done.json["by_channel"].values()) == len(sent) == len(full.letters())
    facts = {key: done.json[key] for key in ("environment", "clinic", "day")}
    assert facts == {"environment": ENVIRONMENT, "clinic": "own", "day": "2026-03-02"}


def test_second_preview_answers_as_the_first_and_a_fresh_one_works_again(full: Place) -> None:
    """Of this preview alone: what development has done stays."""
    full.start("birthdays", at=NOW)
    before = figures(preview(full, *DAY, "--json"))
    again = preview(full, *DAY, "--json")
    assert figures(again) == before
    assert all(each["reused"] for each in again.json["workflows"])
    full.change(schema.patients, "bia", active=False)
    fresh = preview(full, *DAY, "--json", "--fresh")
    assert not any(each["reused"] for each in fresh.json["workflows"])
    greeted = figures(fresh)["fisioflow-birthday-messages"]
    assert greeted == ({"whatsapp": 1}, {"inactive": 2})
    environments = [row["environment"] for row in full.ledger("runs")]
    assert environments.count("development") == 1
    assert environments.count(ENVIRONMENT) == len(WORKFLOWS)


def test_fresh_one_waits_for_the_one_at_work(here: Place) -> None:
    preview(here, *DAY)
    runs = here.ledger_table("runs")
    with here.writing() as connection:
        lease = {"status": "running", "lease_until": NOW.replace(year=2100)}
        connection.execute(runs.update().values(**lease, owner=owner.current()))
    done = preview(here, *DAY, "--fresh")
    assert (done.rc, done.stdout) == (ExitCode.TRY_LATER, "")
    assert "working in preview:agenda" in done.stderr


def test_nothing_leaves_even_to_those_who_may_receive(here: Place, httpserver: HTTPServer) -> None:
    here.add(schema.patients, patient("bia", preferred_channel="email"))
    keys = {
        "RESEND_API_KEY": "re_test",
        "RESEND_FROM": "Clínica <avisos@example.com>",
        "RESEND_API_URL": httpserver.url_for("").rstrip("/"),
        "FISIOFLOW_ALLOW_RECIPIENTS": "bia@example.com",
    }
    done = preview(here, *DAY, "--json", **keys)
    assert done.json["by_channel"] == {"email": 1}
    assert httpserver.log == []


def test_it_is_half_past_ten_whatever_the_hour(here: Place) -> None:
    """A pull request of three in the morning shall not show messages that wait for daylight."""
    here.add(schema.patients, patient("ana"))
    done = preview(here, "--json", FISIOFLOW_SEND_WINDOW="10:30-10:35")
    assert not any(each["left"] for each in done.json["workflows"])
    begun = {each["started_at"][11:16] for each in done.json["workflows"]}
    assert begun == {"13:30"}


def test_nothing_to_send_is_said_so(here: Place) -> None:
    done = preview(here, *DAY)
    assert done.stdout.splitlines()[-1] == "In all 0 messages."
    assert "no issues found" in done.stdout


def test_what_is_left_is_told_and_decides_the_exit_code(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    done = preview(here, *DAY, FISIOFLOW_SEND_WINDOW="08:00-08:01")
    assert done.rc == ExitCode.TRY_LATER
    [row] = [line for line in done.stdout.splitlines() if "birthday" in line]
    assert "outside_hours 1" in row


def test_markdown_is_a_table_that_nothing_breaks_out_of(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workflow that fails in this branch is one, and what it says of that is text."""

    def broken(run: Any, services: Any) -> None:
        raise FisioFlowError("a | b `c` <img src=x> [d](e) @all\n| --- |\n::error::f")

    first, *others = WORKFLOWS
    workflows = (replace(first, body=broken), *others)
    monkeypatch.setattr("fisioflow_cli.context.preview.WORKFLOWS", workflows)
    done = preview(here, *DAY, "--markdown")
    assert done.rc == ExitCode.FAILED
    lines = done.stdout.splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == len(WORKFLOWS) + 2, done.stdout
    assert {line.count(" | ") for line in table} == {6}
    assert table[2].startswith("| cleanup | 2026-03-02 | failed |")
    [note] = [line for line in lines if line.startswith("- cleanup: ")]
    assert "@\u200ball" in note
    for mark in ("|", "`", "<", "["):
        assert f"\\{mark}" in note
        assert mark not in note.replace(f"\\{mark}", "")


def test_figures_for_people(here: Place) -> None:
    here.add(schema.patients, patient("ana"), patient("bia", preferred_channel="email"))
    done = preview(here, *DAY)
    assert (done.rc, done.stderr) == (0, "")
    head = "preview:agenda, the preview's own database, Monday, 2 March 2026. Nothing has left."
    assert done.stdout.startswith(head)
    assert "email 1, whatsapp 1" in done.stdout
    assert not [name for name in ("Ana", "Bia", "@", "98765") if name in done.stdout]


def test_names_and_slots_are_whole_in_80_columns(
    full: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = Console(width=80, markup=False, emoji=False, highlight=False, record=True)
    monkeypatch.setattr(console, "out", lambda: narrow)
    assert preview(full, *DAY).rc == 0
    begun = {tuple(line.split()[:2]) for line in narrow.export_text().splitlines() if line}
    assert ("appointment-reminders", TODAY.isoformat()) in begun
    assert ("data-integrity", f"{TODAY}T06") in begun
    assert {workflow.command for workflow in WORKFLOWS} <= {words[0] for words in begun}


@pytest.mark.parametrize("environment", ["development", "production"])
def test_a_preview_needs_an_environment_of_its_own(here: Place, environment: str) -> None:
    before = here.contents()
    done = preview(here, FISIOFLOW_ENV=environment)
    assert (done.rc, done.stdout) == (ExitCode.USAGE, "")
    assert f"this is {environment}; set FISIOFLOW_ENV=preview:<branch>" in done.stderr
    assert here.contents() == before


def test_clinic_that_is_not_the_demo_is_left_alone(here: Place) -> None:
    """Without DATABASE_URL, in a FISIOFLOW_HOME where somebody has a clinic."""
    (here.folder / "test.db").rename(here.folder / "fisioflow.db")
    done = preview(here, DATABASE_URL="")
    assert (done.rc, done.stdout) == (ExitCode.USAGE, "")
    assert "not the demo's" in done.stderr


@pytest.mark.parametrize("day", ["2026-13-01", "tomorrow", "2026-03-02T10:00"])
def test_day_that_is_none(here: Place, day: str) -> None:
    done = preview(here, "--as-of", day)
    assert done.rc == ExitCode.USAGE
    assert "write a date such as 2026-03-02" in done.stderr
