"""`fisioflow dev` as a process: sent to, worked on, looked at, and ended in order."""

import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from fisioflow_cli.errors import ExitCode
from tests.commands.inside import run_inside
from tests.listener import pypi
from tests.listener.process import Listening, listening
from tests.listener.served import DATA, mail

WRONG = {**DATA, "to": "ana.at.example"}
CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


@contextmanager
def browser(running: Listening) -> Iterator[httpx.Client]:
    """A browser that was opened with the address that was printed."""
    address = running.wait_for("Dashboard on ").split()[-1]
    with httpx.Client(base_url=running.url, timeout=30) as client:
        assert client.get(address).status_code == 303
        yield client


def home(folder: Path) -> dict[str, str]:
    return {"FISIOFLOW_HOME": str(folder / "state")}


def test_what_the_application_sends_runs_and_is_seen(tmp_path: Path) -> None:
    """With nothing set up but INNGEST_DEV in the application, by Inngest's own client."""
    with listening(env=home(tmp_path), command="dev") as running:
        sent = pypi.send(
            "sync", [mail(), {"name": "x/y", "data": {}}], {"INNGEST_DEV": running.url}
        )
        first, second = sent["ids"]
        assert running.wait_for(first) == f"email/send  {first}  completed: sent 1"
        with browser(running) as client:
            assert f"/event?id={first}" in client.get("/events").text
            page = client.get("/outbox").text
            [letter] = set(re.findall(r"/outbox\?show=(\w+)", page))
            assert "a•••@example.com" in page
            assert DATA["text"] in client.get(f"/outbox/{letter}/message").text
            assert "allowed" not in client.get("/dispatch").text
        assert running.end(signal.SIGINT) == ExitCode.INTERRUPTED
    assert f"x/y  {second}  ignored: nobody handles this name" in running.lines
    assert "POST /e/… 200, 2 events (1 ignored)" in running.lines
    assert not [line for line in running.lines if "Traceback" in line]
    assert f"INNGEST_DEV={running.url}" in running.lines[1]


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)]
)
def test_a_signal_ends_all_of_it_and_it_starts_again_as_it_was(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Also with a page open that is told of every change."""
    with (
        listening(env=home(tmp_path), command="dev") as running,
        browser(running) as client,
        client.stream("GET", "/changes") as live,
    ):
        assert live.status_code == 200
        posted = httpx.post(f"{running.url}/e/any", json=mail(id="one"))
        assert posted.json()["ids"] == ["one"]
        running.wait_for("one  completed")
        assert running.end(number) == CODES[number]
    with listening(env=home(tmp_path), command="dev") as again, browser(again) as client:
        assert "/event?id=one" in client.get("/events").text
        assert httpx.post(f"{again.url}/e/any", json=mail(id="one")).json()["ids"] == ["one"]
        httpx.post(f"{again.url}/e/any", json=mail(id="two"))
        again.wait_for("two  completed")
    told = [line for line in again.lines if "  one  " in line]
    assert told == ["email/send  one  duplicate: this id was there before, and runs once"]


def test_demo_clinic_is_there_if_asked_for(tmp_path: Path) -> None:
    with listening("--demo", env=home(tmp_path), command="dev"):
        pass
    done = run_inside("doctor", "--json", env=home(tmp_path))
    [found] = [f for f in done.json["findings"] if f["id"] == "profile.organizations"]
    assert found["verdict"] == "ok"
    listed = run_inside(
        "birthdays", "--dry-run", "--as-of", "2026-03-02", "--json", env=home(tmp_path)
    )
    assert listed.json["result"]["candidates"] > 5


def test_clients_are_answered_in_json_where_browsers_get_pages(tmp_path: Path) -> None:
    """Inngest's JavaScript client looks for a dev server at /dev, and takes any JSON for one.

    What waits, or is dead, says why.
    """
    unknown = {"name": "appointment/created", "id": "early", "data": {"appointmentId": "a1"}}
    with listening(env=home(tmp_path), command="dev") as running:
        for path in ("/dev", "/fn/register", "/health"):
            assert httpx.get(running.url + path).headers["content-type"] == "application/json"
        for path in ("/", "/events", "/e", "/developer"):
            assert httpx.get(running.url + path).status_code == 401
        foreign = {"Origin": "https://example.com"}
        refused = httpx.post(f"{running.url}/e/any", json=mail(), headers=foreign)
        assert refused.status_code == 403
        httpx.post(f"{running.url}/e/any", json=[unknown, mail(id="wrong", data=WRONG)])
        waiting, dead = running.wait_for("  early  "), running.wait_for("  wrong  ")
    assert re.fullmatch(r"appointment/created  early  waiting  until \d\d:\d\d:\d\d.*", waiting)
    assert re.fullmatch(r"email/send  wrong  dead.*  \(.+\)", dead)
    assert WRONG["to"] not in "".join(running.lines)


@pytest.mark.parametrize(
    ("env", "code", "says"),
    [
        ({"FISIOFLOW_ENV": "production"}, ExitCode.USAGE, "This is production"),
        ({"FISIOFLOW_DASHBOARD_TOKEN": "short"}, ExitCode.CONFIGURATION, "fewer than 16"),
        ({"DATABASE_URL": "sqlite:////nowhere/x.db"}, ExitCode.CONFIGURATION, "no file"),
    ],
)
def test_refused_before_anything_is_created(
    tmp_path: Path, env: dict[str, str], code: ExitCode, says: str
) -> None:
    done = run_inside("dev", "--port", "0", env={**home(tmp_path), **env})
    assert (done.rc, done.stdout) == (code, "")
    assert says in done.stderr
    assert not (tmp_path / "state").exists()


def test_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run_inside("dev", "--port", port, env=home(tmp_path))
    assert (done.rc, done.stdout, done.stderr.count("\n")) == (ExitCode.FAILED, "", 1)
    assert f"Port {port} of 127.0.0.1 is taken; stop what listens there or choose" in done.stderr
    assert not (tmp_path / "state").exists()


def test_demo_does_not_enter_somebodys_database(tmp_path: Path) -> None:
    env = {**home(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'mine.db'}"}
    done = run_inside("dev", "--demo", "--port", "0", env=env)
    assert (done.rc, "unset DATABASE_URL" in done.stderr) == (ExitCode.USAGE, True)
