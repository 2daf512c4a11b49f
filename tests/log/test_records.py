"""Records on stderr: each one parses, belongs to its run, and says nobody's name, address or key."""

import json
import logging
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import text
from werkzeug import Request, Response

from fisioflow_cli import log
from fisioflow_cli.clinic import schema
from fisioflow_cli.log.records import LOGGER
from fisioflow_cli.log.setup import set_up
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.cli import Done, run_cli
from tests.commands.inside import run_inside
from tests.workflows.people import TODAY, appointment, member, organization, patient, voucher
from tests.workflows.place import TEMPLATES, Place

NAME, MAIL, PHONE = "Zuleika Quaresma", "zuleika.quaresma@example.com", "11987651357"
CANARIES = ("zuleika", "quaresma", "98765", "re_segredo", "tokensecreto", "hook-")
HEAD = ("ts", "level", "event", "run_id", "workflow", "slot")
HOSTILE = "p\n::error::pwned\x1b[31m ##[error]oops \u202e [/b]"
LEVELS = {"INFO", "WARNING", "ERROR"}
TEXT = re.compile(
    r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|WARNING|ERROR) run=([0-9a-f]{8}|-) \S+.*"
)


def records(done: Done) -> list[dict[str, Any]]:
    """What a command told, line by line: nothing else is on stderr."""
    found = [json.loads(line) for line in done.stderr.splitlines()]
    for one in found:
        assert tuple(one)[: len(HEAD)] == HEAD
        assert one["level"] in LEVELS
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["ts"])
    return found


def inside(*args: str, env: dict[str, str]) -> Done:
    """The command in this very process, which tells nothing any more afterwards."""
    try:
        return run_inside(*args, env=env)
    finally:
        for logger in (LOGGER, logging.getLogger()):
            for handler in list(logger.handlers):
                if type(handler).__module__ == set_up.__module__:
                    logger.removeHandler(handler)
        LOGGER.setLevel(logging.CRITICAL + 1)


def reveals(said: str) -> list[str]:
    return [canary for canary in CANARIES if canary in said.lower()]


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A SQLite file, unless a test asks for a server."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'clinic.db'}"


@pytest.fixture
def place(tmp_path: Path, url: str) -> Place:
    """A production clinic of one family, whose members are patients and staff."""
    place = Place(
        url=url,
        folder=tmp_path / "state",
        environ={"FISIOFLOW_ENV": "production"},
    ).create()
    known = {"name": NAME, "email": MAIL}
    place.add(schema.organizations, organization())
    place.add(schema.patients, patient("p1", phone=PHONE) | known | {"full_name": NAME})
    place.add(
        schema.patients, patient("p2", phone=None) | known | {"id": HOSTILE, "full_name": NAME}
    )
    place.add(schema.patients, patient("p3", phone="1") | {"email": NAME})
    place.add(schema.vouchers, voucher("v1", "p1"))
    place.add(schema.staff, member("t1", role="admin") | known)
    place.add(schema.appointments, appointment("a", TODAY - timedelta(days=1), patient_id="p1"))
    place.add(schema.appointments, appointment("b", TODAY, patient_id="nobody"))
    return place


@pytest.fixture
def env(place: Place, httpserver: HTTPServer) -> dict[str, str]:
    """The clinic's variables; its providers are local."""
    httpserver.expect_request("/emails").respond_with_json({"id": "mail"})
    httpserver.expect_request("/1/messages").respond_with_json({"messages": [{"id": "wamid"}]})
    url = httpserver.url_for("").rstrip("/")
    return {
        **TEMPLATES,
        **place.environ,
        "DATABASE_URL": place.url,
        "FISIOFLOW_HOME": str(place.folder),
        "FISIOFLOW_SEND_WINDOW": "always",
        "FISIOFLOW_EMAIL_PER_SECOND": "1000",
        "FISIOFLOW_WHATSAPP_PER_SECOND": "1000",
        "RESEND_API_KEY": "re_segredo",
        "RESEND_FROM": "Clínica <avisos@example.com>",
        "RESEND_API_URL": url,
        "WHATSAPP_API_URL": url,
        "WHATSAPP_ACCESS_TOKEN": "tokensecreto",
        "WHATSAPP_PHONE_NUMBER_ID": "1",
    }


