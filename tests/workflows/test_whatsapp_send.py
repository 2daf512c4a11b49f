"""`whatsapp/send`: an application's own WhatsApp message."""

import json
from typing import Any

import pytest

from tests.workflows.inbox import done, give, outcome, work
from tests.workflows.people import NOW
from tests.workflows.place import Place

TEXT = {"to": "(11) 98765-0001", "message": "Olá, Ana! *Até já*"}
EVOLUTION = {"WHATSAPP_PROVIDER": "evolution"}


def sent(place: Place) -> dict[str, Any]:
    """The one request, as its provider would get it."""
    [row] = [row for row in place.ledger("deliveries") if row["payload"]]
    return dict(json.loads(row["payload"])["channel_payload"])


def test_text_leaves_at_once_to_the_normalised_number(place: Place) -> None:
    assert done(place, "whatsapp/send", TEXT, at=NOW.replace(hour=3))["sent"] == 1
    assert place.deliveries() == {"event/e1/whatsapp": "sent whatsapp"}
    assert set(place.letters()) == {"+5511987650001"}


def test_second_dispatch_changes_nothing(place: Place) -> None:
    done(place, "whatsapp/send", TEXT)
    before = place.contents()
    give(place, "whatsapp/send", TEXT)
    work(place)
    assert place.contents() == before


@pytest.mark.parametrize("typed", ["123", "não tem", "98765-0001", "+55 11 1"])
def test_number_that_cannot_be_one_is_dead_at_once(here: Place, typed: str) -> None:
    give(here, "whatsapp/send", {**TEXT, "to": typed})
    work(here)
    assert outcome(here).startswith("dead: The event has an invalid address")
    assert typed not in outcome(here)
    assert here.deliveries() == {}


def test_template_with_its_values(here: Place) -> None:
    asked = {"to": TEXT["to"], "templateName": "boas_vindas", "templateData": ["Ana", "14:00"]}
    done(here, "whatsapp/send", {**asked, "language": "pt_PT"})
    template = sent(here)["template"]
    assert template["name"] == "boas_vindas"
    assert template["language"]["code"] == "pt_PT"
    words = [one["text"] for one in template["components"][0]["parameters"]]
    assert words == ["Ana", "14:00"]


def test_template_needs_words_where_there_are_no_templates(here: Place) -> None:
    asked = {"to": TEXT["to"], "templateName": "boas_vindas"}
    give(here, "whatsapp/send", asked)
    give(here, "whatsapp/send", {**asked, "message": "Olá, Ana!"}, event_id="e2")
    work(here, env=EVOLUTION)
    assert outcome(here).startswith("dead: Templates are WhatsApp Cloud's")
    assert outcome(here, "e2") == "completed"
    assert sent(here)["text"] == "Olá, Ana!"


def test_media_with_its_caption(here: Place) -> None:
    asked = {"to": TEXT["to"], "mediaUrl": "https://example.com/a.pdf", "message": "Seu recibo"}
    done(here, "whatsapp/send", asked)
    assert sent(here)["document"] == {
        "link": "https://example.com/a.pdf",
        "caption": "Seu recibo",
    }
