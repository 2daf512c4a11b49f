"""Accepting events: durable in one transaction, each id once, for ever."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from fisioflow_cli.ledger import events, retention
from fisioflow_cli.ledger.events import EventRow, NewEvent, Verdict
from fisioflow_cli.ledger.tables import EventStatus
from tests.engine.workbench import Bench
from tests.ledger.inbox import WORKFLOW, Inbox, ids, new


def _verdicts(offered: list[events.Offered]) -> list[Verdict]:
    return [each.verdict for each in offered]


def test_event_is_stored_as_it_was_read(bench: Bench, inbox: Inbox) -> None:
    now = bench.clock.now()
    (offered,) = inbox.put(
        "e1",
        user={"id": "u1", "nome": "Conceição 😀"},
        v="2",
        ack={"line": 7},
        data={"to": ["ana@example.com"], "n": 1.5, "html": "<b>\x00 '; DROP"},
        parent_id="p",
        subject="a1",
        priority=1,
        source="listen",
    )
    assert offered.verdict is Verdict.ACCEPTED
    stored = inbox.get("e1")
    assert stored == offered.event
    assert isinstance(stored, EventRow)
    assert stored.data == {"to": ["ana@example.com"], "n": 1.5, "html": "<b>\x00 '; DROP"}
    assert (stored.user, stored.v, stored.ack) == (
        {"id": "u1", "nome": "Conceição 😀"},
        "2",
        {"line": 7},
    )
    assert (stored.source, stored.parent_id, stored.subject) == ("listen", "p", "a1")
    assert (stored.workflow, stored.priority) == (WORKFLOW, 1)
    assert (stored.status, stored.attempt, stored.failures) == (EventStatus.WAITING, 0, 0)
    assert (stored.generation, stored.run_id, stored.error) == (1, None, None)
    assert stored.ts == stored.due_at == stored.accepted_at == stored.updated_at
    assert now <= stored.ts <= bench.clock.now()


def test_nothing_offered_is_nothing_accepted(bench: Bench) -> None:
    assert events.accept(bench.ledger, []) == []


def test_event_is_not_due_before_its_instant(bench: Bench, inbox: Inbox) -> None:
    ahead = bench.clock.now() + timedelta(hours=3)
    past = bench.clock.now() - timedelta(days=400)
    (later,) = inbox.put("later", ts=ahead)
    (earlier,) = inbox.put("earlier", ts=past)
    assert later.event.due_at == later.event.ts == ahead
    assert earlier.event.ts == past
    assert earlier.event.due_at == earlier.event.accepted_at
    assert ids(inbox.claim()) == ["earlier"]
    bench.clock.jump(timedelta(hours=3))
    assert ids(inbox.claim()) == ["later"]


def test_event_that_nobody_handles_is_kept_and_never_due(inbox: Inbox) -> None:
    (offered,) = inbox.put("e1", name="crm/lead.created", workflow=None)
    assert offered.verdict is Verdict.IGNORED
    assert inbox.get("e1").status is EventStatus.IGNORED
    assert inbox.claim() == []


def test_known_id_is_a_duplicate_whatever_became_of_it(inbox: Inbox) -> None:
    inbox.put("e1")
    inbox.end(inbox.one(), EventStatus.COMPLETED)
    before = inbox.get("e1")
    (again,) = inbox.put("e1", ack="other", source="stdin")
    assert (again.verdict, again.event) == (Verdict.DUPLICATE, before)
    assert inbox.get("e1") == before
    assert inbox.claim() == []


@pytest.mark.parametrize("other", [{"name": "whatsapp/send"}, {"data": {"to": "bia@example.com"}}])
def test_known_id_with_another_content_is_a_conflict_and_changes_nothing(
    inbox: Inbox, other: dict[str, Any]
) -> None:
    ((first),) = inbox.put("e1")
    (again,) = inbox.put("e1", **other)
    assert (again.verdict, again.event) == (Verdict.CONFLICT, first.event)
    assert inbox.get("e1") == first.event


def test_order_of_the_keys_does_not_matter(inbox: Inbox) -> None:
    inbox.put("e1", data={"a": 1, "b": {"c": 2, "d": 3}})
    (again,) = inbox.put("e1", data=json.loads('{"b": {"d": 3, "c": 2}, "a": 1}'))
    assert again.verdict is Verdict.DUPLICATE


def test_a_duplicate_of_what_was_pruned_is_still_known(bench: Bench, inbox: Inbox) -> None:
    """The digest stays when the payload goes."""
    inbox.put("other")
    lease = inbox.one().lease
    inbox.put("e1", workflow=None)
    bench.clock.jump(timedelta(days=91))
    assert retention.prune(bench.ledger, lease, retention.Text.EVENT_DATA, days=90, most=9) == 1
    assert inbox.get("e1").data is None
    assert _verdicts(inbox.put("e1", workflow=None)) == [Verdict.DUPLICATE]
    assert _verdicts(inbox.put("e1", data={"x": 1})) == [Verdict.CONFLICT]


def test_answers_stand_in_the_order_of_the_questions(bench: Bench, inbox: Inbox) -> None:
    inbox.put("known", "taken")
    offered = events.accept(
        bench.ledger,
        [
            new("z"),
            new("known"),
            new("a"),
            new("z"),
            new("taken", data={}),
            new("b", workflow=None),
            new("a", name="other"),
            new("b", workflow=None),
        ],
    )
    assert [(str(each.verdict), each.event.id) for each in offered] == [
        ("accepted", "z"),
        ("duplicate", "known"),
        ("accepted", "a"),
        ("duplicate", "z"),
        ("id_conflict", "taken"),
        ("ignored", "b"),
        ("id_conflict", "a"),
        ("duplicate", "b"),
    ]
    assert offered[6].event.name == "email/send"
    assert inbox.statuses() == {
        "known": "waiting",
        "taken": "waiting",
        "z": "waiting",
        "a": "waiting",
        "b": "ignored",
    }


def test_batch_of_five_thousand(bench: Bench, inbox: Inbox) -> None:
    """More parameters than a statement can have, of ids that are all known the second time."""
    batch = [new(f"e{number:05}", data={"n": number}) for number in range(5000)]
    assert set(_verdicts(events.accept(bench.ledger, batch))) == {Verdict.ACCEPTED}
    again = events.accept(bench.ledger, batch)
    assert set(_verdicts(again)) == {Verdict.DUPLICATE}
    assert [each.event.id for each in again] == [event.id for event in batch]
    assert events.counts(bench.ledger) == {EventStatus.WAITING: 5000}


def test_batch_is_accepted_whole_or_not_at_all(bench: Bench, inbox: Inbox) -> None:
    """One of them cannot be stored: no number of JSON."""
    with pytest.raises(ValueError, match="JSON"):
        events.accept(bench.ledger, [new("e1"), new("e2", data={"n": float("nan")})])
    with pytest.raises(IntegrityError):
        events.accept(bench.ledger, [new("e1"), replace(new("e2"), source=None)])  # type: ignore[arg-type]  # on purpose
    assert inbox.statuses() == {}


def test_priority_that_no_claim_looks_at_is_refused(bench: Bench) -> None:
    with pytest.raises(ValueError, match="priority 4"):
        events.accept(bench.ledger, [new("e1", priority=4)])


def test_same_id_lives_in_every_environment(bench: Bench, inbox: Inbox) -> None:
    inbox.put("e1")
    preview = Inbox(ledger=replace(bench.ledger, environment="preview:x"))
    assert _verdicts(preview.put("e1", data={})) == [Verdict.ACCEPTED]
    assert events.get(preview.ledger, "e1") != inbox.get("e1")
    assert ids(preview.claim()) == ["e1"]
    assert inbox.statuses() == {"e1": "waiting"}


def test_instant_without_a_zone_is_refused(bench: Bench) -> None:
    naive = new("e1", ts=datetime(2026, 11, 23, 12, tzinfo=UTC).replace(tzinfo=None))
    with pytest.raises(TypeError, match="offset-naive"):
        events.accept(bench.ledger, [naive])


@pytest.mark.parametrize("order", [1, -1])
def test_many_threads_offer_the_same_events(bench: Bench, inbox: Inbox, order: int) -> None:
    """Also in opposite orders, where locks taken as they come would block each other."""
    batch = [new(f"e{number:03}") for number in range(200)]
    gun = threading.Barrier(4)
    got: list[list[Verdict]] = []

    def race(number: int) -> None:
        mine: list[NewEvent] = batch[:: order if number % 2 else 1]
        gun.wait()
        got.append(_verdicts(events.accept(bench.ledger, mine)))

    threads = [threading.Thread(target=race, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    counted = [verdict for verdicts in got for verdict in verdicts]
    assert counted.count(Verdict.ACCEPTED) == 200
    assert counted.count(Verdict.DUPLICATE) == 600
    assert len(inbox.statuses()) == 200
