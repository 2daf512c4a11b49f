"""A listener in this process, on a free port, and what it left in the ledger."""

import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import select

from fisioflow_cli.clock import Clock
from fisioflow_cli.context.inbox import Inbox
from fisioflow_cli.database import open_database, parse_url
from fisioflow_cli.ledger.ledger import Ledger
from fisioflow_cli.listener.app import build
from fisioflow_cli.listener.keys import Keys
from fisioflow_cli.listener.serve import bound_to, serving, shared

KEY = "chave-de-teste"
DATA = {"to": "ana@example.com", "subject": "Oi", "text": "Até amanhã."}
MAIL = {"name": "email/send", "data": DATA}


def mail(**more: Any) -> dict[str, Any]:
    """An event that the catalogue knows."""
    return {**MAIL, **more}


@dataclass(kw_only=True)
class Served:
    """A listener that runs, and its ledger."""

    port: int
    ledger: Ledger
    lines: list[str] = field(default_factory=list)
    """What it said."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def post(self, body: Any, *, key: str = KEY, **headers: str) -> httpx.Response:
        """POST this (bytes as they are, anything else as JSON) to `/e/{key}`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.post(f"{self.url}/e/{key}", content=content, headers=named, timeout=60)

    def events(self) -> list[dict[str, Any]]:
        """Every event of the ledger, by id."""
        return events_of(self.ledger)

    def ids(self) -> set[str]:
        """The ids of every event of the ledger."""
        return {event["id"] for event in self.events()}

    def send_raw(self, *pieces: bytes, half_close: bool = False) -> bytes:
        """Send these bytes on a connection of their own; all that comes back until it is closed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            for piece in pieces:
                connection.sendall(piece)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            return received(connection)


def received(connection: socket.socket) -> bytes:
    """All bytes until the other side closes or resets the connection."""
    found = b""
    try:
        while chunk := connection.recv(65536):
            found += chunk
    except ConnectionResetError:
        pass
    return found


def request(body: bytes, *headers: str, key: str = KEY) -> bytes:
    """A POST as bytes; without a Content-Length unless `headers` has one; it ends the connection."""
    lines = [f"POST /e/{key} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def events_of(ledger: Ledger) -> list[dict[str, Any]]:
    """Every event of this ledger, by id."""
    events = ledger.tables.events
    with ledger.reading() as connection:
        rows = connection.execute(select(events).order_by(events.c.id)).mappings()
        return [dict(row) for row in rows]


@contextmanager
def open_ledger(url: str) -> Iterator[Ledger]:
    """The ledger in this database."""
    engine = open_database(parse_url(url))
    try:
        yield Ledger(engine=engine, environment="development", clock=Clock())
    finally:
        engine.dispose()


@contextmanager
def serve(url: str, keys: Sequence[str] = (KEY,)) -> Iterator[Served]:
    """A listener on the ledger in this database."""
    with (
        open_ledger(url) as ledger,
        bound_to("127.0.0.1", 0) as bound,
        shared(Inbox(ledger=ledger)) as inbox,
    ):
        served = Served(port=bound.getsockname()[1], ledger=ledger)
        app = build(inbox, Keys(accepted=keys), served.lines.append)
        with serving(app, bound):
            yield served
