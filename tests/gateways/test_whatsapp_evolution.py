"""Evolution: a server of ours that answers as its source has it; a 400 may mean "sent"."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fisioflow_cli.errors import InvalidSetting
from fisioflow_cli.gateways.gateway import (
    Accepted,
    Content,
    Media,
    Outcome,
    Rejected,
    RetryAfter,
    StopRun,
    Uncertain,
)
from fisioflow_cli.gateways.whatsapp_evolution import Evolution
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

SECRET = "evo-secret-123"
PATH = "/message/sendText/clinica"
TAKEN = {
    "key": {"remoteJid": "551187654321@s.whatsapp.net", "fromMe": True, "id": "3EB0C767"},
    "status": "PENDING",
    "messageType": "conversation",
}


@pytest.fixture
def gateway(httpserver: HTTPServer) -> Iterator[Evolution]:
    gateway = Evolution(SECRET, "clinica", httpserver.url_for("").rstrip("/"))
    yield gateway
    gateway.close()


def send(gateway: Evolution, *, timeout: float = 5) -> Outcome:
    payload = gateway.compose("+5511987654321", GREETING, reference=REFERENCE)
    return gateway.send(payload, provider_key=KEY, timeout=timeout)


def send_to(url: str, *, timeout: float = 5) -> Outcome:
    gateway = Evolution(SECRET, "clinica", url)
    try:
        return send(gateway, timeout=timeout)
    finally:
        gateway.close()


def refuse(httpserver: HTTPServer, status: int, message: Any, **headers: str) -> None:
    body = {"status": status, "error": "x", "response": {"message": message}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    httpserver.expect_request(PATH).respond_with_json(body, status=status, headers=named)


def test_an_accepted_message_has_its_key(httpserver: HTTPServer, gateway: Evolution) -> None:
    httpserver.expect_request(PATH, method="POST").respond_with_json(TAKEN, status=201)
    assert send(gateway) == Accepted(provider_id="3EB0C767")
    request, _ = httpserver.log[0]
    assert request.headers["apikey"] == SECRET
    assert request.get_json() == {"number": "5511987654321", "text": GREETING.short}


def test_a_template_changes_nothing(gateway: Evolution) -> None:
    payload = gateway.compose("5511987654321", TEMPLATED, reference=REFERENCE)
    assert payload == {"number": "5511987654321", "text": TEMPLATED.short}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (PICTURE, {"mediatype": "image", "media": "https://example.com/a.png", "caption": "Veja!"}),
        (
            DOCUMENT,
            {
                "mediatype": "document",
                "media": "https://example.com/l?id=1",
                "caption": "Laudo",
                "fileName": "laudo.pdf",
            },
        ),
        (
            SOUND,
            {
                "mediatype": "audio",
                "media": "https://example.com/a.ogg",
                "caption": "Ouça",
                "fileName": "a.ogg",
            },
        ),
    ],
)
def test_a_file_goes_where_files_go(
    httpserver: HTTPServer, gateway: Evolution, content: Content, message: dict[str, str]
) -> None:
    """What is stored is the request's body alone: it says by itself where it goes."""
    httpserver.expect_request("/message/sendMedia/clinica").respond_with_json(TAKEN, status=201)
    payload = gateway.compose("+5511987654321", content, reference=REFERENCE)
    frozen = json.loads(json.dumps(payload))
    assert gateway.send(frozen, provider_key=KEY, timeout=5) == Accepted(provider_id="3EB0C767")
    request, _ = httpserver.log[0]
    assert request.get_json() == {"number": "5511987654321", **message}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.com/f/laudo%20da%20Ana.pdf?x=1", "laudo da Ana.pdf"),
        ("https://example.com/", "documento"),
        ("https://example.com", "documento"),
    ],
)
def test_a_document_has_a_name_in_any_case(gateway: Evolution, url: str, name: str) -> None:
    """The server takes the name from the address, and stumbles over one without a dot."""
    content = replace(GREETING, media=Media(kind="document", url=url))
    payload = gateway.compose("5511987654321", content, reference=REFERENCE)
    assert payload["fileName"] == name
    assert "caption" not in payload


def test_an_applications_template_is_its_text(gateway: Evolution) -> None:
    content = replace(COMPONENTS, short="Sua consulta é às 10h.")
    payload = gateway.compose("5511987654321", content, reference=REFERENCE)
    assert payload == {"number": "5511987654321", "text": "Sua consulta é às 10h."}


