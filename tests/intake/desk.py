"""A place where events arrive: queue files, feeders, and what the ledger has of them."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from fisioflow_cli.clock import Clock
from fisioflow_cli.intake.feed import Counts, Feeder
from fisioflow_cli.intake.rejects import Rejects
from fisioflow_cli.intake.source import QueuePath, open_source
from fisioflow_cli.intake.stdin import Stream
from fisioflow_cli.ledger.events import Offered
from fisioflow_cli.ledger.ledger import Ledger
from tests.engine.workbench import Bench

PATIENCE = 30
"""Seconds after which what should long have happened has not."""


def event(number: object = 1, **facts: Any) -> dict[str, Any]:
    """An e-mail to an invented person, told by its number."""
    data = {"to": "ana@example.com", "subject": f"n. {number}", "html": "<p>Oi</p>"}
    return {"name": "email/send", "data": data, **facts}


def line(number: object = 1, **facts: Any) -> str:
    """The same as a line."""
    return json.dumps(event(number, **facts), ensure_ascii=False) + "\n"


@dataclass
class Heard:
    """What a feeder has told."""

    notes: list[str] = field(default_factory=list)
    offered: list[Offered] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)

    def batch(self, offered: list[Offered]) -> None:
        self.offered += offered
        self.batches.append(len(offered))


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One ledger and one folder."""

    bench: Bench
    url: str
    folder: Path
    heard: Heard = field(default_factory=Heard)

    @property
    def ledger(self) -> Ledger:
        return replace(self.bench.ledger, clock=Clock())

    @property
    def queue(self) -> Path:
        return self.folder / "queue.jsonl"

    @property
    def rejects(self) -> Rejects:
        return Rejects(self.folder / "state" / "rejects.jsonl")

    def append(self, *lines: str | bytes) -> None:
        """Write to the queue as an application does."""
        with self.queue.open("ab", buffering=0) as file:
            for each in lines:
                file.write(each if isinstance(each, bytes) else each.encode())

    def feeder(self, **facts: Any) -> Feeder:
        usual: dict[str, Any] = {
            "ledger": self.ledger,
            "rejects": self.rejects,
            "id_from": None,
            "noted": self.heard.notes.append,
            "offered": self.heard.batch,
        }
        return Feeder(**{**usual, **facts})

    def feed(self, path: Path | None = None, **facts: Any) -> Counts:
        """Read the queue to its end, as a new process would."""
        with open_source(str(path or self.queue)) as source:
            return self.feeder(**facts).feed(source, lambda: False)

    def pipe(self, text: str | bytes, **facts: Any) -> Counts:
        """Read this from a stream to its end."""
        path = self.folder / "piped"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with path.open("rb") as file:
            stream = Stream(descriptor=file.fileno(), name="stdin")
            return self.feeder(**facts).feed(stream, lambda: False)

    @contextmanager
    def following(self, **facts: Any) -> Iterator[Feeder]:
        """Follow the queue until the block ends; an error of the feeder is raised there."""
        feeder, stop = self.feeder(**facts), threading.Event()
        errors: list[Exception] = []

        def follow() -> None:
            try:
                feeder.feed(QueuePath(path=str(self.queue)), stop.is_set, follow=True)
            except Exception as error:  # noqa: BLE001  # raised where the block ends
                errors.append(error)

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield feeder
        finally:
            stop.set()
            thread.join(PATIENCE)
        assert not thread.is_alive()
        if errors:
            raise errors[0]

    def subjects(self) -> list[str]:
        """The numbers of the events in the inbox, each as often as it is there."""
        data = [row["data"] for row in self.bench.rows("events")]
        return sorted(each["subject"].removeprefix("n. ") for each in data)

    def waits_for(self, expected: int) -> None:
        """Wait until as many events are in the inbox."""
        until(lambda: self.inbox() >= expected)

    def inbox(self) -> int:
        """How many events were accepted."""
        table = self.ledger.tables.events
        with self.ledger.reading() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    def reasons(self) -> Counter[str]:
        """Why lines were rejected, and how many."""
        return Counter(each["reason"] for each in self.rejected())

    def rejected(self) -> list[dict[str, Any]]:
        """What stands in the rejects file."""
        if not self.rejects.path.exists():
            return []
        return [json.loads(each) for each in self.rejects.path.read_text().split("\n") if each]

    def position(self) -> dict[str, Any]:
        """The only position that is remembered."""
        (row,) = self.bench.rows("sources")
        return row


def until(is_true: Callable[[], bool]) -> None:
    """Wait for it, and fail if it never comes."""
    clock, nobody = Clock(), threading.Event()
    end = clock.monotonic() + PATIENCE
    while not is_true():
        assert clock.monotonic() < end, "it never happened"
        clock.wait(nobody, 0.02)
