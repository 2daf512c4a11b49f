"""The listener as a process: what it answered is in the ledger, however it ends."""

import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.listener.process import Listening, listening
from tests.listener.served import KEY, events_of, mail, open_ledger, received, request

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


def settings(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url, "INNGEST_EVENT_KEY": f"old,{KEY}"}


def ids(url: str) -> set[str]:
    with open_ledger(url) as ledger:
        return {event["id"] for event in events_of(ledger)}


def flood(running: Listening) -> list[str]:
    """Send one event after the other until nobody answers; the ids that were answered."""
    found: list[str] = []
    with httpx.Client() as http:
        while True:
            try:
                answer = http.post(f"{running.url}/e/{KEY}", json=[mail(), mail()])
            except httpx.TransportError:
                return found
            assert answer.status_code == 200
            found += answer.json()["ids"]
            if len(found) == 20:
                running.process.kill()


def test_a_listener_that_is_killed_has_kept_whatever_it_answered(ledger_url: str) -> None:
    with listening(env=settings(ledger_url)) as running, ThreadPoolExecutor(4) as pool:
        answered = [each for found in pool.map(flood, [running] * 4) for each in found]
    assert len(answered) >= 20
    assert set(answered) <= ids(ledger_url)


@pytest.mark.parametrize("number", CODES)
def test_a_request_in_hand_is_answered_before_a_signal_ends_the_listener(
    sqlite_ledger: str, number: signal.Signals
) -> None:
    body = b'{"id":"last","name":"x/y","data":{}}'
    with listening(env=settings(sqlite_ledger)) as running:
        with socket.create_connection(("127.0.0.1", running.port), timeout=30) as connection:
            head = request(b"", f"Content-Length: {len(body)}", "Expect: 100-continue")
            connection.sendall(head)
            assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
            running.process.send_signal(number)
            until_refused(running)
            connection.sendall(body)
            assert received(connection).endswith(b'{"ids":["last"],"status":200}')
        assert running.process.wait(timeout=30) == CODES[number]
    assert ids(sqlite_ledger) == {"last"}


def until_refused(running: Listening) -> None:
    """Until the listener takes no new connections."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", running.port), timeout=30).close()
        except ConnectionRefusedError:
            return


def test_a_second_signal_ends_it_at_once(sqlite_ledger: str) -> None:
    with (
        listening(env=settings(sqlite_ledger)) as running,
        socket.create_connection(("127.0.0.1", running.port), timeout=30) as connection,
    ):
        connection.sendall(request(b"{", "Content-Length: 9", "Expect: 100-continue"))
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        running.process.send_signal(signal.SIGTERM)
        until_refused(running)
        assert running.end(signal.SIGTERM) == -signal.SIGTERM


def test_what_it_says_holds_no_key_and_no_address(sqlite_ledger: str) -> None:
    with listening(env=settings(sqlite_ledger)) as running:
        httpx.post(f"{running.url}/e/{KEY}", json=mail())
        httpx.post(f"{running.url}/e/guess", json=mail())
        with socket.create_connection(("127.0.0.1", running.port)) as connection:
            connection.sendall(f"{KEY} is no request\r\n\r\n".encode())
            assert b" 400 " in received(connection)
        assert running.end(signal.SIGTERM) == 143
    assert running.lines == [
        f"Listening on {running.url}/e/<key>",
        "POST /e/… 200, 1 event",
        "POST /e/… 401: This event key is not known here.",
    ]


def test_a_new_machine_gets_its_ledger_with_the_first_start(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    with listening(env={"FISIOFLOW_HOME": str(home)}) as running:
        assert httpx.get(f"{running.url}/health").json() == {"status": "ok"}
        answer = httpx.post(f"{running.url}/e/NO_EVENT_KEY_SET", json=mail(id="first"))
        assert answer.json()["ids"] == ["first"]
    assert ids(f"sqlite:///{home / 'fisioflow.db'}") == {"first"}


def test_it_listens_on_ipv6_too(sqlite_ledger: str) -> None:
    if not socket.has_ipv6 or not _has_ipv6_loopback():
        pytest.skip("this machine has no IPv6 loopback")
    with listening("--host", "::1", env=settings(sqlite_ledger)) as running:
        assert running.lines == [f"Listening on http://[::1]:{running.port}/e/<key>"]
        answer = httpx.post(f"http://[::1]:{running.port}/e/{KEY}", json=mail())
        assert answer.status_code == 200


def _has_ipv6_loopback() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False
