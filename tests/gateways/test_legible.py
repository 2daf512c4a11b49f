"""A stored payload as a person reads it: whatever gateway composed it."""

import json
from typing import Any

import pytest

from fisioflow_cli.clock import Clock
from fisioflow_cli.gateways.email_resend import Resend
from fisioflow_cli.gateways.gateway import Content, Gateway
from fisioflow_cli.gateways.legible import Legible, legible
from fisioflow_cli.gateways.outbox import Outbox
from fisioflow_cli.gateways.push_web import WebPush
from fisioflow_cli.gateways.whatsapp_cloud import WhatsAppCloud
from fisioflow_cli.gateways.whatsapp_evolution import Evolution
from tests.gateways.contents import (
    COMPONENTS,
    DOCUMENT,
    GREETING,
    PICTURE,
    REFERENCE,
    SOUND,
    TEMPLATED,
)

URL = "http://127.0.0.1:9"
MAIL = Resend("re_test", "Clínica <avisos@example.com>", URL)
CLOUD = WhatsAppCloud("token", "1", URL, "pt_BR")
EVOLUTION = Evolution("key", "instance", URL)
SUBSCRIPTION = json.dumps({"endpoint": "https://push.example/1", "p256dh": "AA", "auth": "AA"})


def read(gateway: Gateway, content: Content, to: str = "ana@example.com") -> Legible:
    payload = json.dumps(gateway.compose(to, content, reference=REFERENCE))
    found = legible(payload)
    assert found is not None
    return found


def test_a_mail_has_its_subject_and_both_bodies() -> None:
    found = read(MAIL, GREETING)
    assert (found.subject, found.html, found.text) == (
        GREETING.subject,
        GREETING.html,
        GREETING.text,
    )


@pytest.mark.parametrize(
    ("gateway", "content", "text", "template"),
    [
        (CLOUD, GREETING, GREETING.short, None),
        (CLOUD, TEMPLATED, "Ana Souza\nClínica Movimento Livre", "aniversario"),
        (CLOUD, COMPONENTS, "Ana\n10:00\n", "consulta"),
        (CLOUD, PICTURE, "Veja!", None),
        (CLOUD, SOUND, "https://example.com/a.ogg", None),
        (EVOLUTION, GREETING, GREETING.short, None),
        (EVOLUTION, DOCUMENT, "Laudo", None),
    ],
)
def test_a_whatsapp_message_has_its_text_and_template(
    gateway: Gateway, content: Content, text: str, template: str | None
) -> None:
    found = read(gateway, content, "+5511987654321")
    assert (found.html, found.text, found.template) == ("", text, template)


def test_a_push_message_has_title_and_text_and_not_its_subscription() -> None:
    found = read(WebPush(None, ""), GREETING, SUBSCRIPTION)
    assert found.subject == GREETING.subject
    assert found.text == GREETING.short
    assert "push.example" not in repr(found)


@pytest.mark.parametrize(
    ("composer", "to", "html", "text"),
    [
        (MAIL, "ana@example.com", GREETING.html, GREETING.text),
        (CLOUD, "+5511987654321", GREETING.html, GREETING.text),
    ],
)
def test_a_message_of_the_outbox_is_what_the_gateway_would_have_sent(
    composer: Gateway, to: str, html: str, text: str
) -> None:
    found = read(Outbox(None, composer, Clock()), GREETING, to)
    assert (found.subject, found.html, found.text) == (GREETING.subject, html, text)


@pytest.mark.parametrize("payload", ["", "{", "[]", '"text"', "null"])
def test_what_is_no_payload_is_no_message(payload: str) -> None:
    assert legible(payload) is None


@pytest.mark.parametrize(
    "payload",
    [
        {"subject": 1, "html": ["x"], "text": None},
        {"messaging_product": "whatsapp", "type": "text", "text": "no object"},
        {"messaging_product": "whatsapp", "type": "template", "template": {"components": ["x", 1]}},
        {"messaging_product": "whatsapp", "type": "template", "template": {"components": "x"}},
        {
            "messaging_product": "whatsapp",
            "type": "template",
            "template": {"components": [{"parameters": [None]}]},
        },
        {"message": {"title": {}, "body": 7}},
        {"preview": {"subject": None, "html": 3}},
    ],
)
def test_odd_parts_are_left_out(payload: dict[str, Any]) -> None:
    found = legible(json.dumps(payload))
    assert found is not None
    assert (found.subject, found.html, found.text) == ("", "", "")
