"""Real processes race for a run, are killed at work, and are taken over."""

import os
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.clock import Clock
from fisioflow_cli.engine import owner
from fisioflow_cli.engine.run import Run
from fisioflow_cli.ledger import runs
from fisioflow_cli.ledger.ledger import Ledger
from tests.engine.processes import hear, tell, worker
from tests.engine.workbench import LONG_LEASE, Bench, workflow
from tests.engine.workbench import bench as new_bench
from tests.engine.worker import AS_OF, OCCASION


def test_of_several_processes_exactly_one_gets_the_lease(bench: Bench, ledger_url: str) -> None:
    with ExitStack() as stack:
        racers = [stack.enter_context(worker(ledger_url, "race")) for _ in range(4)]
        assert [hear(racer) for racer in racers] == ["ready"] * 4
        for racer in racers:
            tell(racer)
        assert sorted(hear(racer) for racer in racers) == ["got 1", "lost", "lost", "lost"]
    (row,) = bench.rows("runs")
    assert (row["status"], row["attempt"]) == ("running", 1)


def test_killed_process_is_taken_over_at_once(bench: Bench, ledger_url: str) -> None:
    with worker(ledger_url, "hold", LONG_LEASE * 100) as holder:
        assert "attempt=1" in hear(holder)
        waiting = bench.start(workflow())
        assert waiting.status == "already_running"
        assert f"Process {holder.pid} on " in (waiting.note or "")
        holder.kill()
        holder.wait()
        report = bench.start(workflow())
    assert (report.status, report.attempt) == ("completed", 2)


def test_forced_start_passes_a_killed_process(bench: Bench, ledger_url: str) -> None:
    with worker(ledger_url, "hold", LONG_LEASE * 100) as holder:
        hear(holder)
        holder.kill()
        holder.wait()
        assert bench.start(workflow(), force=True).status == "completed"
    assert bench.status("2026-11-23", generation=2) == "completed"


@pytest.mark.parametrize("differs", ["boot_id", "pid_namespace"])
def test_process_of_another_host_is_waited_for(bench: Bench, differs: str) -> None:
    """Its pid may well be free here; only the end of its lease says that it is gone."""
    elsewhere = {**owner.current(), "pid": 2**22 + 1, differs: "another"}
    runs.open_run(bench.ledger, OCCASION, generation=1, as_of=AS_OF)
    found = runs.latest(bench.ledger, OCCASION)
    assert found is not None
    runs.acquire(bench.ledger, found, elsewhere, 3600, owner_gone=False)
    assert bench.start(workflow()).status == "already_running"


def test_run_with_a_reused_pid_is_taken_over(bench: Bench) -> None:
    """This very process has the dead owner's pid by now, but it began at another time."""
    earlier = {**owner.current(), "started": 1}
    runs.open_run(bench.ledger, OCCASION, generation=1, as_of=AS_OF)
    found = runs.latest(bench.ledger, OCCASION)
    assert found is not None
    runs.acquire(bench.ledger, found, earlier, 3600, owner_gone=False)
    assert earlier["pid"] == os.getpid()
    assert bench.start(workflow()).attempt == 2


def test_lease_that_has_run_out_is_taken_over(bench: Bench, ledger_url: str) -> None:
    """The owner lives but has not renewed: stopped, or its database connection was lost."""
    with worker(ledger_url, "hold", 1) as holder:
        hear(holder)
        ledger = Ledger(engine=bench.engine, environment="development", clock=Clock())
        found = runs.latest(ledger, OCCASION)
        assert found is not None
        while found.leased:
            found = runs.latest(ledger, OCCASION)
            assert found is not None
        lease = runs.acquire(ledger, found, owner.current(), 60, owner_gone=False)
        assert lease is not None
        assert lease.attempt == 2
        assert holder.poll() is None


@pytest.mark.parametrize("hours", [-36, 36])
def test_wrong_clock_neither_loses_nor_steals_a_lease(postgres_url: str, hours: int) -> None:
    """PostgreSQL leases go by the database's clock."""
    with new_bench(postgres_url) as bench:
        wrong = bench.at((AS_OF + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M"))
        others: list[Any] = []

        def body(run: Run, services: Any) -> None:
            others.append(runs.latest(wrong.ledger, OCCASION))
            performer = wrong.performer(workflow(), lease_seconds=60)
            others.append(performer.perform(run.slot, run.as_of))
            run.step("still ours", lambda: 1)

        assert bench.start(workflow(body), lease_seconds=60).status == "completed"
        found, report = others
        assert found.leased
        assert report.status == "already_running"


def test_wrong_clock_does_not_end_the_own_lease(postgres_url: str) -> None:
    with new_bench(postgres_url) as bench:
        yesterday = bench.at("2020-01-01T09:00")

        def body(run: Run, services: Any) -> None:
            found = runs.get(bench.ledger, run.id or "")
            assert found is not None
            assert found.leased

        report = yesterday.start(workflow(body), lease_seconds=60, catch_up=False)
        assert report.status == "completed"
