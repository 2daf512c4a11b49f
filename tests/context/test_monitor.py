"""What a monitor is told of starts: begin, end and how it ended, in production alone."""

import json
import os
import signal
import time
from datetime import timedelta
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fisioflow_cli.clinic import schema
from fisioflow_cli.context.dispatching import Audience, Wishes, dispatch
from fisioflow_cli.context.due import due
from fisioflow_cli.errors import (
    DatabaseRefused,
    DatabaseUnavailable,
    ExitCode,
    MissingSetting,
    ProfileDoesNotFit,
    SlotTooOld,
)
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.workflows.people import NOW, TODAY, appointment, member, patient
from tests.workflows.place import Place

MESSAGES = "/123/messages"


@pytest.fixture
def watched(production: Place, httpserver: HTTPServer) -> Place:
    """Production with a monitor on the server that also stands in for the providers."""
    for workflow in WORKFLOWS:
        for end in ("", "/start", "/fail", "/log", *(f"/{int(code)}" for code in ExitCode)):
            httpserver.expect_request(f"/ping/{workflow.command}{end}").respond_with_data("OK")
    production.environ["FISIOFLOW_PING_URL"] = httpserver.url_for("/ping/{workflow}")
    return production


def accept(server: HTTPServer) -> None:
    """Let both providers take what they get."""
    server.expect_request("/emails").respond_with_json({"id": "mail"})
    answer = {"messages": [{"id": "wamid.1", "message_status": "accepted"}]}
    server.expect_request(MESSAGES).respond_with_json(answer)


def pings(server: HTTPServer) -> list[str]:
    """The pings so far, their addresses from the workflow on."""
    return [r.path.removeprefix("/ping/") for r, _ in server.log if r.path.startswith("/ping/")]


def bodies(server: HTTPServer) -> str:
    return "\n".join(r.get_data().decode() for r, _ in server.log if r.path.startswith("/ping/"))


def test_begin_and_end_share_an_id(watched: Place, httpserver: HTTPServer) -> None:
    accept(httpserver)
    watched.add(schema.patients, patient("ana"))
    watched.start("birthdays")
    watched.start("cleanup")
    assert pings(httpserver) == ["birthdays/start", "birthdays", "cleanup/start", "cleanup"]
    ids = [r.args["rid"] for r, _ in httpserver.log if r.path.startswith("/ping/")]
    assert ids[0] == ids[1] != ids[2] == ids[3]


def test_summary_has_figures_and_nobody_in_it(watched: Place, httpserver: HTTPServer) -> None:
    accept(httpserver)
    watched.add(schema.patients, patient("ana"), patient("bia", active=False))
    watched.start("birthdays")
    told = bodies(httpserver)
    assert told.startswith("\nbirthdays 2026-03-02 completed in ")
    assert "candidates 2, sent 1, failed 0, in_doubt 0, pending 0, skipped 1" in told
    assert not any(word in told.lower() for word in ("ana", "bia", "@", "98765"))


def test_finished_slot_is_told_again_without_a_begin(
    watched: Place, httpserver: HTTPServer
) -> None:
    watched.start("cleanup")
    watched.start("cleanup")
    assert pings(httpserver) == ["cleanup/start", "cleanup", "cleanup"]


def test_partial_is_told_by_its_exit_status(watched: Place, httpserver: HTTPServer) -> None:
    httpserver.expect_request(MESSAGES).respond_with_data("", status=504)
    watched.add(schema.patients, patient("ana"))
    assert watched.start("birthdays").final_code is ExitCode.PARTIAL
    assert pings(httpserver) == ["birthdays/start", "birthdays/3"]


def test_caught_up_slots_are_in_the_one_ping(watched: Place, httpserver: HTTPServer) -> None:
    watched.start("daily-reports", at=NOW - timedelta(days=2))
    httpserver.clear_log()
    watched.start("daily-reports")
    assert pings(httpserver) == ["daily-reports/start", "daily-reports"]
    lines = bodies(httpserver).split()
    assert [line for line in lines if line.startswith("2026")] == ["2026-03-01", "2026-03-02"]


