"""Web Push: what a browser can read, a signature that a push service takes, and every answer."""

import base64
import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from http_ece import ECEException  # type: ignore[import-untyped]  # comes without type hints
from pytest_httpserver import HTTPServer
from werkzeug import Response

from fisioflow_cli.gateways import push_web
from fisioflow_cli.gateways.gateway import (
    Accepted,
    Content,
    Outcome,
    Rejected,
    RetryAfter,
    StopRun,
    Uncertain,
)
from fisioflow_cli.gateways.push_web import WebPush
from tests.gateways import raw_server
from tests.gateways.contents import KEY, REFERENCE
from tests.gateways.push_service import Browser, PushService, b64, point, raw_key, service
from tests.gateways.raw_server import LOSING, running

KEYS = ec.generate_private_key(ec.SECP256R1())
SUBJECT = "mailto:ti@example.com"
REMINDER = Content(
    subject="Lembrete", html="", text="", short="Você tem um lembrete 🎉", link="/agenda"
)
BROKEN = Rejected(code="invalid_subscription", address=True)


@pytest.fixture
def pushes(httpserver: HTTPServer) -> Iterator[PushService]:
    yield from service(httpserver, KEYS)


@pytest.fixture
def gateway() -> Iterator[WebPush]:
    gateway = WebPush(raw_key(KEYS), SUBJECT)
    yield gateway
    gateway.close()


def send(
    gateway: WebPush, to: Browser | str, *, key: str = KEY, timeout: float = 5, **content: Any
) -> Outcome:
    said = Content(**{**vars(REMINDER), **content})
    address = to if isinstance(to, str) else to.address
    payload = gateway.compose(address, said, reference=REFERENCE)
    frozen = json.loads(json.dumps(payload))
    return gateway.send(frozen, provider_key=key, timeout=timeout)


def test_browser_reads_what_was_sent(pushes: PushService, gateway: WebPush) -> None:
    browser = pushes.browser()
    assert send(gateway, browser) == Accepted()
    assert browser.read(pushes.bodies[0]) == {
        "title": "Lembrete",
        "body": "Você tem um lembrete 🎉",
        "url": "/agenda",
        "tag": REFERENCE,
    }


def test_only_the_browser_it_is_for_can_read_it(pushes: PushService, gateway: WebPush) -> None:
    send(gateway, pushes.browser())
    assert b"lembrete" not in pushes.bodies[0]
    with pytest.raises(ECEException):
        pushes.browser().read(pushes.bodies[0])


def test_request_names_its_sender_its_age_and_its_topic(
    pushes: PushService, gateway: WebPush
) -> None:
    send(gateway, pushes.browser())
    (request,) = pushes.taken
    claims = pushes.claims(request)
    assert claims["sub"] == SUBJECT
    assert 0 < claims["exp"] - time.time() <= 24 * 3600
    assert int(request.headers["TTL"]) == 24 * 3600
    assert request.headers["Urgency"] == "normal"
    assert request.headers["Content-Encoding"] == "aes128gcm"
    assert request.headers["Content-Type"] == "application/octet-stream"


def test_topic_is_the_messages_own_and_fits_the_standard(
    pushes: PushService, gateway: WebPush
) -> None:
    """RFC 8030, 5.4: at most 32 characters of base64url."""
    for key in (KEY, KEY, "another"):
        send(gateway, pushes.browser(), key=key)
    topics = [request.headers["Topic"] for request in pushes.taken]
    assert topics[0] == topics[1] != topics[2]
    assert all(len(topic) == 32 for topic in topics)
    assert set("".join(topics)) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


def test_each_push_service_gets_a_signature_of_its_own(
    pushes: PushService, gateway: WebPush
) -> None:
    """pywebpush writes the address of the first one into the claims it is given."""
    with running(raw_server.answering({}, "201 Created")) as other:
        assert send(gateway, Browser(endpoint=f"{other.url}/x")) == Accepted()
        gateway.close()
    assert send(gateway, pushes.browser()) == Accepted()
    assert pushes.refused == 0