def test_every_line_of_every_workflow_belongs_to_its_run(place: Place, env: dict[str, str]) -> None:
    told: list[dict[str, Any]] = []
    for workflow in WORKFLOWS:
        words = (workflow.command, "--as-of", f"{TODAY}", "--allow-late", "--json")
        done = inside("--log-format", "json", *words, env=env)
        assert done.rc in {0, 3}, done.stderr
        assert done.json["workflow"] == workflow.id
        assert reveals(done.stderr) == []
        assert "\u202e" not in json.dumps(done.stderr, ensure_ascii=False)
        of_this = records(done)
        assert {one["workflow"] for one in of_this if one["run_id"]} == {workflow.id}
        assert {one["run_id"] for one in of_this} - {None} == {done.json["run_id"]}
        assert [one["event"] for one in of_this][:: len(of_this) - 1] == ["run.opened", "run.ended"]
        told += of_this
    runs = {run["id"]: run for run in place.ledger("runs")}
    assert {one["run_id"] for one in told} == set(runs)
    for one in told:
        assert one["slot"] == runs[one["run_id"]]["slot"]
    steps = {(step["run_id"], step["name"]) for step in place.ledger("steps")}
    assert {(one["run_id"], one["step"]) for one in told if one["event"] == "step.done"} == steps
    sent = {one["key"] for one in told if one["event"] == "delivery" and one["state"] == "sent"}
    plain = {key.replace(HOSTILE, "") for key in place.deliveries() if "p1" in key or "t1" in key}
    assert plain <= sent
    assert any("•••" in (one.get("recipient") or "") for one in told)


def events(count: int) -> str:
    """Mails of the application, to somebody known, under ids that tell who it is."""
    lines = (
        {
            "id": f"{MAIL}-{number}",
            "name": "email/send",
            "data": {"to": MAIL, "subject": NAME, "html": f"<p>{NAME} {PHONE}</p>"},
        }
        for number in range(count)
    )
    return "".join(f"{json.dumps(line)}\n" for line in lines)


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_threads_tell_of_their_own_runs(place: Place, env: dict[str, str]) -> None:
    words = ("--log-format", "json", "dispatch", "-", "--concurrency", "8", "--json")
    done = run_cli(*words, env=env, stdin=events(60))
    assert done.rc == 0, done.stderr
    assert reveals(done.stderr) == []
    told = records(done)
    runs_of = {log.event_key(d["message_key"]): d["run_id"] for d in place.ledger("deliveries")}
    assert len(runs_of) == 60
    sent = {one["key"]: one["run_id"] for one in told if one["event"] == "delivery"}
    assert sent == runs_of
    by_run = {run_id: [one for one in told if one["run_id"] == run_id] for run_id in sent.values()}
    assert len(by_run) == 60
    for of_run in by_run.values():
        names = [one["event"] for one in of_run]
        assert (names[0], names[-1]) == ("run.opened", "run.ended")
        assert of_run[-1]["event_status"] == "completed"
        assert {one["slot"] for one in of_run} == {None}
    outside = [one for one in told if one["run_id"] is None]
    assert next(one["event"] for one in outside) == "dispatch.started"
    [end] = [one for one in outside if one["event"] == "dispatch.ended"]
    assert (end["accepted"], end["events"]) == (60, {"completed": 60})
    assert end["messages"]["sent"] == 60


def test_text_is_a_line_per_record_too(env: dict[str, str]) -> None:
    words = ("birthdays", "--as-of", f"{TODAY}", "--allow-late")
    done = inside(*words, env=env | {"FISIOFLOW_LOG_FORMAT": "text"})
    lines = done.stderr.splitlines()
    assert all(TEXT.fullmatch(line) for line in lines), done.stderr
    assert reveals(done.stderr) == []
    assert not set(done.stderr) & {"\x1b", "\u202e"}
    assert "##[" not in done.stderr
    [end] = [line for line in lines if " run.ended " in line]
    assert " status=" in end
    assert " skipped.invalid_contact=1" in end


def test_auto_says_nothing_when_all_is_well(env: dict[str, str]) -> None:
    empty = {"FISIOFLOW_LOG_FORMAT": ""}
    assert run_cli("cleanup", env=env | empty) == Done(rc=0, stdout="", stderr="")


def test_what_is_said_otherwise_becomes_a_record(env: dict[str, str]) -> None:
    wrong = inside("--log-format", "json", "birthdays", "--as-of", "soon", env=env)
    [error] = records(wrong)
    assert (wrong.rc, error["event"], error["level"], error["exit_code"]) == (
        2,
        "error",
        "ERROR",
        2,
    )
    assert error["run_id"] is None
    slip = inside("--log-format", "json", "birthdays", "--day", "1", env=env)
    assert slip.rc == 2
    assert any("No such option" in one["message"] for one in records(slip))