def test_what_waits_for_daylight_is_a_success(watched: Place, httpserver: HTTPServer) -> None:
    watched.add(schema.patients, patient("ana"))
    night = {"FISIOFLOW_SEND_WINDOW": "06:00-07:00"}
    assert watched.start("birthdays", env=night).final_code is ExitCode.TRY_LATER
    assert pings(httpserver) == ["birthdays/start", "birthdays"]
    assert "1 left pending" in bodies(httpserver)


def test_what_else_is_to_be_tried_again_is_only_logged(
    watched: Place, httpserver: HTTPServer
) -> None:
    """The check's own grace period decides: a later start may do the rest in time."""
    watched.add(schema.patients, patient("ana"))
    late = watched.start("birthdays", maximum_duration=timedelta(microseconds=1))
    assert late.final_code is ExitCode.TRY_LATER
    assert pings(httpserver) == ["birthdays/start", "birthdays/log"]


def test_daylight_does_not_excuse_what_the_deadline_left(
    watched: Place, httpserver: HTTPServer
) -> None:
    """Somebody pending for the night, somebody else not even looked at."""
    watched.add(schema.patients, patient("ana"), patient("bia"))

    night = {"FISIOFLOW_SEND_WINDOW": "06:00-07:00"}
    stopped = watched.start(
        "birthdays",
        env=night,
        watch=lambda _step, _items: time.sleep(0.6),
        maximum_duration=timedelta(seconds=0.5),
    )
    assert (stopped.final_code, stopped.result["pending"]) == (ExitCode.TRY_LATER, 1)
    assert pings(httpserver) == ["birthdays/start", "birthdays/log"]


def test_signal_is_told_by_its_exit_status(watched: Place, httpserver: HTTPServer) -> None:
    accept(httpserver)
    watched.add(schema.patients, patient("ana"), patient("bia"))

    def stop(step: str, items: int) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    assert watched.start("birthdays", watch=stop).final_code is ExitCode.TERMINATED
    assert pings(httpserver) == ["birthdays/start", "birthdays/143"]


def test_what_keeps_a_start_from_its_work_is_told(watched: Place, httpserver: HTTPServer) -> None:
    with pytest.raises(MissingSetting):
        watched.start("daily-reports", env={"RESEND_API_KEY": ""})
    with pytest.raises(DatabaseRefused):
        watched.start("cleanup", env={"DATABASE_URL": f"sqlite:///{watched.folder}/none.db"})
    assert pings(httpserver) == ["daily-reports/78", "cleanup/78"]
    assert "RESEND_API_KEY is not set" in bodies(httpserver)


def test_database_that_is_away_is_only_logged(watched: Place, httpserver: HTTPServer) -> None:
    with pytest.raises(DatabaseUnavailable):
        watched.start("cleanup", env={"DATABASE_URL": "postgresql://127.0.0.1:9/none"})
    assert pings(httpserver) == ["cleanup/log"]


