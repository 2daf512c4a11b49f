"""A step of a GitHub Actions job: what the runner reads of it, and that nobody else gets any of it."""

import json
import sqlite3
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from fisioflow_cli.clinic import schema
from tests.actions.github import Job, annotations, commands, rendered
from tests.cli import run_cli
from tests.commands.conftest import clinic, env
from tests.commands.inside import run_inside
from tests.workflows.people import NOW, patient
from tests.workflows.place import Place

__all__ = ["clinic", "env"]
HOSTILE = (
    "x|`\n::error::pwned\x1b[31m ##[error]oops \u202e<script>alert(1)</script> @octocat "
    "[a](https://example.com) www.example.com"
)
PLAIN_TAGS = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "code"}


@pytest.fixture
def place(clinic: Place) -> Place:
    """A clinic in which it is the birthday of two, one of whom has no address; the time is NOW."""
    clinic.add(schema.patients, patient("ana"), patient("bia", phone="1", email=None))
    return clinic


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(folder=tmp_path / "runner")


def test_run_that_went_well_is_summarised_and_nobody_is_alarmed(
    env: dict[str, str], job: Job
) -> None:
    done = run_inside("birthdays", env=env | job.env)
    assert (done.rc, done.stdout, done.stderr) == (0, "", "")
    [[heads, row]] = job.tables
    shown = dict(zip(heads, row, strict=True))
    assert shown["workflow"] == "birthdays"
    assert (shown["slot"], shown["status"]) == ("2026-03-02", "completed")
    assert (shown["sent"], shown["failed"], shown["skipped"]) == ("1", "0", "invalid_contact 1")
    out = job.outputs
    assert (out["status"], out["slot"], out["exit_code"]) == ("completed", "2026-03-02", "0")
    assert (out["sent"], out["skipped"], out["candidates"]) == ("1", "1", "2")
    assert out["run_id"].startswith(shown["run"])
    assert json.loads(out["runs"])[0]["run_id"] == out["run_id"]


def test_nothing_of_it_elsewhere(env: dict[str, str], job: Job) -> None:
    for said in ("", "false", "1"):
        done = run_inside("birthdays", "--force", env=env | job.env | {"GITHUB_ACTIONS": said})
        assert (done.rc, done.stdout, done.stderr) == (0, "", "")
    assert list(job.folder.iterdir()) == []


def test_json_stays_one_document(env: dict[str, str], job: Job) -> None:
    late = env | job.env | {"FISIOFLOW_SEND_WINDOW": "08:00-08:01"}
    done = run_inside("birthdays", "--json", env=late)
    assert done.json["run_id"] == job.outputs["run_id"]
    [remark] = annotations(done)
    assert (done.rc, remark.name) == (75, "warning")
    assert remark.properties["title"] == "birthdays 2026-03-02: timed_out"
    assert remark.data == "1 left pending; a later start does them."
    assert job.outputs["pending"] == "1"


