"""What a clumsy operator does to `emit`, `dispatch` and `events`: nothing is lost, and it is said."""

import fcntl
import json
import os
import pty
import shlex
import sqlite3
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.cli import Done
from tests.commands.inside import run_inside

MAIL = ("email/send", "to=ana@example.com", "subject=Oi", "text=Oi")
FISIOFLOW = f"{shlex.quote(sys.executable)} -W error -m fisioflow_cli"
WHATSAPP = {"name": "whatsapp/send", "data": {"to": "+5511987654321", "message": "Oi"}}


def shell(script: str) -> Done:
    """A line of sh, with `fisioflow` in it."""
    done = subprocess.run(
        ["sh", "-c", f'fisioflow() {{ {FISIOFLOW} "$@"; }}; {script}'],
        cwd=Path.home(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    return Done(rc=done.returncode, stdout=done.stdout.decode(), stderr=done.stderr.decode())


def statuses(*more: str, env: dict[str, str] | None = None) -> list[str]:
    listed = run_inside("events", "list", "--json", "--limit", "1000", *more, env=env)
    return sorted(event["status"] for event in listed.json["events"])


def queue(count: int, name: str = "queue.jsonl") -> Path:
    path = Path.home() / name
    mail = {"name": "email/send", "data": {"to": "ana@example.com", "subject": "Oi", "text": "Oi"}}
    path.write_text("".join(json.dumps({**mail, "id": f"q-{n}"}) + "\n" for n in range(count)))
    return path


@pytest.mark.parametrize("redirection", [">&-", "| true"])
def test_an_event_that_stdout_did_not_take_is_not_called_written(redirection: str) -> None:
    emit = shlex.join(["emit", *MAIL, "--to", "-"])
    done = shell(f"{{ fisioflow {emit}; echo $? >code; }} {redirection}")
    assert (Path.home() / "code").read_text() == "1\n"
    assert done.stderr.startswith("fisioflow: The event could not be written (")


@pytest.mark.parametrize("command", ["dispatch -", "emit email/send --data -"])
def test_a_closed_stdin_is_told(command: str) -> None:
    done = shell(f"fisioflow {command} <&-")
    assert (done.rc, done.stderr.count("\n")) == (2, 1)
    assert "stdin is closed" in done.stderr


def test_everything_closed_is_no_obstacle_and_the_run_is_found_by_its_workflow() -> None:
    queue(1)
    assert shell("fisioflow dispatch queue.jsonl <&- >&- 2>&-").rc == 0
    listed = run_inside("runs", "list", "--workflow", "fisioflow-send-email", "--json")
    assert [run["status"] for run in listed.json["runs"]] == ["completed"]


def test_an_empty_id_is_refused_for_it_would_run_each_time() -> None:
    done = run_inside("emit", *MAIL, "--id", "")
    assert (done.rc, done.stderr) == (2, "fisioflow: --id is empty; leave it out for a new one.\n")


def test_bytes_that_are_no_text_are_no_defect() -> None:
    no_text = os.fsdecode(b"\xff")
    codes = {("dispatch",): 2, ("events", "show"): 2, ("events", "list", "--name"): 2}
    run_inside("dispatch")
    for command, code in codes.items():
        done = run_inside(*command, no_text)
        assert (done.rc, "unexpected" in done.stderr) == (code, False), done.stderr


def test_a_source_without_a_name_is_refused() -> None:
    done = run_inside("dispatch", "")
    assert (done.rc, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_without_a_place_for_rejects_nothing_is_accepted_and_nothing_is_lost() -> None:
    path = queue(1)
    path.write_text("{bad\n" + path.read_text())
    refused = run_inside("dispatch", str(path), "--rejects", "/proc/nowhere/rejects.jsonl")
    assert refused.rc == 78
    assert "--rejects" in refused.stderr
    assert statuses() == []
    healed = run_inside("dispatch", str(path))
    assert (healed.rc, statuses()) == (65, ["completed"])


def test_ids_are_whole_in_a_narrow_terminal() -> None:
    ids = [run_inside("emit", "foo/bar").stdout.strip() for _ in range(2)]
    shown = terminal("events", "list")
    joined = "".join(line.split(" ")[0] for line in shown.splitlines())
    assert [event for event in ids if event in joined] == ids, shown


def terminal(*args: str) -> str:
    """What a terminal of 80 columns shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    environ = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    command = [sys.executable, "-m", "fisioflow_cli", *args]
    with subprocess.Popen(command, stdout=theirs, cwd=Path.home(), env=environ) as process:
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    assert process.returncode == 0
    return shown.decode().replace("\r", "")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux says so where others say that it ended
        return b""


def test_a_database_that_is_locked_for_a_while_is_waited_for() -> None:
    path = queue(3)
    run_inside("db", "upgrade")
    (database,) = Path.home().rglob("fisioflow.db")
    with sqlite3.connect(database, isolation_level=None, check_same_thread=False) as lock:
        lock.execute("BEGIN IMMEDIATE")
        release = threading.Timer(2, lambda: lock.execute("ROLLBACK"))
        release.start()
        done = run_inside("dispatch", str(path))
        release.join()
    lock.close()
    assert (done.rc, done.stderr, statuses()) == (0, "", ["completed"] * 3)


class _Provider(BaseHTTPRequestHandler):
    """Resend and the Cloud API; what the first one answers stands in `answer`."""

    answer: tuple[int, dict[str, Any]] = (200, {"id": "r"})
    pause: str | None = None
    mails = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        status: int = 200
        document: dict[str, Any] = {"messages": [{"id": "wamid.1"}]}
        if self.path == "/emails":
            type(self).mails += 1
            status, document = type(self).answer
        raw = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        if status != 200 and self.pause:
            self.send_header("retry-after", self.pause)
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def provider(
    status: int, name: str, pause: str | None = None
) -> Iterator[tuple[type[_Provider], dict[str, str]]]:
    """A provider in this mood, and the settings of a production that uses it."""
    document = {"id": "r", "statusCode": status, "name": name, "message": "no to ana@example.com"}
    kept = {"answer": (status, document), "pause": pause, "mails": 0}
    handler = type("Provider", (_Provider,), kept)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    yield (
        handler,
        {
            "FISIOFLOW_ENV": "production",
            "RESEND_API_KEY": "re_1",
            "RESEND_FROM": "avisos@example.com",
            "RESEND_API_URL": url,
            "WHATSAPP_API_URL": f"{url}/v25.0",
            "WHATSAPP_ACCESS_TOKEN": "t",
            "WHATSAPP_PHONE_NUMBER_ID": "1",
        },
    )
    server.shutdown()
    server.server_close()


def test_a_provider_that_refuses_the_key_stops_its_channel_only() -> None:
    path = queue(3)
    lines = [json.dumps({**WHATSAPP, "id": f"w-{n}"}) + "\n" for n in range(3)]
    path.write_text(path.read_text() + "".join(lines))
    with provider(401, "invalid_api_key") as (counted, env):
        run_inside("db", "upgrade", env=env)
        done = run_inside("dispatch", str(path), env=env)
    assert done.rc == 78, done.stderr
    assert "ana@" not in done.stderr
    assert 1 <= counted.mails <= 3
    assert statuses(env=env) == ["completed"] * 3 + ["waiting"] * 3


def test_what_waits_says_why() -> None:
    with provider(429, "rate_limit_exceeded", pause="3600") as (counted, env):
        run_inside("db", "upgrade", env=env)
        run_inside("emit", *MAIL, "--id", "paused", env=env)
        assert run_inside("dispatch", env=env).rc == 0
        event = run_inside("events", "show", "paused", "--json", env=env).json
    assert (event["status"], event["failures"], counted.mails) == ("waiting", 0, 1)
    assert event["error"].startswith("1 pending: ")
