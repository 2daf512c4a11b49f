"""Doubts about the messages of an event: what a person's word does to the event."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.errors import RunInProgress, UsageError
from fisioflow_cli.ledger import deliveries, doubts, events, runs
from fisioflow_cli.ledger.deliveries import DeliveryRow
from fisioflow_cli.ledger.doubts import Judgement, Verdict
from fisioflow_cli.ledger.events import Conclusion
from fisioflow_cli.ledger.tables import DeliveryState, EventStatus, RunStatus
from tests.engine.workbench import Bench
from tests.ledger.inbox import Inbox

RESEND = Judgement(verdict=Verdict.RESEND, by="ana@clinic-1")
SENT = Judgement(verdict=Verdict.SENT, by="ana@clinic-1")


def in_doubt(
    inbox: Inbox, status: EventStatus = EventStatus.DEAD, *, others: tuple[str, ...] = ()
) -> DeliveryRow:
    """An event that ended so because of a message in doubt; the others of it are in these states.

    Beside it one that is worked on and has a doubt of its own, and a dead one.
    """
    inbox.put("e0")
    inbox.message(inbox.one(), "event/e0/email", DeliveryState.IN_DOUBT)
    inbox.put("e9")
    inbox.end(inbox.one(), EventStatus.DEAD, failures=5)
    inbox.put("e1")
    claimed = inbox.one()
    frozen = {"payload": '{"to": "ana@example.com"}', "provider_id": "found-earlier"}
    row = inbox.message(claimed, "event/e1/email", DeliveryState.IN_DOUBT, **frozen)
    for number, state in enumerate(others):
        inbox.message(claimed, f"event/e1/push/{number}", state)
    due_at = inbox.ledger.clock.now() + timedelta(hours=1)
    waits: dict[str, Any] = {"due_at": due_at} if status is EventStatus.WAITING else {}
    ended = Conclusion(status=status, run_status=RunStatus.PARTIAL, error="in doubt", **waits)
    events.conclude(inbox.ledger, claimed, ended)
    return row


def now(inbox: Inbox) -> DeliveryRow:
    """The message as it stands."""
    row = deliveries.find(inbox.ledger, "event/e1/email")
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("others", "status"),
    [
        ((), EventStatus.COMPLETED),
        (("sent", "skipped"), EventStatus.COMPLETED),
        (("failed",), EventStatus.DEAD),
        (("sent", "in_doubt"), EventStatus.DEAD),
    ],
)
def test_event_is_completed_when_its_last_trouble_is_resolved(
    inbox: Inbox, others: tuple[str, ...], status: EventStatus
) -> None:
    row = in_doubt(inbox, others=others)
    assert doubts.believe(inbox.ledger, row, SENT)
    event = inbox.get("e1")
    error = None if status is EventStatus.COMPLETED else "in doubt"
    assert (event.status, event.error) == (status, error)
    assert inbox.statuses() == {"e0": "running", "e1": status, "e9": "dead"}
    assert (now(inbox).state, now(inbox).provider_id) == ("sent", "found-earlier")


def test_event_that_waits_is_not_completed_by_a_word(inbox: Inbox) -> None:
    """Something of it is still to come."""
    row = in_doubt(inbox, EventStatus.WAITING)
    assert doubts.believe(inbox.ledger, row, SENT)
    assert inbox.get("e1").status is EventStatus.WAITING


def test_dead_event_begins_again_for_a_message_to_be_resent(inbox: Inbox) -> None:
    row = in_doubt(inbox)
    heir = doubts.resend(inbox.ledger, row, RESEND, same_request=False)
    assert heir is not None
    event = inbox.get("e1")
    assert (event.status, event.generation, event.error) == (EventStatus.WAITING, 2, None)
    assert inbox.statuses() == {"e0": "running", "e1": "waiting", "e9": "dead"}
    fresh = now(inbox)
    assert (fresh.state, fresh.payload, fresh.provider_id) == ("pending", None, None)
    assert fresh.provider_key != row.provider_key
    assert doubts.resend(inbox.ledger, row, RESEND, same_request=False) is None
    assert inbox.get("e1") == event, "what was done for it is undone with it"
    assert inbox.one().event.id == "e1"


def test_waiting_event_goes_on_at_once(inbox: Inbox) -> None:
    row = in_doubt(inbox, EventStatus.WAITING)
    assert inbox.claim() == []
    assert doubts.resend(inbox.ledger, row, RESEND, same_request=False)
    claimed = inbox.one()
    assert (claimed.event.generation, claimed.lease.run_id) == (1, row.run_id)


def test_same_request_keeps_its_key_and_its_bytes(inbox: Inbox) -> None:
    row = in_doubt(inbox)
    assert doubts.resend(inbox.ledger, row, RESEND, same_request=True)
    kept = now(inbox)
    assert (kept.state, kept.provider_key) == ("sending", row.provider_key)
    assert (kept.payload, kept.provider_id) == (row.payload, "found-earlier")


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (EventStatus.RUNNING, RunInProgress),
        (EventStatus.COMPLETED, UsageError),
        (EventStatus.DISCARDED, UsageError),
    ],
)
def test_nothing_is_resent_by_an_event_that_is_worked_on_or_over(
    inbox: Inbox, status: EventStatus, refusal: type[Exception]
) -> None:
    row = in_doubt(inbox)
    table = inbox.ledger.tables.events
    with inbox.ledger.writing() as connection:
        connection.execute(table.update().values(status=status))
    with pytest.raises(refusal, match="Event e1 is"):
        doubts.resend(inbox.ledger, row, RESEND, same_request=False)
    assert (now(inbox).state, inbox.get("e1").status) == ("in_doubt", status)


def test_event_of_the_same_id_in_another_environment_is_another(inbox: Inbox) -> None:
    theirs = Inbox(ledger=replace(inbox.ledger, environment="a"))
    theirs.put("e1")
    theirs.one()
    assert doubts.resend(inbox.ledger, in_doubt(inbox), RESEND, same_request=False)
    assert theirs.get("e1").status is EventStatus.RUNNING


def test_word_from_another_environment_is_not_heard(bench: Bench, inbox: Inbox) -> None:
    row = in_doubt(inbox)
    before = (bench.rows("events"), bench.rows("runs"), bench.rows("deliveries"))
    elsewhere = replace(bench.ledger, environment="preview:x")
    assert not doubts.believe(elsewhere, row, SENT)
    assert doubts.resend(elsewhere, row, RESEND, same_request=False) is None
    assert (bench.rows("events"), bench.rows("runs"), bench.rows("deliveries")) == before


def test_message_whose_run_is_gone_cannot_be_resent(inbox: Inbox) -> None:
    row = in_doubt(inbox)
    table = inbox.ledger.tables.runs
    with inbox.ledger.writing() as connection:
        connection.execute(table.delete())
    with pytest.raises(UsageError, match="gone from the ledger"):
        doubts.resend(inbox.ledger, row, RESEND, same_request=False)
    assert doubts.believe(inbox.ledger, row, SENT)
    assert runs.get(inbox.ledger, row.run_id) is None