def test_an_instance_may_have_any_name() -> None:
    with running(answering(TAKEN, "201 Created")) as server:
        gateway = Evolution(SECRET, "clínica 1/2?x=../3", server.url)
        assert send(gateway) == Accepted(provider_id="3EB0C767")
        gateway.close()
    path = b"/message/sendText/cl%C3%ADnica%201%2F2%3Fx%3D..%2F3"
    assert server.requests[0].startswith(b"POST " + path + b" HTTP/1.1")


@pytest.mark.parametrize(
    "message", [[{"jid": "x", "exists": False, "number": "5511987654321"}], {"exists": False}]
)
def test_a_number_without_whatsapp_is_the_addresss_fault(
    httpserver: HTTPServer, gateway: Evolution, message: Any
) -> None:
    refuse(httpserver, 400, message)
    assert send(gateway) == Rejected(code="http_400 not_on_whatsapp", address=True)


@pytest.mark.parametrize(
    "message",
    [
        ['requires property "text"'],
        [["Invalid format", 'The "text" cannot be empty']],
        "Invalid format",
    ],
)
def test_a_request_that_does_not_fit_the_schema_is_rejected(
    httpserver: HTTPServer, gateway: Evolution, message: Any
) -> None:
    refuse(httpserver, 400, message)
    assert send(gateway) == Rejected(code="http_400 schema")


@pytest.mark.parametrize(
    "message",
    [
        ["Error: Connection Closed"],
        ["TypeError: Cannot read properties of undefined"],
        ["PrismaClientKnownRequestError: unique constraint"],
        ["[object Object]"],
        ["Invalid format", "Error: x"],
        [{"exists": True}],
        [7],
        [],
        None,
    ],
)
def test_a_400_from_after_the_sending_is_uncertain(
    httpserver: HTTPServer, gateway: Evolution, message: Any
) -> None:
    refuse(httpserver, 400, message)
    assert send(gateway) == Uncertain(code="http_400 after_send")


@pytest.mark.parametrize("body", ["<html>", "", "[]", '{"message": "x"}', '{"response": "x"}'])
def test_a_400_that_cannot_be_read_is_uncertain(
    httpserver: HTTPServer, gateway: Evolution, body: str
) -> None:
    httpserver.expect_request(PATH).respond_with_data(body, status=400)
    assert send(gateway) == Uncertain(code="http_400 after_send")


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (401, "WHATSAPP_API_KEY"),
        (403, "WHATSAPP_API_KEY"),
        (404, "WHATSAPP_INSTANCE"),
        (405, "WHATSAPP_API_URL"),
        (302, "WHATSAPP_API_URL"),
    ],
)
def test_a_wrong_key_instance_or_address_stops_the_run(
    httpserver: HTTPServer, gateway: Evolution, status: int, remedy: str
) -> None:
    refuse(httpserver, status, ['The "clinica" instance does not exist'], Location="/x")
    outcome = send(gateway)
    assert isinstance(outcome, StopRun)
    assert outcome.configuration
    assert remedy in outcome.remedy


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (429, RetryAfter(code="http_429", seconds=8.0)),
        (413, Rejected(code="http_413")),
        (408, Uncertain(code="http_408")),
        (500, Uncertain(code="http_500")),
        (504, Uncertain(code="http_504")),
    ],
)
def test_other_answers_count_by_their_status(
    httpserver: HTTPServer, gateway: Evolution, status: int, outcome: Outcome
) -> None:
    refuse(httpserver, status, "x", Retry_After="8")
    assert send(gateway) == outcome


@pytest.mark.parametrize("body", ["", "[]", '{"key": null}', '{"key": {"id": 7}}'])
def test_a_success_without_an_id_is_uncertain(
    httpserver: HTTPServer, gateway: Evolution, body: str
) -> None:
    httpserver.expect_request(PATH).respond_with_data(body, status=201)
    assert send(gateway) == Uncertain(code="unreadable_answer")


def test_without_a_connection_nothing_was_sent() -> None:
    assert send_to(raw_server.refusing_url()) == RetryAfter(code="not_connected")


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
    with running(answering(TAKEN, "201 Created")) as server:
        gateway = Evolution(SECRET, "clinica", server.url)
        assert {send(gateway) for _ in range(4)} == {Accepted(provider_id="3EB0C767")}
        gateway.close()
    assert (server.connections, len(server.requests)) == (1, 4)


def test_nothing_shows_the_key(gateway: Evolution) -> None:
    assert SECRET not in repr(gateway)
    with pytest.raises(InvalidSetting) as caught:
        Evolution("evo\nção", "clinica", "http://127.0.0.1:8080")
    assert "ção" not in repr(caught.value)
