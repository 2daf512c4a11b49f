"""Resend and the WhatsApp Cloud API as one local server that counts, and can hold an answer back."""

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, Any]]
HELD_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail that Resend has accepted under an idempotency key."""

    id: str
    body: dict[str, Any]

    @property
    def to(self) -> str:
        [address] = self.body["to"]
        return str(address)

    @property
    def text(self) -> str:
        return str(self.body["text"])


@dataclass(kw_only=True)
class Providers:
    """What the two providers were asked, and what they have accepted."""

    url: str = ""
    mails: dict[str, Mail] = field(default_factory=dict)
    """By idempotency key: the same key and body again is the same mail, as Resend has it."""
    whatsapps: list[dict[str, Any]] = field(default_factory=list)
    """Every call is a message: the Cloud API knows no key."""
    calls: int = 0
    conflicts: int = 0
    pause: float = 0.0
    """Seconds before each answer."""
    hold: tuple[str, int] | None = None
    """A channel and a number: the message of it that has this number is accepted, not answered."""
    holding: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def addressees(self) -> list[str]:
        """To whom every accepted message went, sorted."""
        numbers = [str(message["to"]).removeprefix("+") for message in self.whatsapps]
        return sorted([*(mail.to for mail in self.mails.values()), *numbers])

    def forget(self) -> None:
        """Count from zero again."""
        with self.lock:
            self.mails, self.whatsapps, self.calls = {}, [], 0

    def take(self, channel: str, key: str, body: dict[str, Any]) -> Answer:
        """Accept a message; the status and the document to answer with, when it is time."""
        with self.lock:
            self.calls += 1
            answer = self._mail(key, body) if channel == "email" else self._whatsapp(body)
            number = len(self.mails if channel == "email" else self.whatsapps)
            held = self.hold == (channel, number)
            self.hold = None if held else self.hold
        if held:
            self.holding.set()
        self.released.wait(HELD_SECONDS if held else self.pause)
        return answer

    def _mail(self, key: str, body: dict[str, Any]) -> Answer:
        known = self.mails.setdefault(key, Mail(id=str(uuid.uuid4()), body=body))
        if known.body != body:
            self.conflicts += 1
            return 409, {"statusCode": 409, "name": "invalid_idempotent_request", "message": ""}
        return 200, {"id": known.id}

    def _whatsapp(self, body: dict[str, Any]) -> Answer:
        self.whatsapps.append(body)
        contact = {"input": body["to"], "wa_id": body["to"]}
        message = {"id": f"wamid.{uuid.uuid4().hex}", "message_status": "accepted"}
        return 200, {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    providers: Providers

    def handle_error(self, *_: Any) -> None:
        """A caller that was killed is no news; what is missing shows in what was accepted."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or each answer waits for an acknowledgement

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        channel = "email" if self.path == "/emails" else "whatsapp"
        key = self.headers["idempotency-key"] or str(uuid.uuid4())
        status, document = self.server.providers.take(channel, key, body)
        answer = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the test asks what was accepted."""


@contextmanager
def providers() -> Iterator[Providers]:
    """Both providers on a free port of this machine."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.providers = both = Providers(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield both
    finally:
        both.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
