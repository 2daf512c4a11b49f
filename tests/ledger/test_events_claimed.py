"""Claiming events: most urgent first, each by one process, its run opened and leased with it."""

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from fisioflow_cli.clock import Clock
from fisioflow_cli.database import open_database, parse_url, writing
from fisioflow_cli.ledger import events, runs
from fisioflow_cli.ledger.events import Conclusion
from fisioflow_cli.ledger.ledger import Lease, Ledger
from fisioflow_cli.ledger.tables import EventStatus, RunStatus
from tests.engine.workbench import Bench
from tests.ledger.inbox import OWNER, WORKFLOW, Inbox, ids, later, new

STATUS = EventStatus


def _run(bench: Bench, lease: Lease) -> runs.RunRow:
    found = runs.get(bench.ledger, lease.run_id)
    assert found is not None
    return found


def test_claimed_event_runs_with_a_leased_run_of_its_own(bench: Bench, inbox: Inbox) -> None:
    ts = bench.clock.now() - timedelta(days=2)
    inbox.put("e1", ts=ts)
    claimed = inbox.one()
    assert claimed.event == inbox.get("e1")
    assert (claimed.event.status, claimed.event.attempt) == (STATUS.RUNNING, 1)
    assert claimed.event.run_id == claimed.lease.run_id
    run = _run(bench, claimed.lease)
    assert (run.workflow, run.slot, run.scope, run.generation) == (WORKFLOW, "e1", "all", 1)
    assert (run.status, run.attempt, run.leased, run.owner) == (RunStatus.RUNNING, 1, True, OWNER)
    assert run.as_of == ts
    assert inbox.claim() == []


def test_nothing_due_claims_nothing(inbox: Inbox) -> None:
    assert inbox.claim() == []
    assert inbox.claim(0) == []


def test_urgent_ones_first_then_by_the_time_they_are_due(bench: Bench, inbox: Inbox) -> None:
    now = bench.clock.now()
    inbox.put("low", priority=3)
    inbox.put("b", "a")
    bench.clock.jump(timedelta(minutes=1))
    inbox.put("critical", priority=0)
    inbox.put("was due a minute ago", ts=later(now, seconds=-1))
    inbox.put("high", priority=1)
    inbox.put("later", priority=0, ts=later(now, hours=1))
    found = ids(inbox.claim())
    assert found == ["critical", "high", "a", "b", "was due a minute ago", "low"]


def test_no_more_than_asked_for(inbox: Inbox) -> None:
    inbox.put("critical", priority=0)
    inbox.put("a", "b", "c")
    assert ids(inbox.claim(2)) == ["critical", "a"]
    assert ids(inbox.claim(1)) == ["b"]
    assert ids(inbox.claim(5)) == ["c"]


