"""Below the clients: requests as no decent program sends them."""

import json
import socket

import pytest

from tests.listener.served import KEY, Served, mail, received, request

BODY = json.dumps(mail(id="raw")).encode()
CHUNKED = "Transfer-Encoding: chunked"


def length(size: int) -> str:
    return f"Content-Length: {size}"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_a_body_in_chunks_of_one_byte_is_accepted(quick: Served) -> None:
    body = b"".join(chunk(BODY[at : at + 1]) for at in range(len(BODY))) + b"0\r\n\r\n"
    assert status(quick.send_raw(request(body, CHUNKED))) == 200
    assert quick.ids() == {"raw"}


def test_two_requests_in_one_breath_are_both_answered(quick: Served) -> None:
    other = json.dumps(mail(id="second")).encode()
    first = f"POST /e/{KEY} HTTP/1.1\r\nHost: localhost\r\n{length(len(BODY))}\r\n\r\n".encode()
    answer = quick.send_raw(first + BODY + request(other, length(len(other))))
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert quick.ids() == {"raw", "second"}


def test_a_client_that_asks_first_is_told_to_go_on(quick: Served) -> None:
    with socket.create_connection(("127.0.0.1", quick.port), timeout=10) as connection:
        connection.sendall(request(b"", length(len(BODY)), "Expect: 100-continue"))
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(BODY)
        assert status(received(connection)) == 200


INCOMPLETE = {
    "a length that is too great": request(BODY, length(len(BODY) + 1)),
    "no last chunk": request(chunk(BODY), CHUNKED),
    "half a chunk": request(chunk(BODY)[:-9], CHUNKED),
    "half a head": request(BODY, length(len(BODY)))[:60],
}


@pytest.mark.parametrize("sent", INCOMPLETE.values(), ids=INCOMPLETE.keys())
def test_a_request_that_breaks_off_is_not_accepted(quick: Served, sent: bytes) -> None:
    assert b"200 OK" not in quick.send_raw(sent, half_close=True)
    assert not quick.ids()


REFUSED = {
    "a length that is too small": request(BODY, length(len(BODY) - 1)),
    "no length": request(BODY),
    "two lengths": request(BODY, length(len(BODY)), length(len(BODY) + 1)),
    "a negative length": request(BODY, length(-1)),
    "a length that is none": request(BODY, "Content-Length: 0x10"),
    "a length beyond all": request(BODY, length(10**20)),
    "a chunk of unknown size": request(b"zz\r\n" + BODY + b"\r\n0\r\n\r\n", CHUNKED),
    "a chunk longer than it says": request(b"5\r\n" + BODY + b"\r\n0\r\n\r\n", CHUNKED),
    "an unknown encoding": request(BODY, "Transfer-Encoding: gzip, chunked"),
    "a head of 400 KiB": request(BODY, length(len(BODY)), "X: " + "x" * 400_000),
    "four thousand headers": request(
        BODY, length(len(BODY)), *(f"X: {'x' * 90}" for _ in range(4000))
    ),
    "a key of 400 KiB": request(BODY, length(len(BODY)), key="k" * 400_000),
    "a line feed in a header": request(BODY, length(len(BODY)), "X: a\n b: c\x00"),
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64 + b"\r\n\r\n",
    "another HTTP": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED.keys())
def test_a_request_that_is_none_is_refused(quick: Served, sent: bytes) -> None:
    assert 400 <= status(quick.send_raw(sent)) < 500
    assert not quick.ids()
    assert quick.post(mail(id="after")).status_code == 200


def test_a_body_that_never_ends_is_given_up(quick: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fisioflow_cli.listener.body.BODY_SECONDS", 0.2)
    assert status(quick.send_raw(request(BODY[:20], length(len(BODY))))) == 408
    assert not quick.ids()


def test_too_many_at_a_time_are_asked_to_come_again(
    quick: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fisioflow_cli.listener.app.MOST_IN_HAND", 0)
    response = quick.post(mail())
    assert (response.status_code, response.json()["status"]) == (503, 503)
    assert response.headers["retry-after"] == "5"


def test_idle_connections_do_not_keep_others_out(quick: Served) -> None:
    idle = [socket.create_connection(("127.0.0.1", quick.port)) for _ in range(100)]
    assert quick.post(mail()).status_code == 200
    for connection in idle:
        connection.close()
