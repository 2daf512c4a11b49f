"""Concluding events: event, run and deliveries together, or nothing."""

from datetime import timedelta

import pytest

from fisioflow_cli.errors import LeaseLost
from fisioflow_cli.ledger import deliveries, runs
from fisioflow_cli.ledger.ledger import Lease
from fisioflow_cli.ledger.tables import EventStatus, RunStatus
from tests.engine.workbench import Bench
from tests.ledger.inbox import Inbox, ids, later

STATUS = EventStatus


def _run(bench: Bench, lease: Lease) -> runs.RunRow:
    found = runs.get(bench.ledger, lease.run_id)
    assert found is not None
    return found


def test_conclusion_closes_event_and_run_together(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1")
    claimed = inbox.one()
    done = inbox.end(claimed, STATUS.COMPLETED, result={"sent": 1})
    assert done == inbox.get("e1")
    assert (done.status, done.error, done.failures) == (STATUS.COMPLETED, None, 0)
    run = _run(bench, claimed.lease)
    assert (run.status, run.result, run.owner) == (RunStatus.COMPLETED, {"sent": 1}, None)
    assert run.finished_at is not None
    with pytest.raises(LeaseLost):
        inbox.end(claimed, STATUS.COMPLETED)


def test_event_waits_until_it_is_due_again(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1")
    due = later(bench.clock.now(), minutes=5)
    waiting = inbox.end(inbox.one(), STATUS.WAITING, due_at=due, failures=2, error="http_503")
    assert (waiting.due_at, waiting.failures, waiting.error) == (due, 2, "http_503")
    assert inbox.claim() == []
    bench.clock.jump(timedelta(minutes=5))
    assert ids(inbox.claim()) == ["e1"]


def test_event_without_an_instant_is_due_at_once(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1")
    bench.clock.jump(timedelta(minutes=5))
    assert inbox.end(inbox.one(), STATUS.WAITING).due_at <= bench.clock.now()
    assert ids(inbox.claim()) == ["e1"]


def test_dead_event_leaves_nothing_open(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1", "other")
    first, other = inbox.claim()
    for key, state, reason in (
        ("waits", "pending", "http_503"),
        ("waits for no reason", "pending", None),
        ("flies", "sending", "timeout"),
        ("went", "sent", None),
        ("was skipped", "skipped", "opted_out"),
    ):
        inbox.message(first, key, state, reason=reason)
    inbox.message(other, "other's", "pending")
    flying = inbox.message(first, "flies too", "sending")
    inbox.end(first, STATUS.DEAD, error="gave up")
    assert inbox.messages() == {
        "waits": ("failed", "gave_up http_503"),
        "waits for no reason": ("failed", "gave_up"),
        "flies": ("in_doubt", "gave_up timeout"),
        "flies too": ("in_doubt", "gave_up"),
        "went": ("sent", None),
        "was skipped": ("skipped", "opted_out"),
        "other's": ("pending", None),
    }
    assert not deliveries.settle(bench.ledger, flying, {"state": "sent"})


def test_refused_conclusion_closes_no_delivery(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1")
    claimed = inbox.one()
    inbox.message(claimed, "waits", "pending")
    bench.overtake()
    with pytest.raises(LeaseLost):
        inbox.end(claimed, STATUS.DEAD)
    assert inbox.messages() == {"waits": ("pending", None)}
    assert inbox.get("e1").status is STATUS.RUNNING