@pytest.mark.parametrize("length", [0, 1, 3_000, 3_900, 50_000])
@pytest.mark.parametrize("letter", ["a", "ã", "🎉", '"', "\x01"])
def test_long_text_is_cut_to_what_a_push_service_takes(
    pushes: PushService, gateway: WebPush, letter: str, length: int
) -> None:
    browser = pushes.browser()
    assert send(gateway, browser, short=letter * length) == Accepted()
    assert len(pushes.bodies[0]) <= 4096
    said = browser.read(pushes.bodies[0])["body"]
    assert said == letter * length or (said.endswith("…") and len(pushes.bodies[0]) > 3_900)


def test_keys_as_btoa_spells_them_are_read(pushes: PushService, gateway: WebPush) -> None:
    browser = pushes.browser()
    while not {"+", "/"} & set(base64.b64encode(browser.auth + point(browser.private)).decode()):
        browser = pushes.browser()
    spelled = [base64.b64encode(raw).decode() for raw in (point(browser.private), browser.auth)]
    address = push_web.address(browser.endpoint, *spelled)
    assert send(gateway, address) == Accepted()
    assert browser.read(pushes.bodies[0])["title"] == "Lembrete"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Accepted()),
        (202, Accepted()),
        (204, Accepted()),
        (404, Rejected(code="http_404", address=True)),
        (410, Rejected(code="http_410", address=True)),
        (400, Rejected(code="http_400")),
        (413, Rejected(code="http_413")),
        (418, Rejected(code="http_418")),
        (307, Rejected(code="http_307")),
        (408, Uncertain(code="http_408")),
        (500, Uncertain(code="http_500")),
        (503, Uncertain(code="http_503")),
        (429, RetryAfter(code="http_429", seconds=None)),
    ],
)
def test_answers_count_by_their_status(
    pushes: PushService, gateway: WebPush, status: int, outcome: Outcome
) -> None:
    pushes.answers = [Response("ana@example.com", status, {"Location": "/elsewhere"})]
    assert send(gateway, pushes.browser()) == outcome
    assert len(pushes.server.log) == 1


@pytest.mark.parametrize(("value", "seconds"), [("7", 7.0), ("", None), ("soon", None)])
def test_pause_is_as_long_as_asked(
    pushes: PushService, gateway: WebPush, value: str, seconds: float | None
) -> None:
    pushes.answers = [Response("", 429, {"Retry-After": value})]
    assert send(gateway, pushes.browser()) == RetryAfter(code="http_429", seconds=seconds)


def test_pause_may_end_at_a_date(pushes: PushService, gateway: WebPush) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    pushes.answers = [Response("", 429, {"Retry-After": date})]
    outcome = send(gateway, pushes.browser())
    assert isinstance(outcome, RetryAfter)
    assert outcome.seconds == pytest.approx(60, abs=5)


@pytest.mark.parametrize("status", [401, 403])
def test_signature_that_no_one_has_taken_yet_stops_the_channel(
    pushes: PushService, gateway: WebPush, status: int
) -> None:
    pushes.answers = [Response("", status)]
    outcome = send(gateway, pushes.browser())
    assert isinstance(outcome, StopRun)
    assert (outcome.code, outcome.configuration) == (f"http_{status}", True)
    assert "VAPID_PRIVATE_KEY" in outcome.remedy


def test_wrong_key_stops_the_channel(pushes: PushService) -> None:
    stranger = WebPush(raw_key(ec.generate_private_key(ec.SECP256R1())), SUBJECT)
    assert isinstance(send(stranger, pushes.browser()), StopRun)
    assert (pushes.refused, pushes.taken) == (1, [])
    stranger.close()


def test_subscription_made_for_an_earlier_key_harms_no_other(
    pushes: PushService, gateway: WebPush
) -> None:
    """One such row would have stopped all push messages, again and again."""
    assert send(gateway, pushes.browser()) == Accepted()
    pushes.answers = [Response("", 403)]
    assert send(gateway, pushes.browser()) == Rejected(code="http_403", address=True)


