"""The first signal ends a run after the step in hand, the second at once; in a real process."""

import json
import signal
import time

import pytest

from tests.engine.processes import Worker, hear, worker
from tests.engine.workbench import Bench, bench


def _work_a_little(process: Worker) -> None:
    for _ in range(5):
        assert hear(process).startswith("item")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["TERM", "INT"]
)
def test_signal_ends_the_run_after_the_item_in_hand(
    bench: Bench, ledger_url: str, number: signal.Signals, code: int
) -> None:
    with worker(ledger_url, "work") as process:
        _work_a_little(process)
        process.send_signal(number)
        rest, _ = process.communicate(timeout=20)
        assert process.returncode == code
    report = json.loads(rest.splitlines()[-1])
    assert report["status"] == "cancelled"
    (row,) = bench.rows("runs")
    assert (row["status"], row["owner"], row["lease_until"]) == ("cancelled", None, None)
    assert {step["status"] for step in bench.rows("steps")} == {"completed"}


def test_signal_wakes_a_run_from_its_pause(sqlite_url: str) -> None:
    with bench(sqlite_url) as made, worker(sqlite_url, "nap") as process:
        assert hear(process) == "asleep"
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 143
        assert time.monotonic() - began < 10
        assert made.rows("runs")[0]["status"] == "cancelled"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (signal.SIGTERM, signal.SIGTERM),
        (signal.SIGINT, signal.SIGTERM),
        (signal.SIGTERM, signal.SIGINT),
    ],
    ids=["TERM-TERM", "INT-TERM", "TERM-INT"],
)
def test_second_signal_leaves_at_once(
    sqlite_url: str, first: signal.Signals, second: signal.Signals
) -> None:
    """A second signal of the other kind was only heeded as a first one."""
    with bench(sqlite_url) as made, worker(sqlite_url, "nap", "deaf") as process:
        assert hear(process) == "asleep"
        process.send_signal(first)
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(second)
        assert process.wait(10) == -second
        (row,) = made.rows("runs")
        assert row["status"] == "running"
