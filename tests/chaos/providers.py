"""Stand-ins for Resend, the WhatsApp Cloud API and a push service: real HTTP, the real rules, all
counted.

Resend keeps an idempotency key for 24 hours: the same key and body give the same mail's id, another
body a 409 (https://resend.com/docs/dashboard/emails/idempotency-keys). WhatsApp knows no key:
every request that it takes is one more message on somebody's phone. So it is with a push service,
unless the browser was away.
"""

import json
import socket
import struct
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.chaos import moments

KEY_IS_KEPT = timedelta(hours=24)
NOT_ON_WHATSAPP = 131026
PUSH = "/push/"
"""Before the name of a browser."""

Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Mishap:
    """What goes wrong with one request."""

    taken: bool = False
    """The message goes out all the same."""
    status: int | None = None
    """The answer's; None: the connection is reset instead."""
    seconds: float = 0
    """How long the caller is kept waiting."""
    headers: tuple[tuple[str, str], ...] = ()
    body: dict[str, Any] = field(default_factory=dict)


FINE = Mishap(taken=True, status=200)


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message that a provider has sent to somebody."""

    channel: str
    to: str
    id: str
    reference: str
    """What we told the provider to know it by: the first half of the provider key."""


@dataclass(kw_only=True)
class _Kept:
    body: dict[str, Any]
    at: timedelta
    id: str | None = None
    """None: the first request with this key is still being worked on."""


@dataclass(kw_only=True)
class Providers:
    """Both providers, at `url`."""

    url: str
    messages: list[Message] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    """How many requests came about each reference."""
    mishaps: deque[Mishap] = field(default_factory=deque)
    """For the next requests, in order; behind them all goes well."""
    not_on_whatsapp: frozenset[str] = frozenset()
    reached: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released by every request that has come in."""
    _time: timedelta = timedelta()
    _keys: dict[str, _Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _busy: int = 0
    _idle: threading.Condition = field(default_factory=threading.Condition)

    def wait_until_idle(self) -> None:
        """Return once every request has come to its end, also those whose caller is dead."""
        with self._idle:
            assert self._idle.wait_for(lambda: not self._busy, timeout=20)

    def reset(self) -> None:
        """Forget everything: the next scenario begins."""
        self.wait_until_idle()
        with self._lock:
            for kept in (self.messages, self.requests, self.mishaps, self._keys):
                kept.clear()
            self._time = timedelta()
            self.reached = threading.Semaphore(0)

    def pass_time(self, duration: timedelta) -> None:
        """Let the providers' clocks advance: keys older than 24 hours are forgotten."""
        with self._lock:
            self._time += duration
            for key in [k for k, kept in self._keys.items() if self._time - kept.at >= KEY_IS_KEPT]:
                del self._keys[key]

    def sent(self, channel: str) -> Counter[str]:
        """How many messages each person got over a channel."""
        with self._lock:
            return Counter(message.to for message in self.messages if message.channel == channel)

    @contextmanager
    def working(self) -> Iterator[None]:
        """While inside, a request is being worked on."""
        with self._idle:
            self._busy += 1
        try:
            yield
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def receive(self, path: str, key: str | None, body: dict[str, Any]) -> tuple[Mishap, Answer]:
        """What becomes of one request: how it goes wrong, if at all, and the answer it gets."""
        reference = moments.reference(body)
        with self._lock:
            self.requests[reference] += 1
            mishap = self.mishaps.popleft() if self.mishaps else FINE
        self.reached.release()
        if not mishap.taken:
            time.sleep(mishap.seconds)
            return mishap, (mishap.status or 0, mishap.body)
        answer = self._carry_out(path, key, body, mishap)
        if mishap.status == 200 or answer[0] >= 400:
            return mishap, answer
        return mishap, (mishap.status or 0, mishap.body)

    def _carry_out(
        self, path: str, key: str | None, body: dict[str, Any], mishap: Mishap
    ) -> Answer:
        reference = moments.reference(body)
        if path == "/emails":
            return self._mail(key or "", body, reference, mishap)
        if path.startswith(PUSH):
            return self._push(path.removeprefix(PUSH), reference, mishap)
        return self._whatsapp(body, reference, mishap)

    def _mail(self, key: str, body: dict[str, Any], reference: str, mishap: Mishap) -> Answer:
        with self._lock:
            kept = self._keys.get(key)
            if kept is None:
                kept = self._keys[key] = _Kept(body=body, at=self._time)
            elif kept.body != body:
                return 409, {"statusCode": 409, "name": "invalid_idempotent_request"}
            elif kept.id is None:
                return 409, {"statusCode": 409, "name": "concurrent_idempotent_requests"}
            else:
                return 200, {"id": kept.id}
        time.sleep(mishap.seconds)
        with self._lock:
            kept.id = f"mail-{len(self.messages) + 1}"
            self._note("email", body["to"][0], kept.id, reference)
        return 200, {"id": kept.id}

    def _whatsapp(self, body: dict[str, Any], reference: str, mishap: Mishap) -> Answer:
        time.sleep(mishap.seconds)
        with self._lock:
            if body["to"] in self.not_on_whatsapp:
                return 400, {"error": {"code": NOT_ON_WHATSAPP, "message": "not on WhatsApp"}}
            provider_id = f"wamid.{len(self.messages) + 1}"
            self._note("whatsapp", body["to"], provider_id, reference)
        return 200, {"messages": [{"id": provider_id}]}

    def _push(self, browser: str, reference: str, mishap: Mishap) -> Answer:
        time.sleep(mishap.seconds)
        with self._lock:
            self._note("push", browser, "", reference)
        return 201, {}

    def _note(self, channel: str, to: str, provider_id: str, reference: str) -> None:
        self.messages.append(Message(channel=channel, to=to, id=provider_id, reference=reference))


@contextmanager
def running() -> Iterator[Providers]:
    """Both providers on a free port of this machine."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.providers = Providers(url=f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.providers
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    providers: Providers

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that was killed hangs up: that is what it is here for."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:  # the name the library calls
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        # what is pushed is encrypted; it is known by its topic
        body = {"topic": self.headers["Topic"]} if self.path.startswith(PUSH) else json.loads(raw)
        key = self.headers.get("Idempotency-Key")
        with self.server.providers.working():
            mishap, (status, content) = self.server.providers.receive(self.path, key, body)
        if mishap.status is None:
            self._reset()
            return
        encoded = json.dumps(content).encode()
        self.send_response(status)
        for name, value in (("Content-Type", "application/json"), *mishap.headers):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Say nothing."""
