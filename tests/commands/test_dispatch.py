"""`fisioflow dispatch` as a user has it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli import KEPT, Done
from tests.commands.inside import run_inside

MAIL = {"to": "ana@example.com", "subject": "Oi", "text": "Oi"}


def line(event_id: str, name: str = "email/send", **data: object) -> str:
    return json.dumps({"id": event_id, "name": name, "data": MAIL | data}) + "\n"


def dispatched(*args: str, stdin: str = "", **env: str) -> tuple[Done, list[dict[str, object]]]:
    done = run_inside("dispatch", *args, "--json", stdin=stdin, env=env)
    return done, [json.loads(text) for text in done.stdout.splitlines()]


def letters(home: Path) -> int:
    return len(list(home.rglob("outbox/*.json")))


def test_stdin_runs_once_and_is_a_duplicate_from_then_on(tmp_path: Path) -> None:
    first, lines = dispatched("-", stdin=line("1"))
    assert (first.rc, [(one["event_id"], one["status"]) for one in lines]) == (
        0,
        [("1", "completed")],
    )
    again, lines = dispatched("-", stdin=line("1"))
    assert (again.rc, lines[0]["status"], lines[0]["duplicate"]) == (0, "completed", True)
    assert letters(tmp_path) == 1


def test_ack_of_the_source_is_echoed_also_for_a_duplicate() -> None:
    event = json.loads(line("1")) | {"ack": {"receipt": 7}}
    for _ in range(2):
        _, lines = dispatched("-", stdin=json.dumps(event))
        assert lines[0]["ack"] == {"receipt": 7}


def test_bad_lines_are_rejected_and_the_others_run(tmp_path: Path) -> None:
    stdin = line("1") + "nonsense\n" + line("2", to=None) + line("1", subject="other")
    done, lines = dispatched("-", stdin=stdin)
    assert done.rc == 65
    assert [one["event_id"] for one in lines] == ["1"]
    assert "lines 4: accepted 1, rejected 3" in done.stderr
    [file] = tmp_path.rglob("rejects.jsonl")
    assert [json.loads(text)["line"] for text in file.read_text().splitlines()] == [2, 3, 4]
    assert file.stat().st_mode & 0o077 == 0


def test_rejects_can_be_mended_and_fed_again(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.jsonl"
    dispatched(
        "-", "--rejects", str(rejects), stdin=line("1").replace('"email/send"', "email/send")
    )
    mended = json.loads(rejects.read_text())
    mended["raw"] = mended["raw"].replace("email/send", '"email/send"')
    done, lines = dispatched("-", stdin=json.dumps(mended))
    assert (done.rc, lines[0]["status"]) == (0, "completed")


def test_nobody_handles_it_is_no_error() -> None:
    done, lines = dispatched("-", stdin=line("1", "billing/invoice.paid"))
    assert (done.rc, lines[0]["status"]) == (0, "ignored")


def test_without_a_source_the_inbox_is_worked_off(tmp_path: Path) -> None:
    assert run_inside("emit", "email/send", "to=ana@example.com", "subject=Oi", "text=Oi").rc == 0
    done, lines = dispatched()
    assert (done.rc, lines[0]["status"], letters(tmp_path)) == (0, "completed", 1)


def test_limit_leaves_the_rest_accepted() -> None:
    _, lines = dispatched("-", "--limit", "2", stdin="".join(line(str(n)) for n in range(5)))
    assert len(lines) == 2
    _, lines = dispatched()
    assert len(lines) == 3


def test_future_waits_and_is_no_error() -> None:
    event = json.loads(line("1")) | {"ts": int((time.time() + 3600) * 1000)}
    done, lines = dispatched("-", stdin=json.dumps(event))
    assert (done.rc, lines) == (0, [])
    assert '"status": "waiting"' in run_inside("events", "list", "--json").stdout


def test_address_that_is_none_is_dead_at_once() -> None:
    done, lines = dispatched("-", stdin=line("1", to="nobody"))
    assert (done.rc, lines[0]["status"]) == (3, "dead")
    assert "nobody" not in done.stderr + str(lines[0]["error"])


def test_nothing_to_do_says_nothing() -> None:
    done = run_inside("dispatch")
    assert (done.rc, done.stdout, done.stderr) == (0, "", "")


def test_missing_file_and_folder_are_refused_in_a_sentence(tmp_path: Path) -> None:
    for source in (tmp_path / "none.jsonl", tmp_path):
        done = run_inside("dispatch", str(source))
        assert (done.rc, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_following_after_what_is_in_hand(tmp_path: Path, number: int) -> None:
    queue = tmp_path / "queue.jsonl"
    queue.write_text(line("1"))
    following = subprocess.Popen(
        [sys.executable, "-m", "fisioflow_cli", "dispatch", str(queue), "--follow", "--json"],
        env={name: os.environ[name] for name in KEPT if name in os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert following.stdout is not None
    assert json.loads(following.stdout.readline())["event_id"] == "1"
    following.send_signal(number)
    out, said = following.communicate(timeout=30)
    assert (following.returncode, out) == (128 + number, ""), said


def test_reader_that_leaves_early_ends_nothing(tmp_path: Path) -> None:
    script = f"{sys.executable} -m fisioflow_cli dispatch - --json | head -1"
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        env={name: os.environ[name] for name in KEPT if name in os.environ},
        input="".join(line(str(n)) for n in range(20)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert letters(tmp_path) == 20