@pytest.mark.parametrize(
    "endpoint",
    ["", "ftp://127.0.0.1/x", "file:///etc/passwd", "//127.0.0.1/x", "https://", "x", "http://[::"],
)
def test_only_web_addresses_are_asked(gateway: WebPush, endpoint: str) -> None:
    assert send(gateway, Browser(endpoint=endpoint)) == BROKEN


AUTH = b64(b"a" * 16)
ODD_KEYS = {
    "none": ("", AUTH),
    "a letter": ("x", AUTH),
    "prose": ("não é", AUTH),
    "no point of the curve": (b64(b"\x04" + b"\xff" * 64), AUTH),
    "too short": (b64(b"\x04" * 33), AUTH),
    "too long": (b64(b"\x05" * 300), AUTH),
    "no secret": (b64(point(KEYS)), ""),
    "odd secret": (b64(point(KEYS)), "é"),
}


@pytest.mark.parametrize("kind", ODD_KEYS)
def test_keys_that_no_browser_made_are_the_subscriptions_fault(
    pushes: PushService, gateway: WebPush, kind: str
) -> None:
    address = push_web.address(pushes.browser().endpoint, *ODD_KEYS[kind])
    assert send(gateway, address) == BROKEN
    assert pushes.server.log == []


def test_without_a_connection_nothing_was_sent(gateway: WebPush) -> None:
    browser = Browser(endpoint=f"{raw_server.refusing_url()}/x")
    assert send(gateway, browser) == RetryAfter(code="not_connected")


@pytest.mark.parametrize("behaviour", LOSING)
def test_connection_lost_after_the_request_is_uncertain(gateway: WebPush, behaviour: str) -> None:
    with running(LOSING[behaviour]) as server:
        outcome = send(gateway, Browser(endpoint=f"{server.url}/x"))
        gateway.close()
    assert outcome == Uncertain(code="connection_lost")
    assert len(server.requests) == 1


def test_silent_server_is_left_after_the_timeout(gateway: WebPush) -> None:
    with running(raw_server.silent) as server:
        browser = Browser(endpoint=f"{server.url}/x")
        assert send(gateway, browser, timeout=0.2) == Uncertain(code="timeout")
        server.stopped.set()
    assert len(server.requests) == 1


def test_several_messages_share_one_connection(gateway: WebPush) -> None:
    with running(raw_server.answering({}, "201 Created")) as server:
        browser = Browser(endpoint=f"{server.url}/x")
        assert {send(gateway, browser) for _ in range(4)} == {Accepted()}
        gateway.close()
    assert (server.connections, len(server.requests)) == (1, 4)


def test_many_threads_reach_each_browser_once(pushes: PushService, gateway: WebPush) -> None:
    browsers = [pushes.browser() for _ in range(48)]
    outcomes: list[Outcome] = []

    def work(mine: list[Browser]) -> None:
        outcomes.extend(send(gateway, browser, key=browser.address) for browser in mine)

    threads = [threading.Thread(target=work, args=(browsers[n::16],)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [Accepted()] * 48
    assert len(pushes.bodies) == 48
    assert [sum(_can_read(one, body) for body in pushes.bodies) for one in browsers] == [1] * 48


def _can_read(browser: Browser, body: bytes) -> bool:
    try:
        return bool(browser.read(body))
    except ECEException:
        return False


def test_secret_address_reaches_no_log(
    pushes: PushService, gateway: WebPush, caplog: pytest.LogCaptureFixture
) -> None:
    """httpx logs the address of every request."""
    caplog.set_level(logging.INFO)
    browser = pushes.browser()
    send(gateway, browser)
    pushes.answers = [Response("", 410), Response("", 500)]
    for _ in range(2):
        send(gateway, browser)
    ours = [each.getMessage() for each in caplog.records if each.name != "werkzeug"]
    assert not [line for line in ours if "secret" in line or "http" in line]


def test_without_a_key_it_composes_and_sends_nothing(pushes: PushService) -> None:
    gateway = WebPush(None, "")
    assert isinstance(send(gateway, pushes.browser()), StopRun)
    assert pushes.server.log == []


def test_nothing_shows_the_key(gateway: WebPush) -> None:
    assert raw_key(KEYS) not in repr(gateway)
