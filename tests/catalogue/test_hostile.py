"""Documents by chance: whatever comes, it is an event that fits or a BadEvent that repeats nothing."""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from fisioflow_cli.catalogue.catalogue import BY_NAME, ENTRIES, Checked, check
from fisioflow_cli.catalogue.event import LONGEST_ID, LONGEST_NAME, Event, read
from fisioflow_cli.catalogue.payloads import Batch, fit
from fisioflow_cli.errors import BadEvent

ROUNDS = 3000
SECRET = "SEGREDO"
TEXTS = (
    "",
    " ",
    "\x00",
    "\ud800",
    "\r\nBcc: x",
    "ana@example.com",
    "+5511987654321",
    "https://example.com/a.png",
    "https://[",
    "2026-12-01",
    "99/99/9999",
    "14:30",
    "{{ 7*7 }}",
    "👩🏽‍⚕️\u202e",
    "x" * 3000,
    "1e999",
    "9" * 5000,
    "critical",
    "push",
    "template",
    "1.0",
    "INSERT",
    "appointments",
    "cancelado",
)
NUMBERS = (0, -1, 1, 7, 2**63, -(2**70), 1.5, -0.0, 1e308, 1796126400000, True, False, None)
KEYS = sorted(
    {
        *("id", "name", "data", "ts", "user", "v", "ack", "specversion", "source", "type", "table"),
        *(
            "record",
            "old_record",
            "schema",
            "status",
            "items",
            "emails",
            "patientIds",
            "data_base64",
        ),
        *(key for entry in ENTRIES for key in entry.example),
        *("attachments", "tags", "cc", "content", "path", "templateData", "components", "mediaUrl"),
        *(SECRET, "", "\x00", "__class__", "model_config", "0"),
    }
)


def value(chance: random.Random, depth: int = 0) -> Any:
    """Anything that JSON has; most texts hold the secret."""
    kind = chance.randrange(6 if depth < 4 else 4)
    if kind == 0:
        return chance.choice(NUMBERS)
    if kind == 1:
        return chance.choice(TEXTS)
    if kind in (2, 3):
        return f"{SECRET} {chance.choice(TEXTS)}"
    several = range(chance.randrange(4))
    if kind == 4:
        return [value(chance, depth + 1) for _ in several]
    return {chance.choice(KEYS): value(chance, depth + 1) for _ in several}


def anything(chance: random.Random) -> Any:
    """A document that may have a shape, by luck."""
    document = {chance.choice(KEYS): value(chance) for _ in range(chance.randrange(8))}
    if chance.random() < 0.7:
        document["name"] = chance.choice(list(BY_NAME))
    return document if chance.random() < 0.95 else value(chance)


def nearly(chance: random.Random) -> Any:
    """An event that fits but for a few changes."""
    entry = chance.choice(ENTRIES)
    document = {"id": "a-1", "name": entry.name, "data": copy.deepcopy(dict(entry.example))}
    for _ in range(chance.randrange(1, 4)):
        place: Any = document
        while isinstance(place, dict | list) and place:
            key = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
            if chance.random() < 0.5 or not isinstance(place[key], dict | list):
                place[key] = value(chance)
                break
            place = place[key]
    if chance.random() < 0.3 and isinstance(document["data"], dict):
        document["data"][chance.choice(KEYS)] = value(chance)
    return document


def judged(raw: Any) -> tuple[Event, Checked] | None:
    """The event and what the catalogue knows of it; None for a BadEvent that keeps the secret."""
    try:
        event = read(raw)
        return event, check(event)
    except BadEvent as error:
        refused = error
    assert SECRET not in refused.message
    assert refused.message.isprintable()
    assert len(refused.message) < 300
    # what is chained to it would be shown in a traceback, with the values
    assert refused.__cause__ is refused.__context__ is None
    return None


@pytest.mark.parametrize("maker", [anything, nearly])
def test_what_does_not_fit_is_a_bad_event_and_nothing_else(
    maker: Callable[[random.Random], Any],
) -> None:
    chance = random.Random(20261123)
    found = [judged(maker(chance)) for _ in range(ROUNDS)]
    fitting = [each for each in found if each is not None]
    assert 0 < len(fitting) < ROUNDS
    for event, checked in fitting:
        assert 0 < len(event.name) <= LONGEST_NAME
        assert event.id is None or 0 < len(event.id) <= LONGEST_ID
        assert checked.priority in range(4)
        assert isinstance(checked.subject, str | None)
        json.dumps([event.data, event.user, event.v, event.ack]).encode()


def test_what_fits_can_be_used() -> None:
    """No rule lets a value through at which a workflow would stumble."""
    chance = random.Random(7)
    for _ in range(ROUNDS):
        found = judged(nearly(chance))
        entry = BY_NAME.get(found[0].name) if found else None
        if found is None or entry is None:
            continue
        payload = fit(entry.payload, found[0].data)
        for name in ("media_kind", "template_components", "recipients"):
            getattr(payload, name, None)
        again = payload.model_dump(mode="json", by_alias=True, exclude_unset=True)
        assert fit(entry.payload, json.loads(json.dumps(again))) == payload
        if isinstance(payload, Batch):
            assert len(payload.children()) == len(payload.items)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_no_value_of_a_refused_field_is_ever_repeated(entry: Any) -> None:
    for key in entry.example:
        for wrong in ({SECRET: SECRET}, [[SECRET]], {SECRET: [{SECRET: SECRET}]}):
            judged({"name": entry.name, "data": {**entry.example, key: wrong}})
            judged({"name": entry.name, "data": {**entry.example, SECRET: wrong}})
    judged({"name": entry.name, "data": {SECRET: SECRET}})


def test_a_batch_of_a_thousand_bad_items_is_one_short_sentence() -> None:
    item = {"to": [{SECRET: SECRET}], "attachments": [{SECRET: 1}] * 5, "tags": SECRET}
    assert judged({"name": "email/send-batch", "data": {"items": [item] * 1000}}) is None
