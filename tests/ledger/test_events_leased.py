"""The leases of running events: kept alive together, and ended when nobody is behind them."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from fisioflow_cli.errors import LeaseLost
from fisioflow_cli.ledger import events, runs
from fisioflow_cli.ledger.event_leases import FREED
from fisioflow_cli.ledger.ledger import Lease
from fisioflow_cli.ledger.tables import EventStatus, RunStatus
from tests.engine.workbench import Bench
from tests.ledger.inbox import Inbox, ids

STATUS = EventStatus


def _run(bench: Bench, lease: Lease) -> runs.RunRow:
    found = runs.get(bench.ledger, lease.run_id)
    assert found is not None
    return found


def _nobody(owner: Any) -> bool:
    """Every owner lives."""
    del owner
    return False


def _everybody(owner: Any) -> bool:
    """Every owner is gone."""
    del owner
    return True


def test_leases_are_renewed_together(bench: Bench, inbox: Inbox) -> None:
    inbox.put("a", "b", "c")
    a, b, c = (claimed.lease for claimed in inbox.claim(seconds=60))
    before = {row["id"]: row["lease_until"] for row in bench.rows("runs")}
    assert events.renew(bench.ledger, [a, b], 3600) == []
    after = {row["id"]: row["lease_until"] for row in bench.rows("runs")}
    prolonged = {run for run in after if after[run] - before[run] > timedelta(minutes=50)}
    assert prolonged == {a.run_id, b.run_id}
    assert after[c.run_id] == before[c.run_id]
    assert events.renew(bench.ledger, [], 60) == []


def test_leases_that_others_have_are_told(bench: Bench, inbox: Inbox) -> None:
    inbox.put("a", "b", "c")
    a, b, c = inbox.claim()
    inbox.end(b, STATUS.COMPLETED)
    with bench.ledger.writing() as connection:
        r = bench.ledger.tables.runs
        connection.execute(update(r).where(r.c.id == c.lease.run_id).values(attempt=2))
    nobody_s = Lease(run_id="unknown", attempt=1)
    leases = [a.lease, b.lease, c.lease, nobody_s]
    assert events.renew(bench.ledger, leases, 60) == [b.lease, c.lease, nobody_s]


def test_renewal_waits_for_no_single_run(bench: Bench, inbox: Inbox) -> None:
    """A long transaction in the clinic holds its own run: the other leases must not run out."""
    if bench.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one lock for all")
    inbox.put("a", "b")
    a, b = (claimed.lease for claimed in inbox.claim(seconds=60))
    with bench.ledger.fenced(a):
        assert events.renew(bench.ledger, [a, b], 3600) == []
    left = {row["id"]: row["lease_until"] for row in bench.rows("runs")}
    assert left[b.run_id] - left[a.run_id] > timedelta(minutes=50)


def test_abandoned_event_waits_again_and_its_former_owner_is_fenced(
    bench: Bench, inbox: Inbox
) -> None:
    inbox.put("e1")
    zombie = inbox.claim(seconds=0)[0]
    assert events.free_abandoned(bench.ledger, _nobody) == 1
    freed = inbox.get("e1")
    assert (freed.status, freed.failures, freed.attempt) == (STATUS.WAITING, 0, 1)
    run = _run(bench, zombie.lease)
    assert (run.status, run.leased, run.owner) == (RunStatus.TIMED_OUT, False, None)
    assert freed.error == run.error == FREED
    with pytest.raises(LeaseLost):
        inbox.end(zombie, STATUS.COMPLETED)
    assert events.renew(bench.ledger, [zombie.lease], 60) == [zombie.lease]
    taken = inbox.one()
    assert taken.lease == Lease(run_id=zombie.lease.run_id, attempt=2)
    with pytest.raises(LeaseLost):
        inbox.end(zombie, STATUS.DEAD)
    with pytest.raises(LeaseLost):
        inbox.message(zombie, "event/e1/email", "sending")
    assert inbox.get("e1").status is STATUS.RUNNING
    assert inbox.end(taken, STATUS.COMPLETED).status is STATUS.COMPLETED


def test_event_of_a_process_that_is_gone_is_freed_at_once(bench: Bench, inbox: Inbox) -> None:
    inbox.put("a", "b")
    inbox.claim(1, owner={"pid": 1})
    inbox.claim(1, owner={"pid": 2})
    assert events.free_abandoned(bench.ledger, lambda owner: bool(owner and owner["pid"] == 2)) == 1
    assert inbox.statuses() == {"a": "running", "b": "waiting"}


def test_event_that_is_worked_on_is_not_freed(bench: Bench, inbox: Inbox) -> None:
    inbox.put("a", "done", "waits", ts=None)
    for claimed in inbox.claim():
        if claimed.event.id == "done":
            inbox.end(claimed, STATUS.COMPLETED)
        if claimed.event.id == "waits":
            inbox.end(claimed, STATUS.WAITING)
    assert events.free_abandoned(bench.ledger, _nobody) == 0
    assert inbox.statuses() == {"a": "running", "done": "completed", "waits": "waiting"}


def test_event_is_freed_only_in_its_own_environment(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1")
    inbox.claim(seconds=0)
    elsewhere = replace(bench.ledger, environment="preview:x")
    assert events.free_abandoned(elsewhere, _everybody) == 0
    assert events.free_abandoned(bench.ledger, _everybody) == 1


def test_event_whose_run_was_settled_without_it_is_not_lost(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1")
    runs.finish(bench.ledger, inbox.one().lease, RunStatus.FAILED, result=None, error="x")
    assert events.free_abandoned(bench.ledger, _nobody) == 1
    assert ids(inbox.claim()) == ["e1"]


def test_several_processes_free_an_event_once(bench: Bench, inbox: Inbox) -> None:
    inbox.put(*[f"e{number}" for number in range(20)])
    inbox.claim(seconds=0)
    gun = threading.Barrier(4)
    freed: list[int] = []

    def race() -> None:
        gun.wait()
        freed.append(events.free_abandoned(bench.ledger, _everybody))

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(freed) == 20
    assert set(inbox.statuses().values()) == {"waiting"}


def test_renewed_lease_is_not_abandoned(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1")
    lease = inbox.claim(seconds=0)[0].lease
    assert events.renew(bench.ledger, [lease], 3600) == []
    assert events.free_abandoned(bench.ledger, _nobody) == 0


def test_run_that_is_being_written_to_is_not_abandoned(bench: Bench, inbox: Inbox) -> None:
    """Its lease is over, but whoever has it is in the middle of a transaction; nobody waits for it."""
    if bench.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one lock for all")
    inbox.put("a", "b")
    a, _ = (claimed.lease for claimed in inbox.claim(seconds=0))
    with bench.ledger.fenced(a):
        assert events.free_abandoned(bench.ledger, _nobody) == 1
    assert inbox.statuses() == {"a": "running", "b": "waiting"}
    assert events.free_abandoned(bench.ledger, _nobody) == 1
