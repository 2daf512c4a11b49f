"""Resend: every documented answer, every way to lose one, and the key on each request."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # comes without type hints
import pytest
import resend
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fisioflow_cli.errors import InvalidSetting
from fisioflow_cli.gateways.email_resend import Resend
from fisioflow_cli.gateways.gateway import (
    Accepted,
    Content,
    Gateway,
    Mail,
    Outcome,
    Rejected,
    RetryAfter,
    StopRun,
    Uncertain,
)
from tests.gateways import raw_server
from tests.gateways.contents import GREETING, KEY, OWN_MAIL, REFERENCE
from tests.gateways.raw_server import LOSING, answering, running

SECRET = "re_secret_123"
SENDER = "Clínica Movimento <avisos@example.com>"
SPEC = json.loads((Path(__file__).parent / "specs" / "resend_send_email.json").read_text())


@pytest.fixture
def gateway(httpserver: HTTPServer) -> Iterator[Resend]:
    gateway = Resend(SECRET, SENDER, httpserver.url_for("").rstrip("/"))
    yield gateway
    gateway.close()


def send(gateway: Gateway, *, timeout: float = 5) -> Outcome:
    payload = gateway.compose("ana@example.com", GREETING, reference=REFERENCE)
    return gateway.send(payload, provider_key=KEY, timeout=timeout)


def send_to(url: str, *, timeout: float = 5) -> Outcome:
    gateway = Resend(SECRET, SENDER, url)
    try:
        return send(gateway, timeout=timeout)
    finally:
        gateway.close()


def answer(
    httpserver: HTTPServer, status: int, word: str, message: str = "x", **headers: str
) -> None:
    body = {"statusCode": status, "name": word, "message": message}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    httpserver.expect_request("/emails").respond_with_json(body, status=status, headers=named)


def test_an_accepted_mail_has_resends_id(httpserver: HTTPServer, gateway: Resend) -> None:
    httpserver.expect_request("/emails", method="POST").respond_with_json({"id": "49a3999c"})
    assert send(gateway) == Accepted(provider_id="49a3999c")


def test_key_account_and_body_are_on_the_request(httpserver: HTTPServer, gateway: Resend) -> None:
    httpserver.expect_request("/emails").respond_with_json({"id": "1"})
    send(gateway)
    request, _ = httpserver.log[0]
    assert request.headers["Idempotency-Key"] == KEY
    assert request.headers.get_all("Authorization") == [f"Bearer {SECRET}"]
    assert request.headers["User-Agent"].startswith("resend-python:")
    assert request.get_json() == {
        "from": SENDER,
        "to": ["ana@example.com"],
        "subject": "Feliz aniversário, Ana!",
        "html": GREETING.html,
        "text": "Olá, Ana!",
        "tags": [{"name": "send_id", "value": REFERENCE}],
    }


def test_an_applications_own_mail_has_all_it_asks_for(
    httpserver: HTTPServer, gateway: Resend
) -> None:
    httpserver.expect_request("/emails").respond_with_json({"id": "1"})
    payload = gateway.compose("ana@example.com", OWN_MAIL, reference=REFERENCE)
    assert gateway.send(payload, provider_key=KEY, timeout=5) == Accepted(provider_id="1")
    request, _ = httpserver.log[0]
    assert request.get_json() == {
        "from": "Recepção <recepcao@example.com>",
        "to": ["ana@example.com", "bia@example.com"],
        "cc": ["caio@example.com", "dora@example.com"],
        "bcc": ["eva@example.com"],
        "reply_to": ["respostas@example.com"],
        "subject": "Exame",
        "html": "<p>Segue o exame.</p>",
        "text": "Segue o exame.",
        "attachments": [
            {"filename": "exame.txt", "content": "T2zDoQ==", "content_type": "text/plain"},
            {"path": "https://example.com/laudo.pdf"},
        ],
        "tags": [
            {"name": "send_id", "value": REFERENCE},
            {"name": "campanha", "value": "agosto"},
            {"name": "orgao", "value": "Sao_Jose_1"},
        ],
    }


def test_tags_are_what_resend_takes_whatever_they_were(gateway: Resend) -> None:
    """One letter with an accent has the whole mail refused."""
    odd = (
        ("ção", "x" * 300),
        ("a b", "ü/ñ"),
        ("A B", ""),
        ("日本", "日本"),
        ("n", "1"),
        ("n", "2"),
    )
    content = replace(OWN_MAIL, mail=Mail(tags=odd))
    first, *tags = gateway.compose("a@example.com", content, reference=REFERENCE)["tags"]
    assert first == {"name": "send_id", "value": REFERENCE}
    assert tags == [
        {"name": "cao", "value": "x" * 256},
        {"name": "a_b", "value": "u_n"},
        {"name": "n", "value": "2"},
    ]


@pytest.mark.parametrize(("html", "text"), [("<p>a</p>", ""), ("", "a")])
def test_a_part_that_is_empty_is_left_out(gateway: Resend, html: str, text: str) -> None:
    content = Content(subject="Oi", html=html, text=text, short="")
    payload = gateway.compose("ana@example.com", content, reference=REFERENCE)
    assert {"html": html, "text": text}.items() & payload.items() == {
        ("html", html) if html else ("text", text)
    }
    assert payload.keys() == {"from", "to", "subject", "tags", "html" if html else "text"}


@pytest.mark.parametrize("content", [GREETING, OWN_MAIL])
def test_compose_fits_resends_published_schema(gateway: Resend, content: Content) -> None:
    payload = gateway.compose("ana@example.com", content, reference=REFERENCE)
    jsonschema.validate(payload, SPEC)
    jsonschema.validate(KEY, SPEC["idempotency_key"])
    with pytest.raises(jsonschema.ValidationError):  # the schema does refuse something
        jsonschema.validate({**payload, "to": []}, SPEC)


def test_a_name_with_a_line_break_gives_a_subject_on_one_line(gateway: Resend) -> None:
    content = Content(subject="Olá,\r\nAna\t!", html="", text="", short="")
    assert gateway.compose("a@example.com", content, reference="1")["subject"] == "Olá, Ana !"


REJECTED = [
    (400, "validation_error"),
    (400, "invalid_idempotency_key"),
    (404, "not_found"),
    (405, "method_not_allowed"),
    (422, "missing_required_field"),
    (422, "validation_error"),
    (422, "invalid_attachment"),
    (422, "invalid_access"),
    (422, "invalid_parameter"),
    (422, "invalid_region"),
    (451, "security_error"),
    (418, "something_new"),
]


@pytest.mark.parametrize(("status", "word"), REJECTED)
def test_a_permanent_error_rejects(
    httpserver: HTTPServer, gateway: Resend, status: int, word: str
) -> None:
    answer(httpserver, status, word)
    assert send(gateway) == Rejected(code=f"http_{status} {word}")


@pytest.mark.parametrize(
    ("status", "word", "message", "fault"),
    [
        (422, "validation_error", "Invalid `to` field. The email address needs to follow…", True),
        (422, "validation_error", "Invalid 'to' field.", True),
        (422, "invalid_to_address", "The address of ana@example.com", True),
        (422, "validation_error", "Invalid `from` field.", False),
        (422, "validation_error", "Invalid `reply_to` field.", False),
        (422, "missing_required_field", "Missing `to` field.", False),
    ],
)
def test_only_an_error_about_the_recipient_blames_the_address(
    httpserver: HTTPServer, gateway: Resend, status: int, word: str, message: str, fault: bool
) -> None:
    answer(httpserver, status, word, message)
    assert send(gateway) == Rejected(code=f"http_{status} {word}", address=fault)


@pytest.mark.parametrize(
    ("status", "word", "remedy", "configuration"),
    [
        (401, "missing_api_key", "RESEND_API_KEY", True),
        (401, "restricted_api_key", "RESEND_API_KEY", True),
        (403, "invalid_api_key", "RESEND_API_KEY", True),
        (403, "validation_error", "RESEND_FROM", True),
        (422, "invalid_from_address", "RESEND_FROM", True),
        (429, "daily_quota_exceeded", "daily quota", False),
        (429, "monthly_quota_exceeded", "monthly quota", False),
    ],
)
def test_what_concerns_every_mail_stops_the_run(
    httpserver: HTTPServer,
    gateway: Resend,
    status: int,
    word: str,
    remedy: str,
    configuration: bool,
) -> None:
    answer(httpserver, status, word, "for ana@example.com", retry_after="3600")
    outcome = send(gateway)
    assert isinstance(outcome, StopRun)
    assert (outcome.code, outcome.configuration) == (f"http_{status} {word}", configuration)
    assert remedy in outcome.remedy


@pytest.mark.parametrize(("headers", "seconds"), [({"retry_after": "2"}, 2.0), ({}, None)])
def test_the_rate_limit_is_waited_for(
    httpserver: HTTPServer, gateway: Resend, headers: dict[str, str], seconds: float | None
) -> None:
    answer(httpserver, 429, "rate_limit_exceeded", **headers)
    assert send(gateway) == RetryAfter(code="http_429 rate_limit_exceeded", seconds=seconds)


def test_the_rate_limit_may_name_a_date(httpserver: HTTPServer, gateway: Resend) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    answer(httpserver, 429, "rate_limit_exceeded", retry_after=date)
    outcome = send(gateway)
    assert isinstance(outcome, RetryAfter)
    assert outcome.seconds == pytest.approx(60, abs=5)


def test_a_call_still_in_progress_is_tried_again(httpserver: HTTPServer, gateway: Resend) -> None:
    answer(httpserver, 409, "concurrent_idempotent_requests")
    assert send(gateway) == RetryAfter(code="http_409 concurrent_idempotent_requests")


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (409, "invalid_idempotent_request"),
        (409, "something_new"),
        (408, "request_timeout"),
        (500, "application_error"),
        (500, "internal_server_error"),
        (503, "service_unavailable"),
    ],
)
def test_an_answer_that_does_not_exclude_the_mail_is_uncertain(
    httpserver: HTTPServer, gateway: Resend, status: int, word: str
) -> None:
    answer(httpserver, status, word)
    assert send(gateway) == Uncertain(code=f"http_{status} {word}")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Uncertain(code="http_500 application_error")),
        (400, Rejected(code="http_400 application_error")),
        (429, RetryAfter(code="http_429 application_error", seconds=4.0)),
        (502, Uncertain(code="http_502 application_error")),
    ],
)
def test_a_proxys_page_counts_by_its_status(
    httpserver: HTTPServer, gateway: Resend, status: int, outcome: Outcome
) -> None:
    page = Response("<html>", status, {"Content-Type": "text/html", "Retry-After": "4"})
    httpserver.expect_request("/emails").respond_with_response(page)
    assert send(gateway) == outcome


@pytest.mark.parametrize("status", [404, 405, 301, 307])
def test_another_server_at_the_address_stops_the_run(
    httpserver: HTTPServer, gateway: Resend, status: int
) -> None:
    """A wrong RESEND_API_URL must not use up every message as refused for good."""
    page = Response("<html>", status, {"Content-Type": "text/html", "Location": "/elsewhere"})
    httpserver.expect_request("/emails").respond_with_response(page)
    outcome = send(gateway)
    assert isinstance(outcome, StopRun)
    assert "RESEND_API_URL" in outcome.remedy
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    "body", ["null", "[]", "{}", '{"id": 7}', '{"id": ""}', '"x"', "7", "{", ""]
)
def test_a_success_without_an_id_is_uncertain(
    httpserver: HTTPServer, gateway: Resend, body: str
) -> None:
    httpserver.expect_request("/emails").respond_with_data(body, content_type="application/json")
    assert isinstance(send(gateway), Uncertain)


@pytest.mark.parametrize("word", [["a"], {"b": 1}, 7, None])
def test_an_error_of_an_odd_shape_raises_nothing(
    httpserver: HTTPServer, gateway: Resend, word: Any
) -> None:
    body = {"statusCode": 422, "name": word, "message": ["ana@example.com"]}
    httpserver.expect_request("/emails").respond_with_json(body, status=422)
    outcome = send(gateway)
    assert isinstance(outcome, Rejected | Uncertain)
    assert "ana" not in outcome.code


def test_prose_in_place_of_the_type_reaches_no_code(
    httpserver: HTTPServer, gateway: Resend
) -> None:
    answer(httpserver, 422, "Invalid address ana@example.com")
    assert send(gateway) == Rejected(code="http_422")


@pytest.mark.parametrize(
    "url", [raw_server.refusing_url(), "http://resend.invalid"], ids=["refused", "unknown"]
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


def test_several_mails_share_one_connection() -> None:
    with running(answering({"id": "1"})) as server:
        gateway = Resend(SECRET, SENDER, server.url)
        assert {send(gateway) for _ in range(4)} == {Accepted(provider_id="1")}
        gateway.close()
    assert (server.connections, len(server.requests)) == (1, 4)


def test_two_accounts_at_once_never_mix(httpserver: HTTPServer) -> None:
    """The SDK's key and address are globals of the process."""

    def echo(request: Request) -> Response:
        account = request.headers["Authorization"].removeprefix("Bearer ")
        body = json.dumps({"id": f"{request.path} {account}"})
        return Response(body, content_type="application/json")

    for name in ("a", "b"):
        httpserver.expect_request(f"/{name}/emails").respond_with_handler(echo)
    found: dict[str, set[Outcome]] = {}

    def work(name: str) -> None:
        gateway = Resend(f"key_{name}", SENDER, httpserver.url_for(f"/{name}"))
        found[name] = {send(gateway) for _ in range(15)}
        gateway.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {name: {Accepted(provider_id=f"/{name}/emails key_{name}")} for name in "ab"}


def test_one_mail_does_not_wait_for_anothers_silent_server() -> None:
    with running(raw_server.silent) as slow, running(answering({"id": "1"})) as quick:
        thread = threading.Thread(target=send_to, args=(slow.url,), kwargs={"timeout": 8})
        thread.start()
        assert send_to(quick.url) == Accepted(provider_id="1")
        assert thread.is_alive()
        slow.stopped.set()
        thread.join()


def test_the_sdks_globals_never_hold_the_key(httpserver: HTTPServer, gateway: Resend) -> None:
    httpserver.expect_request("/emails").respond_with_json({"id": "1"})
    send(gateway)
    assert SECRET not in repr((resend.api_key, resend.api_url, vars(resend.default_http_client)))


def test_nothing_shows_the_key(gateway: Resend) -> None:
    assert SECRET not in repr(gateway)
    with pytest.raises(InvalidSetting) as caught:
        Resend("re_ção", SENDER, "https://api.resend.com")
    assert "ção" not in repr(caught.value)
