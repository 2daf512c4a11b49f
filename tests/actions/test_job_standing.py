"""What a job is told by the commands that judge, or mend, what others have started."""

import json
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from fisioflow_cli.clinic import schema
from tests.actions.github import Job, annotations
from tests.commands.conftest import clinic, env
from tests.commands.inside import run_inside
from tests.workflows.people import NOW, patient
from tests.workflows.place import Place

__all__ = ["clinic", "env"]


@pytest.fixture
def place(clinic: Place) -> Place:
    """A clinic in which everything due is done; the time is NOW."""
    clinic.add(schema.patients, patient("ana"))
    assert run_inside("due", env=clinic.given).rc == 0
    return clinic


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(folder=tmp_path / "runner")


def test_status_in_order_is_summarised_and_nobody_is_alarmed(place: Place, job: Job) -> None:
    done = run_inside("status", "--quiet", env=place.given | job.env)
    assert (done.rc, done.stdout, done.stderr) == (0, "", "")
    assert "### FisioFlow status: all in order" in job.summary
    [[_, *rows]] = job.tables
    assert ["birthdays", "2026-03-02 10:30", "2026-03-02", "done"] in rows
    assert ["appointment-reminders", "–", "–", "not yet due"] in rows
    assert (job.outputs["status"], job.outputs["exit_code"]) == ("in_order", "0")


def test_status_annotates_what_is_late_or_missed(
    place: Place, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/monitoring.md advises a job of nothing else: it was red, and empty."""
    then = NOW.astimezone(UTC).replace(hour=23) + timedelta(days=3)
    monkeypatch.setattr("fisioflow_cli.clock.Clock.now", lambda _: then)
    done = run_inside("status", "--json", env=place.given | job.env)
    found = [standing for standing in done.json["workflows"] if standing["late"]]
    late = sum(len(standing["late"]) for standing in found)
    missed = sum(len(standing["missed"]) for standing in done.json["workflows"])
    assert late
    assert missed
    assert (job.outputs["late"], job.outputs["missed"]) == (str(late), str(missed))
    assert (job.outputs["status"], job.outputs["exit_code"]) == ("late", "1")
    remarks = annotations(done)
    assert {remark.name for remark in remarks} == {"error"}
    assert {remark.properties["title"] for remark in remarks} >= {"late", "missed"}
    assert any("birthdays 2026-03-04" in remark.data for remark in remarks)
    assert len(remarks) <= 10
    for remark in remarks[:9]:
        assert remark.data in job.summary


def test_schedule_check_says_what_is_wrong_and_what_is_worth_knowing(job: Job) -> None:
    line = "*/10 * * * * /usr/bin/env fisioflow due --workflow birthdays\n"
    done = run_inside("schedule", "check", "--crontab", "-", "--json", stdin=line, env=job.env)
    drifts = done.json["drifts"]
    wrong = [drift for drift in drifts if drift["wrong"]]
    assert job.outputs == {
        "status": "wrong",
        "wrong": str(len(wrong)),
        "notes": str(len(drifts) - len(wrong)),
        "exit_code": "1",
    }
    assert [one.name for one in annotations(done)].count("error") == len(wrong)
    assert "notice" in {one.name for one in annotations(done)}
    [[_, *rows]] = job.tables
    assert {row[1] for row in rows} == {drift["message"] for drift in drifts}
    assert [row[1] for row in rows][: len(wrong)] == [drift["message"] for drift in wrong]


def test_a_run_tried_again_is_told_as_its_own_start_is(place: Place, job: Job) -> None:
    pending = place.given | {"FISIOFLOW_SEND_WINDOW": "08:00-08:01"}
    place.add(schema.patients, patient("bia", phone="1"))
    assert run_inside("birthdays", "--force", env=pending).rc == 75
    listed = run_inside("runs", "list", "--status", "timed_out", "--json", env=place.given)
    (run,) = listed.json["runs"]
    again = run_inside("runs", "retry", run["run_id"], "--json", env=pending | job.env)
    assert (again.rc, job.outputs["exit_code"]) == (75, "75")
    assert job.outputs["run_id"] == run["run_id"]
    [[_, row]] = job.tables
    assert row[:3] == ["birthdays", "2026-03-02", "timed_out"]
    [remark] = annotations(again)
    assert (remark.name, json.loads(again.stdout)["run_id"]) == ("warning", run["run_id"])
