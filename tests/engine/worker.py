"""Another process for the tests: `python -m tests.engine.worker URL ACTION`; it talks on stdout."""

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

from fisioflow_cli.clock import Clock
from fisioflow_cli.database import open_database, parse_url
from fisioflow_cli.engine import owner
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.perform import Performer
from fisioflow_cli.engine.run import Run, Seen
from fisioflow_cli.engine.signals import heeded
from fisioflow_cli.engine.start import Request, Starter
from fisioflow_cli.ledger import runs
from fisioflow_cli.ledger.ledger import Ledger
from tests.engine.workbench import ZONE, Item, items, workflow

OCCASION = runs.Occasion(workflow="test-workflow", slot="2026-11-23", scope="all")
AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)


def main() -> int:
    """Do what the second argument says."""
    engine = open_database(parse_url(sys.argv[1]))
    ledger = Ledger(engine=engine, environment="development", clock=Clock())
    try:
        return {"race": race, "hold": hold, "work": work, "nap": nap}[sys.argv[2]](ledger)
    finally:
        engine.dispose()


def say(*words: object) -> None:
    """Tell the test."""
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
