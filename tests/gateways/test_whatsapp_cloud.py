"""WhatsApp's Cloud API: requests that fit Meta's schema, answers read by their code."""

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # comes without type hints
import pytest
from pytest_httpserver import HTTPServer

from fisioflow_cli.errors import InvalidSetting
from fisioflow_cli.gateways.gateway import (
    Accepted,
    Content,
    Outcome,
    Rejected,
    RetryAfter,
    StopRun,
    Uncertain,
)
from fisioflow_cli.gateways.whatsapp_cloud import WhatsAppCloud
from tests.gateways import raw_server
from tests.gateways.contents import (
    COMPONENTS,
    DOCUMENT,
    GREETING,
    KEY,
    PICTURE,
    REFERENCE,
    SOUND,
    TEMPLATED,
)
from tests.gateways.raw_server import LOSING, answering, running

SECRET = "EAAG-secret-123"
PATH = "/v25.0/106540352242922/messages"
TAKEN = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+5511987654321", "wa_id": "5511987654321"}],
    "messages": [{"id": "wamid.HBgL", "message_status": "accepted"}],
}
SPEC = json.loads((Path(__file__).parent / "specs" / "whatsapp_message.json").read_text())


def made(url: str) -> WhatsAppCloud:
    return WhatsAppCloud(SECRET, "106540352242922", f"{url}/v25.0", "pt_BR")


@pytest.fixture
def gateway(httpserver: HTTPServer) -> Iterator[WhatsAppCloud]:
    gateway = made(httpserver.url_for("").rstrip("/"))
    yield gateway
    gateway.close()


def send(gateway: WhatsAppCloud, *, timeout: float = 5) -> Outcome:
    payload = gateway.compose("+5511987654321", TEMPLATED, reference=REFERENCE)
    return gateway.send(payload, provider_key=KEY, timeout=timeout)


def send_to(url: str, *, timeout: float = 5) -> Outcome:
    gateway = made(url)
    try:
        return send(gateway, timeout=timeout)
    finally:
        gateway.close()


def refuse(
    httpserver: HTTPServer, status: int, code: object, headers: dict[str, str] | None = None
) -> None:
    error = {
        "message": f"(#{code}) Something about +5511987654321",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": "+5511987654321"},
        "fbtrace_id": "A1",
    }
    httpserver.expect_request(PATH).respond_with_json(
        {"error": error}, status=status, headers=headers
    )


def test_an_accepted_message_has_metas_id(httpserver: HTTPServer, gateway: WhatsAppCloud) -> None:
    httpserver.expect_request(PATH, method="POST").respond_with_json(TAKEN)
    assert send(gateway) == Accepted(provider_id="wamid.HBgL")


def test_token_and_template_are_on_the_request(
    httpserver: HTTPServer, gateway: WhatsAppCloud
) -> None:
    httpserver.expect_request(PATH).respond_with_json(TAKEN)
    send(gateway)
    request, _ = httpserver.log[0]
    assert request.headers["Authorization"] == f"Bearer {SECRET}"
    assert request.get_json() == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "5511987654321",
        "type": "template",
        "template": {
            "name": "aniversario",
            "language": {"policy": "deterministic", "code": "pt_BR"},
            "components": [
                {
                    "type": "body",
                    "parameters": [
                        {"type": "text", "text": "Ana Souza"},
                        {"type": "text", "text": "Clínica Movimento Livre"},
                    ],
                }
            ],
        },
        "biz_opaque_callback_data": REFERENCE,
    }


def test_without_a_template_the_short_text_is_sent(gateway: WhatsAppCloud) -> None:
    payload = gateway.compose("5511987654321", GREETING, reference=REFERENCE)
    assert payload["type"] == "text"
    assert payload["text"] == {"preview_url": False, "body": GREETING.short}
    assert "template" not in payload


def test_a_template_without_parameters_has_no_components(gateway: WhatsAppCloud) -> None:
    content = Content(subject="", html="", text="", short="", template="oi")
    template = gateway.compose("5511987654321", content, reference="1")["template"]
    assert template == {"name": "oi", "language": {"policy": "deterministic", "code": "pt_BR"}}


def test_an_applications_components_replace_the_parameters(gateway: WhatsAppCloud) -> None:
    template = gateway.compose("5511987654321", COMPONENTS, reference="1")["template"]
    assert template == {
        "name": "consulta",
        "language": {"policy": "deterministic", "code": "en_US"},
        "components": [dict(component) for component in COMPONENTS.components],
    }


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (PICTURE, "image", {"link": "https://example.com/a.png", "caption": "Veja!"}),
        (
            DOCUMENT,
            "document",
            {"link": "https://example.com/l?id=1", "caption": "Laudo", "filename": "laudo.pdf"},
        ),
        (SOUND, "audio", {"link": "https://example.com/a.ogg"}),
    ],
)
def test_a_file_is_sent_as_what_it_is(
    gateway: WhatsAppCloud, content: Content, kind: str, said: dict[str, str]
) -> None:
    payload = gateway.compose("+5511987654321", content, reference=REFERENCE)
    assert (payload["type"], payload[kind]) == (kind, said)
    assert "text" not in payload


