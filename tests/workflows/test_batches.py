"""Batches: one child event per item, all or none, and never a second time."""

from typing import Any

import pytest

from fisioflow_cli.catalogue.event import Event
from fisioflow_cli.clock import Clock
from fisioflow_cli.context.context import Context
from fisioflow_cli.intake.offer import as_new
from fisioflow_cli.ledger import events
from tests.workflows.inbox import done, event, give, outcome, result, work
from tests.workflows.people import NOW
from tests.workflows.place import Place

MAIL = {"subject": "Aviso", "text": "Olá!"}
MAILS = {"items": [{**MAIL, "to": f"p{number}@example.com"} for number in range(3)]}
NOTE = {"userId": "u-ana", "type": "email", "to": "ana@example.com", "body": "Olá!"}
BATCHES: dict[str, tuple[dict[str, Any], str]] = {
    "email/send-batch": (MAILS, "email/send"),
    "whatsapp/send-batch": (
        {"messages": [{"to": "(11) 98765-0001", "message": "Olá!"}]},
        "whatsapp/send",
    ),
    "notification/send-batch": (
        {"organizationId": "sul", "notifications": [NOTE, {**NOTE, "priority": "critical"}]},
        "notification/send",
    ),
}


def children(place: Place) -> list[dict[str, Any]]:
    rows = [row for row in place.ledger("events") if row["parent_id"]]
    return sorted(rows, key=lambda row: str(row["id"]))


@pytest.mark.parametrize("name", BATCHES)
def test_every_item_becomes_an_event_and_is_worked_on(place: Place, name: str) -> None:
    data, child = BATCHES[name]
    give(place, name, data)
    work(place)
    [items] = [value for value in data.values() if isinstance(value, list)]
    assert result(place) == {"children": len(items), "accepted": len(items)}
    found = children(place)
    assert [row["id"] for row in found] == [f"e1/{number}" for number in range(len(items))]
    assert {(row["name"], row["parent_id"], row["source"]) for row in found} == {
        (child, "e1", "batch")
    }
    assert {row["status"] for row in found} == {"completed"}
    assert len(place.ledger("deliveries")) == len(items)


def test_second_delivery_adds_none(place: Place) -> None:
    done(place, "email/send-batch", MAILS)
    before = place.contents()
    give(place, "email/send-batch", MAILS)
    work(place)
    assert place.contents() == before


def test_items_keep_their_own_priority_and_get_the_batchs_organization(here: Place) -> None:
    give(here, "notification/send-batch", BATCHES["notification/send-batch"][0])
    work(here)
    assert [row["priority"] for row in children(here)] == [2, 0]
    assert {row["data"]["organizationId"] for row in children(here)} == {"sul"}


def test_one_bad_address_harms_no_other(here: Place) -> None:
    items = [{**MAIL, "to": to} for to in ("ana@example.com", "nobody", "bia@example.com")]
    done(here, "email/send-batch", {"items": items})
    assert [row["status"] for row in children(here)] == ["completed", "dead", "completed"]
    assert set(here.letters()) == {"ana@example.com", "bia@example.com"}


def test_id_that_is_another_events_already_adds_none(here: Place) -> None:
    context = Context(settings=here.settings(), clock=Clock(starting_at=NOW))
    stranger = as_new(
        Event(name="email/send", data={**MAIL, "to": "x@example.com"}),
        source="test",
        event_id="e1/1",
    )
    with context.databases() as databases:
        context.require_ledger(databases)
        events.accept(databases.ledger, [stranger])
    give(here, "email/send-batch", MAILS)
    work(here)
    assert outcome(here).startswith("dead: The id of one of its children")
    assert children(here) == []
    assert event(here, "e1/1")["status"] == "completed"
