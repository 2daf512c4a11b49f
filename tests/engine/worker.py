"""Another process for the tests: `python -m tests.engine.worker URL ACTION`; it talks on stdout."""

import json
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fisioflow_cli.clock import Clock
from fisioflow_cli.database import open_database, parse_url
from fisioflow_cli.engine import owner
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.dispatcher import Dispatcher, Limits
from fisioflow_cli.engine.perform import Performer
from fisioflow_cli.engine.run import Run, Seen
from fisioflow_cli.engine.signals import heeded
from fisioflow_cli.engine.start import Request, Starter
from fisioflow_cli.ledger import runs
from fisioflow_cli.ledger.events import EventRow
from fisioflow_cli.ledger.ledger import Ledger
from fisioflow_cli.ledger.writer import GroupWriter
from tests.engine.inbox import handler
from tests.engine.workbench import ZONE, Item, items, workflow

OCCASION = runs.Occasion(workflow="test-workflow", slot="2026-11-23", scope="all")
_telling = threading.Lock()
AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)


def main() -> int:
    """Do what the second argument says."""
    engine = open_database(parse_url(sys.argv[1]))
    ledger = Ledger(engine=engine, environment="development", clock=Clock())
    try:
        actions = {"race": race, "hold": hold, "work": work, "nap": nap, "dispatch": dispatch}
        return actions[sys.argv[2]](ledger)
    finally:
        engine.dispose()


def say(*words: object) -> None:
    """Tell the test, a whole line at a time whichever thread does."""
    with _telling:
        print(*words, flush=True)


def race(ledger: Ledger) -> int:
    """At the starting gun, open the run and try to get its lease."""
    say("ready")
    sys.stdin.readline()
    runs.open_run(ledger, OCCASION, generation=1, as_of=AS_OF)
    found = runs.latest(ledger, OCCASION)
    assert found is not None
    lease = runs.acquire(ledger, found, owner.current(), 60, owner_gone=False)
    say("lost" if lease is None else f"got {lease.attempt}")
    return 0


def hold(ledger: Ledger) -> int:
    """Take the lease and keep it without a heartbeat until killed."""
    runs.open_run(ledger, OCCASION, generation=1, as_of=AS_OF)
    found = runs.latest(ledger, OCCASION)
    assert found is not None
    say(runs.acquire(ledger, found, owner.current(), int(sys.argv[3]), owner_gone=False))
    sys.stdin.read()
    return 0


def work(ledger: Ledger) -> int:
    """A run whose every item takes a twentieth of a second; stopped by signals."""

    def do(item: Item) -> Seen:
        say("item", item.id)
        time.sleep(0.05)
        return Seen()

    def body(run: Run, services: Any) -> None:
        run.for_each("each", pages=items(*(f"{n:04}" for n in range(400)), size=3), do=do)

    return _start(ledger, body)


def nap(ledger: Ledger) -> int:
    """A run that sleeps long, or with an argument hangs in something that heeds nothing."""

    def body(run: Run, services: Any) -> None:
        say("asleep")
        if len(sys.argv) > 3:
            time.sleep(60)
        run.control.sleep(60)

    return _start(ledger, body)


def dispatch(ledger: Ledger) -> int:
    """Work on the inbox: `dispatch BODY LEASE_SECONDS [follow]`."""
    control = Control(clock=ledger.clock)
    writer = GroupWriter(ledger)
    dispatcher = Dispatcher(
        ledger=replace(ledger, writer=writer),
        workflows=[handler(BODIES[sys.argv[3]])],
        services=None,
        control=control,
        limits=Limits(concurrency=4),
        lease_seconds=int(sys.argv[4]),
        zone=ZONE,
        finished=lambda done: say("ended", done.event.id, done.event.status),
    )
    say("ready")
    sys.stdin.readline()
    with heeded(control), writer:
        summary = dispatcher.work(lambda: "follow" in sys.argv)
    say(json.dumps({"events": summary.events, "note": summary.note}))
    return int(summary.exit_code)


def _quick(run: Run, event: EventRow, services: Any) -> None:
    say("begun", event.id, run.attempt)
    run.step("one", lambda: 1)


def _steps(run: Run, event: EventRow, services: Any) -> None:
    say("begun", event.id)
    for number in range(400):
        run.step(f"{number:03}", lambda: time.sleep(0.05))


def _deaf(run: Run, event: EventRow, services: Any) -> None:
    say("begun", event.id)
    sys.stdin.readline()
    run.step("late", lambda: 1)


BODIES = {"quick": _quick, "steps": _steps, "deaf": _deaf}


def _start(ledger: Ledger, body: Any) -> int:
    control = Control(clock=ledger.clock)
    what = workflow(body)
    performer = Performer(
        workflow=what,
        services=None,
        ledger=ledger,
        control=control,
        organization=None,
        lease_seconds=60,
        remembers=True,
        watch=lambda _step, _items: None,
    )
    with heeded(control):
        report = Starter(workflow=what, request=Request(), performer=performer, zone=ZONE).start()
    say(json.dumps(report.document()))
    return int(report.final_code)


if __name__ == "__main__":
    sys.exit(main())
