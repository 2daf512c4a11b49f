"""A group commit for tests: writes that meet in one transaction, and what they came to."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event, insert

from fisioflow_cli.ledger.ledger import Lease, Ledger
from tests.engine.workbench import Bench

STAMP = {"ledger_id", "production"}


@dataclass
class Counter:
    """How often something happened."""

    count: int = 0


@contextmanager
def commits(bench: Bench) -> Iterator[Counter]:
    """Counts the transactions that are committed."""
    counter = Counter()

    def count(connection: Connection) -> None:
        del connection
        counter.count += 1

    event.listen(bench.engine, "commit", count)
    yield counter
    event.remove(bench.engine, "commit", count)


def put(ledger: Ledger, key: str) -> Callable[[Connection], str]:
    """A write that stores a key and returns it."""
    meta = ledger.tables.meta

    def do(connection: Connection) -> str:
        connection.execute(insert(meta).values(key=key, value="v"))
        return key

    return do


def keys(bench: Bench) -> set[str]:
    """What was stored, as another connection sees it."""
    rows = bench.rows("meta")
    return {row["key"] for row in rows} - STAMP


@contextmanager
def held_up(ledger: Ledger) -> Iterator[None]:
    """The writer is busy; who comes meanwhile makes one group when this ends."""
    begun, go_on = threading.Event(), threading.Event()

    def do(connection: Connection) -> None:
        del connection
        begun.set()
        go_on.wait(30)

    thread = threading.Thread(target=ledger.write, args=(do,))
    thread.start()
    begun.wait(30)
    try:
        yield
    finally:
        go_on.set()
        thread.join()


def together(ledger: Ledger, *members: tuple[Any, Lease | None]) -> list[Any]:
    """What each of these writes came to, a result or an exception, committed as one group."""
    outcomes: list[Any] = [None] * len(members)

    def write(place: int, do: Any, lease: Lease | None) -> None:
        try:
            outcomes[place] = ledger.write(do, lease)
        except Exception as error:  # noqa: BLE001  # that is what is asked for
            outcomes[place] = error

    threads = [
        threading.Thread(target=write, args=(place, *member))
        for place, member in enumerate(members)
    ]
    with held_up(ledger):
        writer: Any = ledger.writer
        for number, thread in enumerate(threads, start=1):
            thread.start()
            while writer._waiting.qsize() < number:
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join()
    return outcomes
