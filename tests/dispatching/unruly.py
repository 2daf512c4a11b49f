"""Resend and the WhatsApp Cloud API on a bad day: 429s, 500s, resets and hangs, all counted."""

import json
import random
import re
import socket
import struct
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MARK = re.compile(r"n\d{5}n")
TROUBLES = ("429", "500", "500 after", "reset", "reset after", "hang")


@dataclass(kw_only=True)
class Unruly:
    """What was asked and what was accepted, by the mark that each message carries."""

    share: float
    """How many of the calls go wrong, 0 to 1."""
    hang_seconds: float
    url: str = ""
    calls: int = 0
    troubles: Counter[str] = field(default_factory=Counter)
    mails: Counter[str] = field(default_factory=Counter)
    """Mails that really went out, by mark: a repeat under the same key is none."""
    whatsapps: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def trouble(self) -> str | None:
        """What goes wrong with the next call."""
        with self.lock:
            self.calls += 1
            if self.chance.random() >= self.share:
                return None
            chosen = self.chance.choice(TROUBLES)
            self.troubles[chosen] += 1
            return chosen

    def take(self, path: str, key: str, raw: bytes) -> tuple[int, dict[str, Any]]:
        """Accept the message of a request."""
        body = json.loads(raw)
        mark = MARK.search(json.dumps(body))
        name = mark[0] if mark else "unmarked"
        with self.lock:
            if not path.endswith("/emails"):
                self.whatsapps[name] += 1
                return 200, {"messages": [{"id": f"wamid.{uuid.uuid4().hex}"}]}
            text = json.dumps(body, sort_keys=True)
            known = self.keys.setdefault(key, (text, str(uuid.uuid4())))
            if known[0] != text:
                self.conflicts += 1
                return 409, {"statusCode": 409, "name": "invalid_idempotent_request"}
            self.mails[name] = 1
            return 200, {"id": known[1]}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    unruly: Unruly

    def handle_error(self, *_: Any) -> None:
        """A caller that has gone is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        key = self.headers["idempotency-key"] or ""
        unruly = self.server.unruly
        trouble = unruly.trouble()
        if trouble == "429":
            return self._answer(429, {"name": "rate_limit_exceeded", "error": {"code": 130429}}, 1)
        if trouble == "500":
            return self._answer(500, {"name": "internal_server_error"})
        if trouble == "reset":
            return self._reset()
        if trouble == "hang":
            time.sleep(unruly.hang_seconds)
            return self._reset()
        status, document = unruly.take(self.path, key, raw)
        if trouble == "500 after":
            return self._answer(500, {"name": "internal_server_error"})
        if trouble == "reset after":
            return self._reset()
        return self._answer(status, document)

    def _answer(self, status: int, document: dict[str, Any], after: int | None = None) -> None:
        answer = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        if after is not None:
            self.send_header("retry-after", str(after))
        self.end_headers()
        self.wfile.write(answer)

    def _reset(self) -> None:
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def unruly(share: float, *, hang_seconds: float) -> Iterator[Unruly]:
    """Both providers on a free port of this machine."""
    server = _Server(("127.0.0.1", 0), _Handler)
    found = Unruly(
        share=share, hang_seconds=hang_seconds, url=f"http://127.0.0.1:{server.server_port}"
    )
    server.unruly = found
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
