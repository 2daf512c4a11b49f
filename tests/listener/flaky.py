"""A network between client and listener that loses answers after it has delivered requests."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from tests.gateways.raw_server import RawServer, answer, received, running

BEFORE = "500 before it was delivered"
AFTER = "500 after it was delivered"
RESET = "reset after it was delivered"
CUT = "cut short after it was delivered"


@contextmanager
def flaky(port: int, troubles: list[str]) -> Iterator[RawServer]:
    """Passes requests on to the listener at `port`, but the first ones meet these troubles."""
    left = list(troubles)

    def behave(server: RawServer, connection: socket.socket) -> None:
        while received(server, connection):
            trouble = left.pop(0) if left else None
            reply = b"" if trouble == BEFORE else _delivered(port, server.requests[-1])
            if trouble in {BEFORE, AFTER}:
                reply = answer({"error": "try again", "status": 500}, "500 Internal Server Error")
            elif trouble == CUT:
                connection.sendall(reply[: len(reply) // 2])
                return
            elif trouble == RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            connection.sendall(reply)

    with running(behave) as server:
        yield server


def _delivered(port: int, request: bytes) -> bytes:
    last = request.replace(b"connection: keep-alive", b"connection: close", 1)
    last = last.replace(b"Connection: keep-alive", b"Connection: close", 1)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as onward:
        onward.sendall(last)
        found = b""
        while chunk := onward.recv(65536):
            found += chunk
    return found
