"""An inbox with events for a test, and what one dispatch makes of them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import update

from fisioflow_cli.clock import Clock
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.dispatcher import Dispatcher, Finished, Limits, Summary
from fisioflow_cli.engine.handler import EventWorkflow
from fisioflow_cli.engine.run import Run
from fisioflow_cli.engine.workflow import Result
from fisioflow_cli.ledger import events
from fisioflow_cli.ledger.events import EventRow, NewEvent, Offered
from fisioflow_cli.ledger.ledger import Ledger
from tests.engine.workbench import ZONE, Bench, JumpingClock

WORKFLOW = "test-handler"
EventBody = Callable[[Run, EventRow, Any], None]


@dataclass(frozen=True, kw_only=True)
class MovableClock(JumpingClock):
    """A clock that goes as usual, and jumps only if it is told to."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return Clock.wait(self, event, seconds)


def nothing(run: Run, event: EventRow, services: Any) -> None:
    """A body with nothing to do."""
    del run, event, services


def empty(run: Run, services: Any) -> Result:
    """A run that counts nothing."""
    del run, services
    return Result(data={})


def counting(**figures: Any) -> Callable[[Run, Any], Result]:
    """A summary that always says this."""

    def summarise(run: Run, services: Any) -> Result:
        del run, services
        troubled = figures.get("failed", 0) + figures.get("in_doubt", 0)
        return Result(data=figures, troubled=troubled, pending=figures.get("pending", 0))

    return summarise


def raising(error: BaseException) -> EventBody:
    """A body that ends with this error."""

    def body(run: Run, event: EventRow, services: Any) -> None:
        raise error

    return body


def handler(body: EventBody = nothing, **facts: Any) -> EventWorkflow[Any]:
    """A workflow for the events of the inbox, with two minutes for an attempt."""
    usual: dict[str, Any] = {
        "id": WORKFLOW,
        "events": ("test/event",),
        "summary": "A test.",
        "needs": (),
        "deadline": timedelta(minutes=2),
        "summarise": empty,
    }
    return EventWorkflow(body=body, **{**usual, **facts})


def new_event(event_id: str, **facts: Any) -> NewEvent:
    """An event of normal priority that is due at once."""
    usual: dict[str, Any] = {"name": "test/event", "data": {}, "ts": None, "source": "api"}
    return NewEvent(id=event_id, **{**usual, "workflow": WORKFLOW, **facts})


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """A ledger's inbox and what was told of the attempts at its events."""

    ledger: Ledger
    clock: MovableClock
    bench: Bench
    told: list[Finished] = field(default_factory=list)

    def accept(self, *ids: str, **facts: Any) -> list[Offered]:
        """Put events into it."""
        return events.accept(self.ledger, [new_event(one, **facts) for one in ids])

    def dispatcher(self, *what: EventWorkflow[Any], **facts: Any) -> Dispatcher[Any]:
        """A dispatcher of four threads."""
        usual: dict[str, Any] = {
            "services": None,
            "control": Control(clock=self.clock),
            "limits": Limits(concurrency=4),
            "lease_seconds": 60,
            "zone": ZONE,
            "finished": self.told.append,
        }
        return Dispatcher(ledger=self.ledger, workflows=what, **{**usual, **facts})

    def dispatch(self, what: EventWorkflow[Any], **facts: Any) -> Summary:
        """Work on what is due now."""
        feeding = facts.pop("feeding", lambda: False)
        return self.dispatcher(what, **facts).work(feeding)

    def event(self, event_id: str) -> EventRow:
        """The event as it is now."""
        found = events.get(self.ledger, event_id)
        assert found is not None
        return found

    def statuses(self) -> dict[str, str]:
        """All events, by id."""
        return {row["id"]: row["status"] for row in self.bench.rows("events")}

    def run_of(self, event_id: str) -> dict[str, Any]:
        """The newest run of an event."""
        return max(
            (row for row in self.bench.rows("runs") if row["slot"] == event_id),
            key=lambda row: row["generation"],
        )

    def due_in(self, event_id: str) -> float:
        """How many seconds from now an event is due."""
        return (self.event(event_id).due_at - self.clock.now()).total_seconds()

    def jump(self, **by: float) -> None:
        """Let it be later."""
        self.clock.jump(timedelta(**by))

    def overtake(self, event_id: str) -> None:
        """Be another process that has taken the event's run over, and works on it."""
        runs = self.ledger.tables.runs
        with self.ledger.writing() as connection:
            connection.execute(
                update(runs).where(runs.c.slot == event_id).values(attempt=runs.c.attempt + 1)
            )


def inbox_on(bench: Bench, clock: MovableClock | None = None) -> Inbox:
    """The inbox of a bench's ledger, with a clock of its own: a Monday, unless it is given."""
    clock = clock or MovableClock()
    return Inbox(ledger=replace(bench.ledger, clock=clock), clock=clock, bench=bench)


class Meeting:
    """A point that several threads reach, or the test fails: what runs at the same time."""

    def __init__(self, parties: int) -> None:
        self._barrier = threading.Barrier(parties, timeout=20)

    def join(self) -> None:
        """Wait for the others."""
        self._barrier.wait()


@contextmanager
def watched_threads() -> Iterator[Callable[[], list[str]]]:
    """The names of the threads that were begun since and still live."""
    before = set(threading.enumerate())
    yield lambda: sorted(t.name for t in threading.enumerate() if t not in before)