def test_option_wins_over_the_variable_and_other_forms_are_refused(env: dict[str, str]) -> None:
    chosen = env | {"FISIOFLOW_LOG_FORMAT": "json"}
    assert inside("--log-format", "auto", "cleanup", env=chosen).stderr == ""
    for refused in (
        inside("--log-format", "re_segredo", "cleanup", env=env),
        inside("cleanup", env=env | {"FISIOFLOW_LOG_FORMAT": "re_segredo"}),
    ):
        assert (refused.rc, refused.stdout) == (2, "")
        assert "write auto, text or json" in refused.stderr
        assert reveals(refused.stderr) == []


def test_provider_that_asks_for_a_pause_is_told(
    env: dict[str, str], httpserver: HTTPServer
) -> None:
    httpserver.clear()
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        status = {1: 429, 2: 500}.get(len(asked), 200)
        headers = {"retry-after": "1", "content-type": "application/json"}
        return Response(json.dumps({"id": "mail", "message": MAIL}), status, headers)

    httpserver.expect_request("/emails").respond_with_handler(answer)
    words = ("daily-reports", "--as-of", f"{TODAY}", "--allow-late")
    told = records(inside("--log-format", "json", *words, env=env))
    [paused] = [one for one in told if one["event"] == "provider.paused"]
    assert (paused["provider"], paused["level"]) == ("resend", "WARNING")
    [retried] = [one for one in told if one["event"] == "retry"]
    assert retried["reason"].startswith("http_500")
    assert retried["run_id"] == told[0]["run_id"]


def test_second_start_says_that_it_was_done(env: dict[str, str]) -> None:
    for event in ("run.opened", "run.reused"):
        told = records(inside("--log-format", "json", "cleanup", env=env))
        assert told[0]["event"] == event
    assert told[0]["run_id"]


def cleaned(env: dict[str, str]) -> list[dict[str, Any]]:
    return records(inside("--log-format", "json", "cleanup", env=env))


def test_run_that_somebody_died_over_or_is_working_on(place: Place, env: dict[str, str]) -> None:
    begun = cleaned(env)[0]
    assert begun["event"] == "run.opened"
    table, now = place.ledger_table("runs"), datetime.now(UTC)
    for until, event in ((-1, "run.taken_over"), (1, "run.elsewhere")):
        with place.writing() as connection:
            left = {"status": "running", "lease_until": now + timedelta(hours=until)}
            connection.execute(table.update().values(**left, owner={"host": "far", "pid": 7}))
        told = cleaned(env)
        assert told[0]["event"] == event
        assert told[0]["run_id"] == begun["run_id"]
    assert "far" in told[0]["note"]


def test_row_that_is_left_out_is_told_without_its_contents(
    place: Place, env: dict[str, str]
) -> None:
    with place.writing() as connection:
        connection.execute(text(f"UPDATE vouchers SET expires_on = '2026-03-05 {NAME}'"))
    words = ("expiring-vouchers", "--as-of", f"{TODAY}", "--allow-late")
    done = inside("--log-format", "json", *words, env=env)
    assert (done.rc, reveals(done.stderr)) == (3, [])
    parked = [one for one in records(done) if one["event"] == "item.parked"]
    assert [(one["item"], one["error"], one["level"]) for one in parked] == [
        ("v1", "ValueError", "ERROR")
    ]


LIBRARY = """
import logging, sys, warnings
from fisioflow_cli.log.setup import set_up
set_up("json"); set_up("json")
noisy = logging.getLogger("httpx")
noisy.info("GET https://example.com/hook-secret")
noisy.warning("no: https://example.com/hook-secret")
try:
    raise ValueError("hook-secret")
except ValueError:
    noisy.exception("again hook-secret")
sys.stderr.write("half a ")
print("line", file=sys.stderr)
"""


def test_library_is_heard_but_not_quoted() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIBRARY], capture_output=True, text=True, check=True
    )
    told = records(Done(rc=0, stdout=done.stdout, stderr=done.stderr))
    assert reveals(done.stderr) == []
    shown = [(one["event"], one.get("logger"), one.get("error"), one["level"]) for one in told]
    assert shown == [
        ("library", "httpx", None, "WARNING"),
        ("library", "httpx", "ValueError", "ERROR"),
        ("said", None, None, "INFO"),
    ]
    assert told[-1]["message"] == "half a line"


def test_nobody_pays_for_it_who_does_not_ask() -> None:
    code = "import sys; import fisioflow_cli.cli; print('logging' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("key", ["birthday/7/2026", "event", "events/7"])
def test_keys_of_the_clinic_s_own_ids_are_told(key: str) -> None:
    assert log.event_key(key) == key


def test_keys_of_events_are_told_apart_and_not_told() -> None:
    told = {log.event_key(f"event/{MAIL}-{number}/email") for number in range(9)}
    assert len(told) == 9
    assert reveals(" ".join(told)) == []