@pytest.mark.parametrize("content", [GREETING, TEMPLATED, COMPONENTS, PICTURE, DOCUMENT, SOUND])
def test_compose_fits_metas_published_schema(gateway: WhatsAppCloud, content: Content) -> None:
    payload = dict(gateway.compose("+5511987654321", content, reference=REFERENCE))
    jsonschema.validate(payload, SPEC)
    del payload["recipient_type"]
    with pytest.raises(jsonschema.ValidationError):  # the schema does refuse something
        jsonschema.validate(payload, SPEC)


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, 131026, Rejected(code="http_400 131026", address=True)),
        (400, 131050, Rejected(code="http_400 131050", opted_out=True)),
        (404, 132001, Rejected(code="http_404 132001")),
        (400, 131056, RetryAfter(code="http_400 131056", seconds=6.0, recipient=True)),
        (500, 131000, Uncertain(code="http_500 131000")),
        (500, "131026", Uncertain(code="http_500")),
        (400, True, Rejected(code="http_400")),
        (400, None, Rejected(code="http_400")),
    ],
)
def test_the_code_decides(
    httpserver: HTTPServer, gateway: WhatsAppCloud, status: int, code: object, outcome: Outcome
) -> None:
    refuse(httpserver, status, code)
    assert send(gateway) == outcome


def test_an_expired_token_stops_the_run(httpserver: HTTPServer, gateway: WhatsAppCloud) -> None:
    refuse(httpserver, 401, 190)
    outcome = send(gateway)
    assert isinstance(outcome, StopRun)
    assert "WHATSAPP_ACCESS_TOKEN" in outcome.remedy


def test_metas_own_waiting_time_is_kept(httpserver: HTTPServer, gateway: WhatsAppCloud) -> None:
    refuse(httpserver, 400, 4, {"Retry-After": "300"})
    assert send(gateway) == RetryAfter(code="http_400 4", seconds=300.0)


@pytest.mark.parametrize("body", ['"x"', "[]", '{"error": "x"}', '{"error": []}', "<html>", ""])
def test_a_refusal_that_cannot_be_read_counts_by_its_status(
    httpserver: HTTPServer, gateway: WhatsAppCloud, body: str
) -> None:
    httpserver.expect_request(PATH).respond_with_data(body, status=502)
    assert send(gateway) == Uncertain(code="http_502")


@pytest.mark.parametrize(
    "body", ["<html>", "", "[]", "{}", '{"messages": []}', '{"messages": [{"id": ""}]}', "[" * 5000]
)
def test_a_success_without_an_id_is_uncertain(
    httpserver: HTTPServer, gateway: WhatsAppCloud, body: str
) -> None:
    httpserver.expect_request(PATH).respond_with_data(body)
    assert send(gateway) == Uncertain(code="unreadable_answer")


@pytest.mark.parametrize(
    "url", [raw_server.refusing_url(), "http://graph.invalid"], ids=["refused", "unknown"]
)
def test_without_a_connection_nothing_was_sent(url: str) -> None:
    assert send_to(url) == RetryAfter(code="not_connected")


@pytest.mark.parametrize("behaviour", LOSING)
def test_a_connection_lost_after_the_request_is_uncertain(behaviour: str) -> None:
    with running(LOSING[behaviour]) as server:
        assert send_to(server.url) == Uncertain(code="connection_lost")
    assert len(server.requests) == 1


def test_a_silent_server_is_left_after_the_timeout() -> None:
    with running(raw_server.silent) as server:
        assert send_to(server.url, timeout=0.2) == Uncertain(code="timeout")
        server.stopped.set()
    assert len(server.requests) == 1


def test_several_messages_share_one_connection() -> None:
    with running(answering(TAKEN)) as server:
        gateway = made(server.url)
        assert {send(gateway) for _ in range(4)} == {Accepted(provider_id="wamid.HBgL")}
        gateway.close()
    assert (server.connections, len(server.requests)) == (1, 4)


def test_nothing_shows_the_token(gateway: WhatsAppCloud) -> None:
    assert SECRET not in repr(gateway)
    with pytest.raises(InvalidSetting) as caught:
        WhatsAppCloud("EAAG\nção", "1", "https://graph.facebook.com/v25.0", "pt_BR")
    assert "ção" not in repr(caught.value)
