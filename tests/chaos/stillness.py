"""Stopping a process of several threads while only one of them is at the database.

A thread that happens to stand still inside a transaction, or while it closes the last connection to a
SQLite file, holds a lock: then others wait for it, whatever it was that was to be tried.
"""

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 10.0
"""Seconds; a thread that keeps its connection for longer is not waited for."""


class Stillness:
    """Knows which threads have a connection, and keeps them from opening one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._open: list[int] = []
        self._reserved_for: int | None = None

    @contextmanager
    def only_mine(self) -> "Iterator[None]":
        """While inside, no other thread has a connection."""
        me = threading.get_ident()
        with self._changed:
            self._reserved_for = me
            self._changed.wait_for(lambda: set(self._open) <= {me}, timeout=PATIENCE)
            yield
            self._reserved_for = None
            self._changed.notify_all()

    def watch(self) -> None:
        """Look after every connection of this process from now on."""
        connect, close = Engine.connect, Connection.close

        def connected(engine: Engine) -> Connection:
            me = threading.get_ident()
            with self._changed:
                self._changed.wait_for(lambda: self._reserved_for in {None, me})
                self._open.append(me)
            return connect(engine)

        def closed(connection: Connection) -> None:
            close(connection)
            with self._changed:
                if threading.get_ident() in self._open:  # it may be closed twice
                    self._open.remove(threading.get_ident())
                self._changed.notify_all()

        Engine.connect = connected  # type: ignore[method-assign]  # of this process only
        Connection.close = closed  # type: ignore[method-assign]
