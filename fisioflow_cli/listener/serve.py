"""The listener as a process: its socket, its server and how it ends."""

import errno
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import uvicorn

from fisioflow_cli.clock import Clock
from fisioflow_cli.context.inbox import open_inbox
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.signals import heeded
from fisioflow_cli.errors import (
    ExitCode,
    FisioFlowError,
    MissingSetting,
    SignalReceived,
    UsageError,
)
from fisioflow_cli.ledger.writer import GroupWriter
from fisioflow_cli.listener.app import build
from fisioflow_cli.listener.keys import is_loopback, keys_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from fisioflow_cli.context.inbox import Inbox
    from fisioflow_cli.settings import Settings

Say = Callable[[str], None]

# within the ten seconds that container runtimes grant
GRACE_SECONDS = 8
HEAD_BYTES = 64 * 1024
BACKLOG = 128
TAKEN = {
    errno.EADDRINUSE: "is taken; stop what listens there or choose another with --port",
    errno.EACCES: "needs privileges; choose one above 1023 with --port",
}


def listen(settings: "Settings", say: Say, *, host: str, port: int) -> ExitCode:
    """Receive events until a signal comes: its exit code, once every request in hand is answered.

    MissingSetting if other machines could reach `host` and there is no key, FisioFlowError or
    UsageError if nothing can listen there; both before anything is created.
    """
    keys = keys_of(settings)
    if not keys and not is_loopback(host):
        raise MissingSetting(
            f"Other machines could reach {host}: set INNGEST_EVENT_KEY, or listen on 127.0.0.1."
        )
    control = Control(clock=Clock())
    with (
        heeded(control),
        bound_to(host, port) as bound,
        open_inbox(settings, control.clock) as inbox,
        shared(inbox) as inbox_of_all,
        serving(build(inbox_of_all, keys, say), bound) as thread,
    ):
        say(f"Listening on {url_of(bound)}/e/<key>")
        return attend(thread, control)


@contextmanager
def shared(inbox: "Inbox") -> Iterator["Inbox"]:
    """The inbox for requests at the same time: what gathers while one transaction commits is the next.

    On SQLite they would otherwise wait for each other by polling, and the unlucky ones for long.
    """
    with GroupWriter(inbox.ledger) as writer:
        yield replace(inbox, ledger=replace(inbox.ledger, writer=writer))


@contextmanager
def serving(app: "ASGIApp", bound: socket.socket) -> Iterator[threading.Thread]:
    """While inside, a thread serves, where uvicorn leaves the signals to us.

    At the end no request is taken any more, and those in hand get eight seconds for their answer.
    """
    server = _server(app)
    thread = threading.Thread(target=server.run, args=([bound],), name="listening")
    thread.start()
    try:
        yield thread
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def bound_to(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket, closed at the end."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except socket.gaierror:
        raise UsageError(f"Nothing is known about the host {host}; correct --host.") from None
    except OSError as error:
        if error.errno in TAKEN:
            raise FisioFlowError(f"Port {port} of {host} {TAKEN[error.errno]}.") from None
        raise UsageError(f"This machine cannot listen on {host}; correct --host.") from None
    with bound:
        yield bound


def _server(app: "ASGIApp") -> uvicorn.Server:
    # uvicorn's own lines would hold the path, and the key in it
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    logging.getLogger("uvicorn").propagate = False
    return uvicorn.Server(
        uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            h11_max_incomplete_event_size=HEAD_BYTES,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


def attend(thread: threading.Thread, control: Control) -> ExitCode:
    """Wait for a signal: its exit code; FisioFlowError if the server ends without one."""
    try:
        while thread.is_alive():
            control.sleep(1)
    except SignalReceived as stop:
        return ExitCode(128 + stop.signal_number)
    raise FisioFlowError("The server ended without being asked to; please report it.")


def url_of(bound: socket.socket) -> str:
    """The address of a listening socket, as a browser takes it."""
    host, port, *_ = bound.getsockname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