def test_defect_is_told_without_its_text(
    watched: Place, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Ana Souza, ana@example.com")

    monkeypatch.setattr("fisioflow_cli.context.context.build_channels", broken)
    with pytest.raises(RuntimeError):
        watched.start("birthdays")
    assert pings(httpserver) == ["birthdays/fail"]
    assert "RuntimeError" in bodies(httpserver)
    assert "Ana" not in bodies(httpserver)


@pytest.mark.parametrize(
    "request_",
    [{"dry_run": True}, {"organization": "sul"}],
    ids=["rehearsal", "one organization"],
)
def test_what_is_no_start_of_the_schedule_is_not_told(
    watched: Place, httpserver: HTTPServer, request_: dict[str, Any]
) -> None:
    watched.start("birthdays", **request_)
    assert pings(httpserver) == []


def test_slip_on_the_command_line_is_not_told(watched: Place, httpserver: HTTPServer) -> None:
    with pytest.raises(SlotTooOld):
        watched.start("birthdays", as_of="2026-01-01")
    assert pings(httpserver) == []


@pytest.mark.parametrize("environment", ["development", "preview:agenda"])
def test_only_production_is_watched(here: Place, httpserver: HTTPServer, environment: str) -> None:
    """A preview that reports to production's check would hide that production stands still."""
    here.environ |= {
        "FISIOFLOW_PING_URL": httpserver.url_for("/ping/{workflow}"),
        "FISIOFLOW_ENV": environment,
    }
    here.start("cleanup")
    assert httpserver.log == []


def test_due_tells_of_each_workflow_that_had_something_to_do(
    watched: Place, httpserver: HTTPServer
) -> None:
    accept(httpserver)
    watched.add(schema.staff, member("sara"))
    watched.add(schema.appointments, appointment("a", TODAY - timedelta(days=1)))
    due(watched.context(), WORKFLOWS)
    commands = [w.command for w in WORKFLOWS if w.command != "appointment-reminders"]
    assert pings(httpserver) == [end for name in commands for end in (f"{name}/start", name)]
    httpserver.clear_log()
    due(watched.context(at=NOW + timedelta(minutes=10)), WORKFLOWS)
    assert pings(httpserver) == []


def test_due_tells_every_workflow_concerned_what_is_wrong_with_all(
    watched: Place, httpserver: HTTPServer
) -> None:
    with watched.engine() as engine, engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE patients RENAME COLUMN full_name TO nome")
    with pytest.raises(ProfileDoesNotFit):
        due(watched.context(), WORKFLOWS)
    assert sorted(pings(httpserver)) == sorted(
        f"{w.command}/78" for w in WORKFLOWS if w.command != "appointment-reminders"
    )


@pytest.mark.parametrize("url", ["not an address", "http://127.0.0.1:9/secret"])
def test_trouble_with_the_monitor_is_noted_and_harms_nothing(production: Place, url: str) -> None:
    notes: list[str] = []
    context = production.context(env={"FISIOFLOW_PING_URL": url}, noted=notes.append)
    outcome = due(context, [w for w in WORKFLOWS if w.command == "cleanup"])
    assert outcome.exit_code is ExitCode.DONE
    assert len(notes) == 1
    assert "FISIOFLOW_PING_URL" in notes[0]
    assert "secret" not in notes[0]


def _dispatch(place: Place, **wishes: Any) -> None:
    audience = Audience(finished=lambda _: None, offered=lambda _: None, noted=lambda _: None)
    dispatch(place.context(), Wishes(**wishes), audience)


def test_dispatch_tells_how_it_ended_in_figures(watched: Place, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/ping/dispatch").respond_with_data("OK")
    httpserver.expect_request("/ping/dispatch/65").respond_with_data("OK")
    accept(httpserver)
    queue = watched.folder / "queue.jsonl"
    data = {"to": "ana@example.com", "subject": "Oi", "text": "Oi"}
    queue.write_text(json.dumps({"id": "1", "name": "email/send", "data": data}) + "\n")
    _dispatch(watched, source=str(queue))
    with queue.open("a") as file:
        file.write("{\n")
    _dispatch(watched, source=str(queue))
    assert pings(httpserver) == ["dispatch", "dispatch/65"]
    assert bodies(httpserver) == "dispatch: completed 1, sent 1\ndispatch: rejected 1"


def test_dispatch_does_not_drown_what_shares_its_address(
    production: Place, httpserver: HTTPServer
) -> None:
    """Every minute it would tell the one check for all that all is well."""
    httpserver.expect_request("/ping").respond_with_data("OK")
    production.environ["FISIOFLOW_PING_URL"] = httpserver.url_for("/ping")
    _dispatch(production)
    assert httpserver.log == []
    production.start("cleanup")
    assert [r.path for r, _ in httpserver.log][-1] == "/ping"
