"""Events by hand and by age: retried, discarded, called off, and their payloads forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fisioflow_cli.errors import LeaseLost
from fisioflow_cli.ledger import deliveries, events, pages, retention, runs
from fisioflow_cli.ledger.event_filter import EventFilter
from fisioflow_cli.ledger.tables import EventStatus, RunStatus
from tests.engine.workbench import Bench
from tests.ledger.inbox import Inbox, later

STATUS = EventStatus
DATA = retention.Text.EVENT_DATA


def test_retried_event_is_a_new_generation_due_now(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1")
    first = inbox.one()
    inbox.end(first, STATUS.DEAD, failures=5, error="http_500")
    bench.clock.jump(timedelta(hours=1))
    before = bench.clock.now()
    retried = events.retry(bench.ledger, "e1")
    assert retried is not None
    assert retried == inbox.get("e1")
    assert (retried.status, retried.failures, retried.generation) == (STATUS.WAITING, 0, 2)
    assert (retried.run_id, retried.error) == (None, None)
    assert retried.due_at >= before
    again = inbox.one()
    assert again.lease.run_id != first.lease.run_id
    assert again.lease.attempt == 1
    run = runs.get(bench.ledger, again.lease.run_id)
    assert run is not None
    assert (run.slot, run.generation) == ("e1", 2)


def test_only_a_dead_event_is_retried(bench: Bench, inbox: Inbox) -> None:
    inbox.put("waits")
    inbox.put("ignored", workflow=None)
    for event_id in ("waits", "ignored", "unknown"):
        assert events.retry(bench.ledger, event_id) is None
    claimed = inbox.one()
    assert events.retry(bench.ledger, "waits") is None
    inbox.end(claimed, STATUS.COMPLETED)
    assert events.retry(bench.ledger, "waits") is None
    elsewhere = replace(bench.ledger, environment="preview:x")
    assert events.retry(elsewhere, "waits") is None


def test_retry_reopens_what_was_certainly_not_sent_and_what_was_given_up(
    bench: Bench, inbox: Inbox
) -> None:
    inbox.put("e1")
    claimed = inbox.one()
    for key, state, reason in (
        ("refused", "failed", "http_422"),
        ("waits", "pending", "http_503"),
        ("flies", "sending", "timeout"),
        ("doubted", "in_doubt", "interrupted"),
        ("sent", "sent", None),
        ("skipped", "skipped", "opted_out"),
    ):
        inbox.message(claimed, key, state, reason=reason, payload="{}")
    inbox.end(claimed, STATUS.DEAD)
    events.retry(bench.ledger, "e1")
    assert inbox.messages() == {
        "refused": ("pending", None),
        "waits": ("pending", None),
        "flies": ("sending", None),
        "doubted": ("in_doubt", "interrupted"),
        "sent": ("sent", None),
        "skipped": ("skipped", "opted_out"),
    }
    frozen = {row["message_key"] for row in bench.rows("deliveries") if row["payload"]}
    assert {"flies", "doubted"} <= frozen
    assert not {"refused", "waits"} & frozen


def test_what_an_earlier_generation_left_is_closed_and_reopened_too(
    bench: Bench, inbox: Inbox
) -> None:
    """The second generation dies before it comes to the message of the first."""
    inbox.put("e1")
    first = inbox.one()
    inbox.message(first, "k", "pending")
    inbox.end(first, STATUS.DEAD)
    events.retry(bench.ledger, "e1")
    assert inbox.messages() == {"k": ("pending", None)}
    inbox.end(inbox.one(), STATUS.DEAD)
    assert inbox.messages() == {"k": ("failed", "gave_up")}
    events.retry(bench.ledger, "e1")
    assert inbox.messages() == {"k": ("pending", None)}


def test_reopened_message_is_claimed_by_the_new_run(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1")
    first = inbox.one()
    inbox.message(first, "k", "failed", reason="http_422")
    inbox.end(first, STATUS.DEAD)
    events.retry(bench.ledger, "e1")
    again = inbox.one()
    seen = deliveries.find(bench.ledger, "k")
    assert seen is not None
    subject = deliveries.Subject(
        message_key="k", provider_key="p", organization_id=None, recipient_id=None
    )
    moved = deliveries.write(bench.ledger, again.lease, subject, seen, {"state": "sending"})
    assert moved is not None
    assert (moved.run_id, moved.provider_key) == (again.lease.run_id, seen.provider_key)


@pytest.mark.parametrize("dead", [False, True])
def test_discarded_event_is_given_up_for_good(bench: Bench, inbox: Inbox, *, dead: bool) -> None:
    inbox.put("e1")
    claimed = inbox.one()
    if dead:
        inbox.end(claimed, STATUS.DEAD)
    else:
        inbox.message(claimed, "waits", "pending", reason="night")
        inbox.message(claimed, "flies", "sending")
        inbox.end(claimed, STATUS.WAITING, due_at=later(bench.clock.now(), hours=8))
    discarded = events.discard(bench.ledger, "e1")
    assert discarded is not None
    assert discarded == inbox.get("e1")
    assert (discarded.status, discarded.error) == (STATUS.DISCARDED, "discarded")
    bench.clock.jump(timedelta(days=1))
    assert inbox.claim() == []
    run = runs.get(bench.ledger, claimed.lease.run_id)
    assert run is not None
    assert run.status is RunStatus.CANCELLED
    if not dead:
        assert inbox.messages() == {
            "waits": ("skipped", "discarded"),
            "flies": ("in_doubt", "discarded"),
        }


def test_what_is_running_or_done_is_not_discarded(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1")
    claimed = inbox.one()
    assert events.discard(bench.ledger, "e1") is None
    inbox.end(claimed, STATUS.COMPLETED)
    assert events.discard(bench.ledger, "e1") is None
    assert events.discard(bench.ledger, "unknown") is None
    assert inbox.statuses() == {"e1": "completed"}


def _void(bench: Bench, name: str, subject: str) -> int:
    with bench.ledger.writing() as connection:
        return events.void(
            bench.ledger, connection, name=name, subject=subject, reason="appointment cancelled"
        )


def test_waiting_reminders_of_one_appointment_are_called_off(bench: Bench, inbox: Inbox) -> None:
    reminder = {"name": "appointment/reminder", "subject": "a1"}
    inbox.put("waits for daylight", **reminder)
    asleep = inbox.one()
    inbox.message(asleep, "appointment-reminder/a1", "pending", reason="night")
    inbox.end(asleep, STATUS.WAITING, due_at=later(bench.clock.now(), hours=8))
    inbox.put("is sent", **reminder)
    inbox.one()
    inbox.put("another's", name="appointment/reminder", subject="a2")
    inbox.put("another name", name="appointment/created", subject="a1")
    inbox.put("waits", **reminder)
    assert _void(bench, "appointment/reminder", "a1") == 2
    assert inbox.statuses() == {
        "waits for daylight": "discarded",
        "waits": "discarded",
        "is sent": "running",
        "another's": "waiting",
        "another name": "waiting",
    }
    assert inbox.get("waits").error == "appointment cancelled"
    assert inbox.messages() == {"appointment-reminder/a1": ("skipped", "appointment cancelled")}
    assert _void(bench, "appointment/reminder", "a1") == 0


def test_payloads_of_old_finished_events_are_forgotten(bench: Bench, inbox: Inbox) -> None:
    """Retention is by status: what is dead or waits may still need what it says."""
    facts = {"user": {"id": "u1"}, "ack": 7}
    inbox.put("completed", "dead", "discarded", "running", **facts)
    claimed = {each.event.id: each for each in inbox.claim()}
    inbox.end(claimed["completed"], STATUS.COMPLETED)
    inbox.end(claimed["dead"], STATUS.DEAD)
    inbox.end(claimed["discarded"], STATUS.WAITING)
    events.discard(bench.ledger, "discarded")
    inbox.put("ignored", workflow=None, **facts)
    inbox.put("waits", ts=later(bench.clock.now(), days=1000), **facts)
    bench.clock.jump(timedelta(days=60))
    inbox.put("young", workflow=None, **facts)
    bench.clock.jump(timedelta(days=31))
    lease = claimed["running"].lease
    assert retention.prunable(bench.ledger, DATA, days=90) == 3
    assert retention.prune(bench.ledger, lease, DATA, days=90, most=2) == 2
    assert retention.prune(bench.ledger, lease, DATA, days=90, most=2) == 1
    assert retention.prune(bench.ledger, lease, DATA, days=90, most=2) == 0
    assert retention.prunable(bench.ledger, DATA, days=90) == 0
    pruned = {"completed", "discarded", "ignored"}
    for row in pages.page(bench.ledger, EventFilter(), most=99).rows:
        forgotten = (row.data, row.user, row.ack) == (None, None, None)
        assert forgotten == (row.id in pruned)
        assert row.digest
        assert row.name == "email/send"


def test_payloads_are_forgotten_only_with_the_lease(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1")
    lease = inbox.one().lease
    with pytest.raises(LeaseLost):
        retention.prune(bench.ledger, replace(lease, attempt=0), DATA, days=90, most=9)


def test_other_environments_payloads_are_left_alone(bench: Bench, inbox: Inbox) -> None:
    inbox.put("runs")
    lease = inbox.one().lease
    preview = Inbox(ledger=replace(bench.ledger, environment="preview:x"))
    preview.put("e1", workflow=None)
    bench.clock.jump(timedelta(days=91))
    assert retention.prunable(bench.ledger, DATA, days=90) == 0
    assert retention.prune(bench.ledger, lease, DATA, days=90, most=9) == 0
    assert preview.get("e1").data is not None
