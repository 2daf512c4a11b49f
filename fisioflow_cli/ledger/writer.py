"""The group commit: one thread that commits the ledger writes of many as one transaction."""

import copy
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from fisioflow_cli import database
from fisioflow_cli.database_errors import explained
from fisioflow_cli.errors import FisioFlowError, LeaseLost

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fisioflow_cli.ledger.ledger import Lease, Ledger

MOST_MEMBERS = 128
"""A group that grows beyond it would make its first member wait too long."""
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, eq=False)
class Member:
    """One write on its way, and what will have become of it."""

    do: "Callable[[Connection], Any]"
    lease: "Lease | None"
    outcome: "Future[Any]" = field(default_factory=Future)


class _Broken(Exception):
    """A member has raised its cause: the transaction is rolled back, whoever else is in it."""


class GroupWriter:
    """Commits what several threads write to one ledger, as long as it is entered.

    Whatever has gathered while one transaction was under way makes the next one. A member is told its
    own result or exception, and not before that is durable. Before and after, each write is a
    transaction of its own.
    """

    def __init__(self, ledger: "Ledger") -> None:
        self._ledger = replace(ledger, writer=None)
        self._waiting: queue.SimpleQueue[Member | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._is_open = False
        self._thread = threading.Thread(target=self._serve, name="ledger-writer", daemon=True)

    def __enter__(self) -> "GroupWriter":
        self._thread.start()
        self._is_open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._gate:  # nobody joins any more; those who have are still served
            self._is_open = False
            self._waiting.put(None)
        self._thread.join()

    def write(self, do: "Callable[[Connection], T]", lease: "Lease | None") -> "T":
        """What `do` returns, once it is durable; LeaseLost, and nothing written, if the lease is over.

        RuntimeError in a thread that holds a transaction: the writer may have to wait for that one.
        """
        if database.is_writing():
            raise RuntimeError("a thread that holds a transaction must not wait for the writer")
        member = Member(do=do, lease=lease)
        with self._gate:
            if has_joined := self._is_open:
                self._waiting.put(member)
        if not has_joined:
            return self._ledger.write(do, lease)
        result: T = member.outcome.result()
        return result

    def _serve(self) -> None:
        while group := self._gather():
            self._commit(group)

    def _gather(self) -> list[Member]:
        """Who waits, at least one; nobody once the last has been served."""
        group: list[Member] = []
        member = self._waiting.get()
        while member is not None:
            group.append(member)
            if len(group) == MOST_MEMBERS or self._waiting.empty():
                return group
            member = self._waiting.get()
        self._waiting.put(None)
        return group

    def _commit(self, group: Sequence[Member]) -> Exception | None:
        """Tell each what became of it; returns what befell all: no connection, or no commit."""
        try:
            with self._ledger.writing() as connection:
                outcomes = self._work(connection, group)
        except _Broken as broken:
            self._replay(group, broken)
        except Exception as error:  # noqa: BLE001  # whatever it is, nobody may wait for ever
            _fail(group, error)
            return error
        else:
            for member, outcome in zip(group, outcomes, strict=True):
                _tell(member, outcome)
        return None

    def _work(self, connection: "Connection", group: Sequence[Member]) -> list[Any]:
        """What each member came to; one whose lease is over is refused before it does anything."""
        try:
            with explained():
                leases = [member.lease for member in group if member.lease is not None]
                held = self._ledger.held(connection, leases)
                return [
                    member.do(connection)
                    if member.lease is None or member.lease in held
                    else LeaseLost()
                    for member in group
                ]
        except Exception as error:
            raise _Broken from error

    def _replay(self, group: Sequence[Member], broken: _Broken) -> None:
        """One by one, so that each meets its own fate, as long as the database answers at all."""
        if len(group) == 1:
            _tell(group[0], broken.__cause__)
            return
        for number, member in enumerate(group, start=1):
            if error := self._commit([member]):
                _fail(group[number:], error)
                return


def _fail(group: Sequence[Member], error: Exception) -> None:
    for member in group:
        # a copy for each: a traceback grows in every thread that raises it
        _tell(member, copy.copy(error) if isinstance(error, FisioFlowError) else error)


def _tell(member: Member, outcome: Any) -> None:
    if isinstance(outcome, BaseException):
        member.outcome.set_exception(outcome)
    else:
        member.outcome.set_result(outcome)
