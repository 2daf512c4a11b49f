"""Events of a deployment: accepted, worked on, and what became of them."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fisioflow_cli.catalogue.event import Event
from fisioflow_cli.clock import Clock
from fisioflow_cli.context.context import Context
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.dispatcher import Dispatcher, Finished, Limits, Summary
from fisioflow_cli.intake.offer import as_new
from fisioflow_cli.ledger import events
from fisioflow_cli.workflows.registry import EVENT_WORKFLOWS
from tests.workflows.people import NOW
from tests.workflows.place import Place

LEASE_SECONDS = 60


def give(
    place: Place,
    name: str,
    data: dict[str, Any],
    *,
    event_id: str = "e1",
    at: datetime = NOW,
    ts: datetime | None = None,
) -> None:
    """Accept an event at this time."""
    context = Context(settings=place.settings(), clock=Clock(starting_at=at))
    new = as_new(Event(name=name, data=data, ts=ts or at), source="test", event_id=event_id)
    with context.databases() as databases:
        context.require_ledger(databases)
        events.accept(databases.ledger, [new])


def work(
    place: Place,
    *,
    at: datetime = NOW,
    env: dict[str, str] | None = None,
    max_attempts: int = 5,
    concurrency: int = 1,
) -> Summary:
    """Work on all that is due at this time."""
    # an event that was given "at" this time is due at the moment it was written
    clock = Clock(starting_at=at + timedelta(seconds=5))
    context = Context(settings=place.settings(**(env or {})), clock=clock)
    control = Control(clock=context.clock)
    with context.databases() as databases, context.channels(()) as channels:
        ledger_id = context.require_ledger(databases)
        dispatcher = Dispatcher(
            ledger=databases.ledger,
            workflows=EVENT_WORKFLOWS,
            services=context.services(databases, channels, ledger_id),
            control=control,
            limits=Limits(concurrency=concurrency, max_attempts=max_attempts),
            lease_seconds=LEASE_SECONDS,
            zone=ZoneInfo(context.settings.timezone),
            finished=_untold,
        )
        return dispatcher.work(lambda: False)


def done(place: Place, name: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The result of one event, given and worked on at the same time."""
    given = {key: value for key, value in more.items() if key in {"event_id", "at", "ts"}}
    give(place, name, data, **given)
    work(place, **{key: value for key, value in more.items() if key in {"at", "env"}})
    return result(place, given.get("event_id", "e1"))


def event(place: Place, event_id: str = "e1") -> dict[str, Any]:
    """The event as the ledger has it."""
    [found] = [row for row in place.ledger("events") if row["id"] == event_id]
    return found


def outcome(place: Place, event_id: str = "e1") -> str:
    """`completed`, or `dead: 1 failed http_422`, or `waiting`."""
    found = event(place, event_id)
    return found["status"] + (f": {found['error']}" if found["error"] else "")


def result(place: Place, event_id: str = "e1") -> dict[str, Any]:
    """What the event's run has come to."""
    runs = [row for row in place.ledger("runs") if row["slot"] == event_id]
    newest = max(runs, key=lambda row: int(row["generation"]))
    return dict(newest["result"] or {})


def _untold(finished: Finished) -> None:
    del finished
