"""The moments of a process: every point at which its death could leave something half done.

Around each commit of a transaction that wrote, and around each provider call; heartbeats are left
out, since they come when they come. A process may be told to send itself a signal at one of them.
Where several threads work, all their moments are numbered in the order in which they come.
"""

import hashlib
import json
import os
import re
import signal
import threading
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect

from fisioflow_cli.gateways.transport import Transport
from tests.chaos.stillness import Stillness

if TYPE_CHECKING:
    from collections.abc import Callable

WRITE = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE)\s+(\S+)")
HEARTBEAT = "heartbeat"
"""The thread that renews leases."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One point in a process's life: `before commit` of `UPDATE fisioflow_runs`, say."""

    kind: str
    what: str

    @property
    def name(self) -> str:
        """The moment for a person."""
        return f"{self.kind} {self.what}"

    @property
    def deadly(self) -> bool:
        """Whether killing here may differ from killing at the moment before."""
        return self.kind != "begin"


def read(path: Path) -> list[Moment]:
    """The moments that a process has written down."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [Moment(**json.loads(line)) for line in lines]


def reference(body: dict[str, Any]) -> str:
    """What we told a provider to know a message by: the first half of its provider key, or its topic."""
    if "topic" in body:
        return str(body["topic"])
    tagged: str = body["tags"][0]["value"] if "tags" in body else body["biz_opaque_callback_data"]
    return tagged


def topic(provider_key: str) -> str:
    """What a push service knows a message by (RFC 8030, 5.4)."""
    return urlsafe_b64encode(hashlib.sha256(provider_key.encode()).digest()).decode()[:32]


@dataclass(kw_only=True)
class Recorder:
    """Writes each moment down as it comes, and sends this process `signal` at one of them."""

    path: Path
    at: int | str | None
    """Its number, or how its name begins: then it is the first such moment."""
    signal: int
    everywhere: bool = False
    """The deadly ones of all threads; else all of the one that made this, the same in each process."""
    stillness: Stillness = field(default_factory=Stillness)
    count: int = 0
    _thread: int = field(default_factory=threading.get_ident)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reach(self, kind: str, what: str) -> None:
        """This moment has come."""
        moment = Moment(kind=kind, what=what)
        if not self._counts(moment):
            return
        with self._lock:
            with self.path.open("a") as file:
                file.write(json.dumps({"kind": kind, "what": what}) + "\n")
            number, self.count = self.count, self.count + 1
            is_due = number == self.at or (
                isinstance(self.at, str) and moment.name.startswith(self.at)
            )
            if is_due:
                self.at = None
                if not self.stops_all_threads:
                    os.kill(os.getpid(), self.signal)
        if is_due and self.stops_all_threads:
            with self.stillness.only_mine():
                # at once: if another thread took the signal, this one would go on for a while
                signal.pthread_kill(threading.get_ident(), self.signal)

    @property
    def stops_all_threads(self) -> bool:
        """Whether it is to stand still, and with it what other threads do: the heartbeat at least."""
        return self.signal == signal.SIGSTOP

    def _counts(self, moment: Moment) -> bool:
        if self.everywhere:
            return moment.deadly and threading.current_thread().name != HEARTBEAT
        return threading.get_ident() == self._thread


def watch(recorder: Recorder) -> None:
    """Have every database engine and every gateway of this process report its moments."""
    _watch_statements(recorder)
    _watch_commits(recorder)
    _watch_requests(recorder)
    _watch_pushes(recorder)
    if recorder.stops_all_threads:
        recorder.stillness.watch()


def _watch_statements(recorder: Recorder) -> None:
    def begin(connection: Connection) -> None:
        connection.info["written"] = []
        if not connection.get_execution_options().get("postgresql_readonly", False):
            recorder.reach("begin", "")

    def execute(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
        del cursor, rest
        if match := WRITE.match(statement):
            connection.info.setdefault("written", []).append(f"{match[1]} {match[2]}")

    event.listen(Engine, "begin", begin)
    event.listen(Engine, "before_cursor_execute", execute)


def _watch_commits(recorder: Recorder) -> None:
    commit: Callable[[DefaultDialect, Any], None] = DefaultDialect.do_commit

    def do_commit(self: DefaultDialect, connection: Any) -> None:
        written = ", ".join(dict.fromkeys(connection.info.pop("written", [])))
        if not written:
            commit(self, connection)
            return
        recorder.reach("before commit", written)
        commit(self, connection)
        recorder.reach("after commit", written)

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]  # of this process only


def _watch_requests(recorder: Recorder) -> None:
    post = Transport.post

    def watched(self: Transport, path: str, body: Any, **more: Any) -> httpx.Response:
        what = f"{'email' if path == '/emails' else 'whatsapp'} {reference(body)}"
        recorder.reach("before call", what)
        response = post(self, path, body, **more)
        recorder.reach("after call", what)
        return response

    Transport.post = watched  # type: ignore[method-assign]  # of this process only


def _watch_pushes(recorder: Recorder) -> None:
    post = Transport.post_bytes

    def watched(self: Transport, path: str, *args: Any, **more: Any) -> httpx.Response:
        if not path.startswith("http"):  # what `post` sends: that was seen there
            return post(self, path, *args, **more)
        what = f"push {httpx.Headers(more['headers'])['topic']}"
        recorder.reach("before call", what)
        response = post(self, path, *args, **more)
        recorder.reach("after call", what)
        return response

    Transport.post_bytes = watched  # type: ignore[method-assign]  # of this process only
