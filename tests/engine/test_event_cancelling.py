"""Runs of events that a person cancels: the event is discarded, whoever works on it."""

import time
from typing import Any

import pytest

from fisioflow_cli.engine import owner
from fisioflow_cli.engine.dispatcher import Limits
from fisioflow_cli.engine.run import Run
from fisioflow_cli.errors import QuotaExhausted
from fisioflow_cli.ledger import cancelling, events, runs
from fisioflow_cli.ledger.events import EventRow
from fisioflow_cli.ledger.runs import RunRow
from tests.engine.inbox import Inbox, MovableClock, handler, inbox_on, raising
from tests.engine.workbench import Bench


@pytest.fixture
def inbox(bench: Bench) -> Inbox:
    return inbox_on(bench)


def run_row(inbox: Inbox, event_id: str = "a") -> RunRow:
    found = runs.get(inbox.ledger, inbox.run_of(event_id)["id"])
    assert found is not None
    return found


def cancel(inbox: Inbox, *, owner_gone: bool = False) -> EventRow | None:
    return events.cancel(inbox.ledger, run_row(inbox), owner_gone=owner_gone)


def test_step_in_hand_is_finished_and_the_event_discarded(inbox: Inbox) -> None:
    begun = []

    def body(run: Run, event: EventRow, services: Any) -> None:
        run.step("one", lambda: cancelling.request(inbox.ledger, run.id or ""))
        run.step("two", lambda: begun.append("two"))

    inbox.accept("a", "b")
    summary = inbox.dispatch(handler(body))
    assert inbox.statuses() == {"a": "discarded", "b": "discarded"}
    assert (begun, summary.exit_code, summary.events["discarded"]) == ([], 0, 2)
    row = run_row(inbox)
    assert (row.status, row.cancelled_by_hand, row.error) == (
        "cancelled",
        True,
        "cancelled_by_hand",
    )
    assert inbox.event("a").error == "cancelled_by_hand"


def test_waiting_event_is_discarded_at_once(inbox: Inbox) -> None:
    inbox.accept("a")
    inbox.dispatch(handler(raising(QuotaExhausted())))
    assert inbox.event("a").status == "waiting"
    cancelled = cancel(inbox)
    assert cancelled is not None
    assert run_row(inbox).cancelled_by_hand
    inbox.jump(days=2)
    assert inbox.dispatch(handler()).events == {}
    assert inbox.statuses() == {"a": "discarded"}


def test_event_that_is_worked_on_is_not_taken_away(inbox: Inbox) -> None:
    inbox.accept("a")
    events.claim(inbox.ledger, owner.current(), 60, most=1)
    assert cancel(inbox) is None
    assert inbox.event("a").status == "running"


def test_event_of_a_dead_process_is_and_its_zombie_is_refused(inbox: Inbox) -> None:
    def body(run: Run, event: EventRow, services: Any) -> None:
        assert cancel(inbox, owner_gone=True) is not None
        run.step("late", lambda: None)

    inbox.accept("a")
    inbox.dispatch(handler(body))
    assert inbox.statuses() == {"a": "discarded"}
    assert run_row(inbox).cancelled_by_hand
    assert inbox.bench.rows("steps") == []


def test_killed_between_request_and_end_the_next_dispatch_ends_it(inbox: Inbox) -> None:
    begun: list[str] = []
    inbox.accept("a")
    [claimed] = events.claim(inbox.ledger, owner.current(), 1, most=1)
    assert cancelling.request(inbox.ledger, claimed.lease.run_id)
    inbox.jump(minutes=5)
    time.sleep(1.2)  # the database's own clock decides over leases
    inbox.dispatch(handler(lambda run, event, services: begun.append(event.id)))
    assert (inbox.statuses(), begun) == ({"a": "discarded"}, [])


def test_cancelled_event_can_be_retried_and_a_discarded_one_not(inbox: Inbox) -> None:
    inbox.accept("a", "b")
    inbox.dispatch(handler(raising(QuotaExhausted())))
    cancel(inbox)
    events.discard(inbox.ledger, "b")
    assert events.retry(inbox.ledger, "b") is None
    assert events.retry(inbox.ledger, "a") is not None
    inbox.dispatch(handler())
    assert inbox.statuses() == {"a": "completed", "b": "discarded"}
    assert inbox.event("a").generation == 2


def test_older_run_of_an_event_is_over(inbox: Inbox) -> None:
    inbox.accept("a")
    inbox.dispatch(handler(raising(ValueError())), limits=Limits(max_attempts=1))
    old = run_row(inbox)
    events.retry(inbox.ledger, "a")
    inbox.dispatch(handler(raising(QuotaExhausted())))
    assert events.cancel(inbox.ledger, old, owner_gone=False) is None
    assert inbox.event("a").status == "waiting"


def test_waiting_event_can_be_hastened_and_no_other(inbox: Inbox) -> None:
    inbox.accept("a", "b")
    inbox.dispatch(handler(raising(QuotaExhausted())))
    assert inbox.due_in("a") > 1
    failures = inbox.event("a").failures
    assert events.hasten(inbox.ledger, "a") is not None
    assert events.hasten(inbox.ledger, "nobody") is None
    inbox.dispatch(handler())
    assert inbox.statuses() == {"a": "completed", "b": "waiting"}
    assert inbox.event("a").failures == failures
    assert events.hasten(inbox.ledger, "a") is None


def test_lease_thread_brings_the_news(bench: Bench) -> None:
    inbox = inbox_on(bench, MovableClock(starting_at=None))

    def body(run: Run, event: EventRow, services: Any) -> None:
        cancelling.request(inbox.ledger, run.id or "")
        for _ in range(500):
            run.check()
            time.sleep(0.02)

    inbox.accept("a")
    inbox.dispatch(handler(body), lease_seconds=1)
    assert inbox.statuses() == {"a": "discarded"}
