"""Real processes share an inbox, are killed, stopped and told to end."""

import json
import signal
import subprocess
import threading
import time
from collections import Counter
from contextlib import ExitStack
from typing import Any

import pytest

from tests.engine.inbox import Inbox, MovableClock, handler, inbox_on
from tests.engine.processes import Worker, hear, tell, worker
from tests.engine.workbench import LONG_LEASE, Bench

on_sqlite = pytest.mark.parametrize("ledger_url", ["sqlite"], indirect=True)
"""What has nothing to do with the database is tried on one."""


@pytest.fixture
def inbox(bench: Bench) -> Inbox:
    """With the system's time, as the other processes have it."""
    return inbox_on(bench, MovableClock(starting_at=None))


def _begin(process: Worker) -> None:
    assert hear(process) == "ready"
    tell(process)


def _report(said: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(said.splitlines()[-1])
    return report


def test_two_processes_do_each_event_once(inbox: Inbox, ledger_url: str) -> None:
    ids = [f"{n:02}" for n in range(50)]
    inbox.accept(*ids)
    with ExitStack() as stack:
        both = [stack.enter_context(worker(ledger_url, "dispatch", "quick", 60)) for _ in "ab"]
        assert [hear(one) for one in both] == ["ready", "ready"]
        for one in both:
            tell(one)
        said = "".join(one.communicate(timeout=60)[0] for one in both).splitlines()
        assert [one.returncode for one in both] == [0, 0]
    begun = Counter(line.split()[1] for line in said if line.startswith("begun"))
    assert begun == Counter(ids)
    assert sum(line.startswith("ended") for line in said) == 50
    assert set(inbox.statuses().values()) == {"completed"}
    assert {row["attempt"] for row in inbox.bench.rows("runs")} == {1}


def test_event_of_a_killed_process_is_taken_over_at_once(inbox: Inbox, ledger_url: str) -> None:
    inbox.accept("a")
    with worker(ledger_url, "dispatch", "deaf", LONG_LEASE) as holder:
        _begin(holder)
        assert hear(holder) == "begun a"
        assert inbox.dispatch(handler()).events == {}
        assert inbox.event("a").status == "running"
        holder.kill()
        holder.wait()
    assert inbox.dispatch(handler()).events == {"completed": 1}
    assert inbox.run_of("a")["attempt"] == 2


def test_process_that_outlived_its_lease_changes_nothing(inbox: Inbox, ledger_url: str) -> None:
    """Stopped for longer than its lease; when it goes on, the event is another's and done."""
    inbox.accept("a")
    with worker(ledger_url, "dispatch", "deaf", 1) as zombie:
        _begin(zombie)
        assert hear(zombie) == "begun a"
        zombie.send_signal(signal.SIGSTOP)
        while not inbox.dispatch(handler()).events:
            pass
        done = inbox.event("a")
        zombie.send_signal(signal.SIGCONT)
        tell(zombie)
        said, _ = zombie.communicate(timeout=20)
    assert (zombie.returncode, _report(said)["events"]) == (0, {})
    assert "ended" not in said
    assert inbox.event("a") == done
    assert (done.status, inbox.run_of("a")["attempt"]) == ("completed", 2)
    assert inbox.bench.rows("steps") == []


@on_sqlite
def test_work_that_takes_longer_than_the_lease_keeps_it(inbox: Inbox, ledger_url: str) -> None:
    inbox.accept(*"abc")
    with worker(ledger_url, "dispatch", "deaf", 1) as process:
        _begin(process)
        assert {hear(process) for _ in "abc"} == {"begun a", "begun b", "begun c"}
        until = time.monotonic() + 1.8
        while time.monotonic() < until:
            assert inbox.dispatch(handler()).events == {}
            time.sleep(0.2)
        for _ in "abc":
            tell(process)
        said, _ = process.communicate(timeout=20)
    assert _report(said)["events"] == {"completed": 3}


@pytest.mark.parametrize(
    ("ledger_url", "number", "code"),
    [("sqlite", signal.SIGTERM, 143), ("postgresql", signal.SIGINT, 130)],
    ids=["TERM", "INT"],
    indirect=["ledger_url"],
)
def test_signal_ends_the_dispatch_after_the_steps_in_hand(
    inbox: Inbox, ledger_url: str, number: signal.Signals, code: int
) -> None:
    inbox.accept(*map(str, range(9)))
    with worker(ledger_url, "dispatch", "steps", 60) as process:
        _begin(process)
        for _ in range(4):
            assert hear(process).startswith("begun")
        process.send_signal(number)
        said, _ = process.communicate(timeout=20)
        assert process.returncode == code
    assert _report(said)["events"] == {"waiting": 4}
    assert set(inbox.statuses().values()) == {"waiting"}
    assert {(row["status"], row["owner"]) for row in inbox.bench.rows("runs")} == {
        ("cancelled", None)
    }
    assert {row["failures"] for row in inbox.bench.rows("events")} == {0}
    assert {row["status"] for row in inbox.bench.rows("steps")} <= {"completed"}


@on_sqlite
def test_second_signal_leaves_at_once_and_loses_nothing(inbox: Inbox, ledger_url: str) -> None:
    inbox.accept("a")
    with worker(ledger_url, "dispatch", "deaf", LONG_LEASE) as process:
        _begin(process)
        assert hear(process) == "begun a"
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM
    assert inbox.event("a").status == "running"
    assert inbox.dispatch(handler()).events == {"completed": 1}


@on_sqlite
def test_signal_wakes_a_dispatch_that_waits_for_more(inbox: Inbox, ledger_url: str) -> None:
    inbox.accept("a")
    with worker(ledger_url, "dispatch", "quick", 60, "follow") as process:
        _begin(process)
        assert [hear(process), hear(process)] == ["begun a 1", "ended a completed"]
        inbox.accept("b")
        assert [hear(process), hear(process)] == ["begun b 1", "ended b completed"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 143


@pytest.mark.long
def test_dispatchers_that_are_killed_again_and_again_lose_and_double_nothing(
    inbox: Inbox, ledger_url: str
) -> None:
    """Two at a time, one killed every half second or so; each attempt begins and ends once."""
    inbox.accept(*(f"{n:04}" for n in range(1000)))
    said: list[str] = []
    readers: list[threading.Thread] = []
    with ExitStack() as stack:

        def start() -> Worker:
            process = stack.enter_context(worker(ledger_url, "dispatch", "quick", 5, "follow"))
            _begin(process)
            assert process.stdout is not None
            readers.append(threading.Thread(target=said.extend, args=[process.stdout]))
            readers[-1].start()
            return process

        both = [start(), start()]
        while set(inbox.statuses().values()) != {"completed"}:
            time.sleep(0.5)
            both[0].kill()
            both = [both[1], start()]
        for process in both:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 143
        for reader in readers:
            reader.join(timeout=20)
    whole = [line for line in said if line.endswith("\n")]
    assert max(Counter(whole).values()) == 1
    assert sum(line.startswith("ended") for line in whole) <= 1000
    assert len(inbox.bench.rows("steps")) == 1000
