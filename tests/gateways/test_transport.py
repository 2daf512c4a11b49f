"""The shared request: its connection, its bytes, and what a missing answer means."""

import httpx
import pytest

from fisioflow_cli.errors import InvalidSetting
from fisioflow_cli.gateways.gateway import RetryAfter, Uncertain
from fisioflow_cli.gateways.transport import (
    Transport,
    base_url,
    header_value,
    outcome_code,
    retry_after,
    unanswered,
)
from tests.gateways import raw_server
from tests.gateways.raw_server import answering, hanging_up_after_each, running

DATE = "Mon, 23 Nov 2026 12:00:00 GMT"


def test_several_requests_share_one_connection() -> None:
    with running(answering({})) as server:
        transport = Transport(server.url, {})
        for _ in range(5):
            transport.post("/emails", {}, timeout=5)
        transport.close()
    assert (server.connections, len(server.requests)) == (1, 5)


def test_a_connection_the_server_has_closed_meanwhile_is_replaced_in_silence() -> None:
    with running(hanging_up_after_each({})) as server:
        transport = Transport(server.url, {})
        for _ in range(3):
            assert transport.post("/emails", {}, timeout=5).status_code == 200
            assert server.closed.acquire(timeout=5)
        transport.close()
    assert (server.connections, len(server.requests)) == (3, 3)


def test_closing_twice_or_unopened_is_harmless() -> None:
    transport = Transport("http://127.0.0.1:9", {})
    transport.close()
    transport.close()


def test_the_same_payload_gives_the_same_bytes_in_any_order_of_its_keys() -> None:
    with running(answering({})) as server:
        transport = Transport(server.url, {})
        transport.post("/x", {"to": "a", "text": "Olá 🎉 \ud800"}, timeout=5)
        transport.post("/x", {"text": "Olá 🎉 \ud800", "to": "a"}, timeout=5)
        transport.close()
    first, second = server.requests
    assert first == second


def test_an_escaped_path_stays_escaped_below_the_path_of_the_address() -> None:
    with running(answering({})) as server:
        transport = Transport(f"{server.url}/v25.0", {})
        transport.post("/message/cl%C3%ADnica%201%2F2", {}, timeout=5)
        transport.close()
    assert server.requests[0].startswith(b"POST /v25.0/message/cl%C3%ADnica%201%2F2 HTTP/1.1")


def test_a_refused_connection_has_certainly_sent_nothing() -> None:
    transport = Transport(raw_server.refusing_url(), {})
    with pytest.raises(httpx.RequestError) as caught:
        transport.post("/emails", {}, timeout=5)
    transport.close()
    assert unanswered(caught.value) == RetryAfter(code="not_connected")


@pytest.mark.parametrize("error", [httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError])
def test_without_a_connection_nothing_was_sent(error: type[httpx.RequestError]) -> None:
    assert unanswered(error("x")) == RetryAfter(code="not_connected")


@pytest.mark.parametrize("error", [httpx.ReadTimeout, httpx.WriteTimeout])
def test_a_time_out_after_connecting_is_uncertain(error: type[httpx.RequestError]) -> None:
    assert unanswered(error("x")) == Uncertain(code="timeout")


@pytest.mark.parametrize("error", [httpx.ReadError("x"), httpx.DecodingError("x"), None])
def test_anything_else_is_uncertain(error: BaseException | None) -> None:
    assert unanswered(error) == Uncertain(code="connection_lost")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("0", 0.0),
        ("Mon, 23 Nov 2026 12:01:30 GMT", 90.0),
        ("Mon, 23 Nov 2026 12:01:30 -0000", 90.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Monday, 23-Nov-26 12:00:10 GMT", 10.0),
        ("-3", None),
        ("soon", None),
        ("9" * 400, None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date_against_the_answers_own(
    value: str, seconds: float | None
) -> None:
    assert retry_after({"Retry-After": value, "Date": DATE}) == seconds


def test_retry_after_may_be_absent() -> None:
    assert retry_after({"Date": DATE}) is None


def test_a_date_without_the_answers_own_is_measured_by_the_clock() -> None:
    assert retry_after({"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}) > 10**6  # type: ignore[operator]  # a date gives a number
    assert retry_after({"Retry-After": "Sat, 01 Jan 2000 00:00:00 GMT"}) == 0.0


@pytest.mark.parametrize(
    ("detail", "code"),
    [
        (None, "http_422"),
        ("validation_error", "http_422 validation_error"),
        (131026, "http_422 131026"),
        ("Invalid to: ana@example.com", "http_422"),
        ({"a": 1}, "http_422"),
        ("x" * 61, "http_422"),
    ],
)
def test_a_code_never_holds_prose(detail: object, code: str) -> None:
    assert outcome_code(422, detail) == code


@pytest.mark.parametrize("value", ["re_ção", "re_1\nX-Evil: 1", "re_\x00"])
def test_a_key_no_header_can_carry_is_refused_without_being_repeated(value: str) -> None:
    with pytest.raises(InvalidSetting, match="RESEND_API_KEY") as caught:
        header_value(value, "RESEND_API_KEY")
    assert value not in str(caught.value)


@pytest.mark.parametrize("value", ["http://host:port", "ftp://host", "host", "http://", ""])
def test_an_address_no_request_can_use_is_refused(value: str) -> None:
    with pytest.raises(InvalidSetting, match="RESEND_API_URL"):
        base_url(value, "RESEND_API_URL")
