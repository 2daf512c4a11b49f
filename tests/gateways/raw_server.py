"""A server below HTTP: it counts connections, and can fail in the ways a real one would not."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class RawServer:
    """What reached the server, counted."""

    url: str
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    closed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Counts the connections that the server has closed."""


Behaviour = Callable[[RawServer, socket.socket], None]


def answering(body: object, status: str = "200 OK") -> Behaviour:
    """Answers every request with `body`, as JSON, and keeps the connection."""

    def behave(server: RawServer, connection: socket.socket) -> None:
        while received(server, connection):
            connection.sendall(answer(body, status))

    return behave


def hanging_up_after_each(body: object) -> Behaviour:
    """Answers one request, promises to keep the connection and closes it."""

    def behave(server: RawServer, connection: socket.socket) -> None:
        if received(server, connection):
            connection.sendall(answer(body))

    return behave


def resetting(server: RawServer, connection: socket.socket) -> None:
    """Reads the request and resets the connection."""
    received(server, connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def closing(server: RawServer, connection: socket.socket) -> None:
    """Reads the request and closes the connection politely."""
    received(server, connection)


def cutting_short(server: RawServer, connection: socket.socket) -> None:
    """Begins an answer that it does not finish."""
    received(server, connection)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n"
    connection.sendall(head + b'{"id":')


def silent(server: RawServer, connection: socket.socket) -> None:
    """Reads the request and says nothing."""
    received(server, connection)
    server.stopped.wait(10)


LOSING = {"reset": resetting, "closed": closing, "cut short": cutting_short}


@contextmanager
def running(behave: Behaviour) -> Iterator[RawServer]:
    """A server on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_accept, args=(server, listener, behave))
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def refusing_url() -> str:
    """An address of this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def answer(body: object, status: str = "200 OK") -> bytes:
    """A complete HTTP answer."""
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    return f"{head}\r\n\r\n".encode() + content


def received(server: RawServer, connection: socket.socket) -> bool:
    """Whether one more request came, whole; it is added to the server's list."""
    data = b""
    while not _is_whole(data):
        try:
            chunk = connection.recv(65536)
        except OSError:
            return False
        if not chunk:
            return False
        data += chunk
    server.requests.append(data)
    return True


def _accept(server: RawServer, listener: socket.socket, behave: Behaviour) -> None:
    threads = []
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            break
        server.connections += 1
        thread = threading.Thread(target=_serve, args=(server, connection, behave))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()


def _serve(server: RawServer, connection: socket.socket, behave: Behaviour) -> None:
    with connection:
        behave(server, connection)
    server.closed.release()


def _is_whole(data: bytes) -> bool:
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator:
        return False
    lengths = [
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    ]
    return len(body) >= sum(lengths)