def test_next_attempt_has_the_same_run_and_a_higher_attempt(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1", "other")
    first = inbox.claim(1)[0]
    inbox.end(first, STATUS.WAITING, failures=1, error="http_500")
    assert inbox.get("e1").failures == 1
    again, other = sorted(inbox.claim(), key=lambda claimed: claimed.event.id)
    assert other.lease.attempt == 1
    assert again.lease == Lease(run_id=first.lease.run_id, attempt=2)
    assert (again.event.attempt, again.event.failures) == (2, 1)
    run = _run(bench, again.lease)
    assert (run.status, run.leased, run.finished_at, run.error) == (
        RunStatus.RUNNING,
        True,
        None,
        None,
    )
    assert run.started_at == run.created_at
    assert len(bench.rows("runs")) == 2


@pytest.mark.parametrize("status", [s for s in RunStatus if s is not RunStatus.RUNNING])
def test_waiting_event_is_claimed_whatever_its_run_says(
    bench: Bench, inbox: Inbox, status: RunStatus
) -> None:
    inbox.put("e1")
    ended = Conclusion(status=STATUS.WAITING, run_status=status)
    events.conclude(bench.ledger, inbox.one(), ended)
    assert inbox.one().lease.attempt == 2


def test_claimers_in_threads_never_get_the_same_event(bench: Bench, inbox: Inbox) -> None:
    inbox.put(*[f"e{number}" for number in range(60)])
    got: list[str] = []
    gun = threading.Barrier(6)

    def claim() -> None:
        gun.wait()
        while found := inbox.claim(4):
            got.extend(ids(found))

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(f"e{number}" for number in range(60))
    assert len(bench.rows("runs")) == 60


def _claim_all(url: str, gun: Any, got: Any) -> None:
    engine = open_database(parse_url(url))
    inbox = Inbox(ledger=Ledger(engine=engine, environment="development", clock=Clock()))
    gun.wait()
    mine: list[str] = []
    while found := inbox.claim(7):
        mine += ids(found)
    got.put(mine)
    engine.dispose()


def test_two_processes_never_get_the_same_event(
    bench: Bench, inbox: Inbox, ledger_url: str
) -> None:
    inbox.put(*[f"e{number}" for number in range(100)], ts=bench.clock.now() - timedelta(days=1000))
    spawn = multiprocessing.get_context("spawn")
    gun, got = spawn.Barrier(2), spawn.Queue()
    both = [spawn.Process(target=_claim_all, args=(ledger_url, gun, got)) for _ in range(2)]
    for process in both:
        process.start()
    claimed = [*got.get(timeout=60), *got.get(timeout=60)]
    for process in both:
        process.join()
    assert sorted(claimed) == sorted(f"e{number}" for number in range(100))


def test_claim_among_very_many_uses_the_index(bench: Bench, inbox: Inbox) -> None:
    """Neither are all of them sorted, nor is anything that waits for later looked at."""
    batch = [new(f"e{number:05}", data={}) for number in range(3000)]
    events.accept(bench.ledger, batch)
    events.accept(
        bench.ledger,
        [replace(e, id=f"later {e.id}", ts=later(bench.clock.now(), days=1)) for e in batch],
    )
    with _heard(bench) as seen:
        assert ids(inbox.claim(3)) == ["e00000", "e00001", "e00002"]
    (statement, values) = next(s for s in seen if "ORDER BY" in s[0])
    plan = _plan(bench, statement, values)
    assert "events_by_due" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


@contextmanager
def _heard(bench: Bench) -> Iterator[list[tuple[str, Any]]]:
    """Every statement, with its values."""
    statements: list[tuple[str, Any]] = []

    def hear(*facts: Any) -> None:
        statements.append((facts[2], facts[3]))

    event.listen(bench.engine, "before_cursor_execute", hear)
    yield statements
    event.remove(bench.engine, "before_cursor_execute", hear)


def _plan(bench: Bench, statement: str, values: Any) -> str:
    with writing(bench.engine) as connection:
        if bench.engine.dialect.name == "postgresql":
            connection.execute(text("ANALYZE fisioflow.events"))
            rows = connection.exec_driver_sql(f"EXPLAIN {statement}", values)
        else:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return "\n".join(str(row) for row in rows)


def test_next_due_is_the_earliest_of_those_that_wait(bench: Bench, inbox: Inbox) -> None:
    assert events.next_due(bench.ledger) is None
    now = bench.clock.now()
    inbox.put("tomorrow", ts=later(now, days=1), priority=0)
    inbox.put("in an hour", ts=later(now, hours=1), priority=3)
    inbox.put("nobody's", workflow=None)
    assert events.next_due(bench.ledger) == later(now, hours=1)
    inbox.put("now")
    due = events.next_due(bench.ledger)
    assert due is not None
    assert due <= bench.clock.now()
    inbox.claim()
    assert events.next_due(bench.ledger) == later(now, hours=1)


def test_event_whose_run_is_missing_gets_another(bench: Bench, inbox: Inbox) -> None:
    """Somebody has tidied the ledger by hand: one such event must not stop all the others."""
    inbox.put("e1", "e2")
    first, second = inbox.claim()
    for claimed in (first, second):
        inbox.end(claimed, STATUS.WAITING)
    with bench.ledger.writing() as connection:
        r = bench.ledger.tables.runs
        connection.execute(r.delete().where(r.c.id == first.lease.run_id))
    again = {claimed.event.id: claimed.lease for claimed in inbox.claim()}
    assert again["e2"] == Lease(run_id=second.lease.run_id, attempt=2)
    assert again["e1"].attempt == 1
    assert inbox.get("e1").run_id == again["e1"].run_id