def test_slots_that_were_caught_up_have_their_row(
    env: dict[str, str], job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_inside("birthdays", env=env).rc == 0
    later = NOW.astimezone(UTC) + timedelta(days=3)
    monkeypatch.setattr("fisioflow_cli.clock.Clock.now", lambda _: later)
    done = run_inside("birthdays", env=env | job.env)
    [[_, missed, own]] = job.tables
    assert (missed[1], own[1]) == ("2026-03-04", "2026-03-05")
    assert job.outputs["slot"] == "2026-03-05"
    assert [run["slot"] for run in json.loads(job.outputs["runs"])] == ["2026-03-04", "2026-03-05"]
    [notice] = annotations(done)
    assert (notice.name, "2026-03-04" in notice.properties["title"]) == ("notice", True)


def test_several_workflows_at_once(
    env: dict[str, str], job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening = NOW.astimezone(UTC) + timedelta(hours=9)
    monkeypatch.setattr("fisioflow_cli.clock.Clock.now", lambda _: evening)
    only = ("--workflow", "birthdays", "--workflow", "cleanup")
    done = run_inside("due", *only, "--json", env=env | job.env)
    assert done.rc == 0
    [[_, *rows]] = job.tables
    assert [row[0] for row in rows] == ["birthdays", "cleanup"]
    out = job.outputs
    assert (out["sent"], out["run_id"], out["exit_code"]) == ("1", "", "0")
    assert [run["workflow"] for run in json.loads(out["runs"])] == [
        "fisioflow-birthday-messages",
        "fisioflow-daily-cleanup",
    ]
    again = run_inside("due", *only, env=env | job.env)
    assert (again.rc, annotations(again)) == (0, [])
    assert job.summary.endswith("nothing was due\n")


def test_dry_run_says_what_it_would_do(env: dict[str, str], job: Job) -> None:
    run_inside("birthdays", "--dry-run", env=env | job.env)
    [[_, row]] = job.tables
    assert row[2] == "planned"
    assert "nothing was written. send whatsapp 1" in rendered(
        job.summary
    ).outside + job.summary.replace("`", "")
    assert job.outputs["run_id"] == ""


def test_figures_and_issues_of_other_workflows(place: Place, env: dict[str, str], job: Job) -> None:
    done = run_inside("data-integrity", "--fail-on-issues", env=env | job.env)
    assert (done.rc, job.outputs["exit_code"]) == (1, "1")
    assert "issues_found 1" in job.summary


def test_hostile_text_stays_text(place: Place, env: dict[str, str], job: Job) -> None:
    place.add(schema.patients, patient("h") | {"id": HOSTILE, "name": HOSTILE, "email": HOSTILE})
    profile = env | job.env | {"FISIOFLOW_CLINIC_PROFILE": HOSTILE}
    for done in (
        run_inside("birthdays", "--dry-run", env=env | job.env),
        run_inside("data-integrity", env=env | job.env),
        run_inside("birthdays", "--org", HOSTILE, env=env | job.env),
        run_inside("birthdays", env=profile),
        run_inside("doctor", "--offline", env=profile),
    ):
        assert "pwned" not in {one.data for one in commands(done)}
        for remark in annotations(done):
            assert not set(remark.data + remark.properties["title"]) & {"\x1b", "\u202e", "\n"}
    page = rendered(job.summary)
    assert page.tags <= PLAIN_TAGS
    assert not any(word in page.outside for word in ("pwned", "@octocat", "www.", "script"))
    assert "pwned" in job.summary
    for rows in page.tables:
        assert len({len(row) for row in rows}) == 1


def test_error_is_annotated_and_has_an_exit_code(env: dict[str, str], job: Job) -> None:
    done = run_inside("birthdays", env=env | job.env | {"DATABASE_URL": "nonsense"})
    [remark] = annotations(done)
    assert (done.rc, remark.name, remark.properties["title"]) == (78, "error", "exit code 78")
    assert job.outputs == {"status": "failed", "exit_code": "78"}
    assert remark.data in done.stderr
    assert rendered(job.summary).tags == {"h3", "p", "code"}


def test_doctor_names_at_most_ten_the_worst_first(job: Job, tmp_path: Path) -> None:
    environ = {
        "FISIOFLOW_ENV": "production",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}",
        "FISIOFLOW_CLINIC_PROFILE": "nowhere.toml",
        "WHATSAPP_ACCESS_TOKEN": "tokensecreto",
        "WHATSAPP_API_URL": "http://127.0.0.1:9",
        "VAPID_SUBJECT": "mailto:ti@example.com",
        "FISIOFLOW_AI_ORGANIZATIONS": "7",
    }
    done = run_inside("doctor", "--offline", "--json", env=environ | job.env)
    wrong = [f for f in done.json["findings"] if f["verdict"] in {"failure", "warning"}]
    failed = [f["id"] for f in wrong if f["verdict"] == "failure"]
    assert len(wrong) > 10
    shown = annotations(done)
    assert len(shown) == 10
    kinds = [one.name for one in shown]
    assert kinds == sorted(kinds)
    assert [one.properties["title"] for one in shown][: len(failed)] == failed
    assert shown[-1].data.startswith(f"{len(wrong) - 9} more ")
    assert job.outputs["failed"] == ",".join(failed)
    assert (job.outputs["status"], job.outputs["exit_code"]) == ("failure", "78")
    [[_, *rows]] = job.tables
    assert [row[1] for row in rows] == sorted(
        [f["id"] for f in wrong], key=lambda i: i not in failed
    )


def test_dead_events_and_rejected_lines(env: dict[str, str], job: Job, tmp_path: Path) -> None:
    queue = tmp_path / "queue.jsonl"
    secret = {"to": "nobody", "template": "no-such-template"}
    lines = [{"id": "ana@example.com", "name": "email/send", "data": secret}]
    lines += [{"id": f"n{n}", "name": "notification/send", "data": {}} for n in range(3)]
    queue.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    done = run_inside("dispatch", str(queue), "--max-attempts", "1", env=env | job.env)
    assert done.rc in {3, 65}
    out = job.outputs
    assert int(out["dead"]) + int(out["rejected"]) == len(lines)
    assert out["exit_code"] == str(done.rc)
    assert annotations(done)
    assert "ana@example.com" not in job.summary + done.stderr


def test_summary_that_would_be_too_long_is_cut_at_a_line(env: dict[str, str], job: Job) -> None:
    (job.folder / "summary.md").write_text("x" * (1024 * 1024 - 250) + "\n")
    run_inside("birthdays", env=env | job.env)
    size = (job.folder / "summary.md").stat().st_size
    assert size <= 1024 * 1024
    assert job.summary.endswith("_The rest does not fit into a summary; the log has it._\n")
    (job.folder / "summary.md").write_text("x" * (1024 * 1024 - 10))
    run_inside("birthdays", env=env | job.env)
    assert (job.folder / "summary.md").stat().st_size == 1024 * 1024 - 10


@pytest.mark.parametrize("path", ["", "nowhere/file", "."])
def test_files_that_cannot_be_written_fail_no_job(env: dict[str, str], job: Job, path: str) -> None:
    target = str(job.folder / path) if path else ""
    given = job.env | {"GITHUB_STEP_SUMMARY": target, "GITHUB_OUTPUT": target}
    done = run_inside("birthdays", env=env | given)
    assert (done.rc, done.stdout) == (0, "")
    assert done.stderr.count("could not be written") == (2 if path else 0)
    assert annotations(done) == []


def test_secrets_are_masked_before_anything_else(job: Job, tmp_path: Path) -> None:
    key = tmp_path / "vapid.pem"
    key.write_text("-----BEGIN PRIVATE KEY-----\nlinha-um-secreta\n50%0A%25-secreta\n---\n")
    environ = {
        "DATABASE_URL": "postgresql://ana:p%40lavra-secreta@127.0.0.1:1/clinic",
        "RESEND_API_KEY": "re_segredo",
        "WHATSAPP_ACCESS_TOKEN": "curto",
        "INNGEST_EVENT_KEY": "chave-um,chave-dois",
        "VAPID_PRIVATE_KEY_FILE": str(key),
        "FISIOFLOW_ENV": "nonsense",
    }
    done = run_cli("birthdays", env=environ | job.env)
    assert done.rc == 78
    found = [one.data for one in commands(done) if one.name == "add-mask"]
    assert {
        *("re_segredo", "chave-um", "chave-dois", "linha-um-secreta", "50%0A%25-secreta"),
        *(environ["DATABASE_URL"], "p%40lavra-secreta", "p@lavra-secreta"),
    } <= set(found)
    assert not {"curto", "---"} & set(found)
    assert done.stderr.startswith("::add-mask::")
    names = [one.name for one in commands(done)]
    assert names == sorted(names)  # add-mask, then error
    assert done.stdout == ""


def test_secrets_go_into_no_file(job: Job) -> None:
    """stderr into a file: nobody would read the commands, and somebody may upload the file."""
    done = run_inside("cleanup", env={"RESEND_API_KEY": "re_segredo", **job.env})
    assert "re_segredo" not in done.stderr + job.summary


def test_ledger_of_the_other_side_is_an_error(env: dict[str, str], job: Job) -> None:
    with sqlite3.connect(env["DATABASE_URL"].removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE fisioflow_meta SET value = 'true' WHERE key = 'production'")
    done = run_inside("birthdays", env=env | job.env)
    [remark] = annotations(done)
    assert (done.rc, remark.name) == (78, "error")
