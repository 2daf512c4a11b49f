"""Environments on one ledger: none reads, counts, claims or changes what another one has."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.ledger import (
    backlog,
    deliveries,
    event_care,
    event_leases,
    event_rows,
    events,
    insights,
    pages,
    pulse,
    recent_runs,
    runs,
    slot_runs,
    slots,
    sources,
    volumes,
)
from fisioflow_cli.ledger.delivery_filter import DeliveryFilter
from fisioflow_cli.ledger.event_filter import EventFilter
from fisioflow_cli.ledger.ledger import Ledger
from fisioflow_cli.ledger.run_filter import RunFilter
from fisioflow_cli.ledger.runs import Occasion
from fisioflow_cli.ledger.tables import DeliveryState, EventStatus, RunStatus
from tests.engine.workbench import MONDAY, Bench
from tests.ledger.inbox import OWNER
from tests.ledger.test_environments import A, B, contents, of, row

LONG_AGO = MONDAY - timedelta(days=400)
NOW = timedelta()
INSIGHT = {"organization_id": "o1", "patient_id": "p1", "input_sha256": "0"}
OCCASION = Occasion(workflow="w", slot="2026-11-10", scope="all")

READ: dict[str, Callable[[Ledger], Any]] = {
    "late events": lambda ledger: backlog.overdue_events(ledger, after=NOW),
    "dead events": backlog.dead_events,
    "old doubts": lambda ledger: backlog.in_doubt(ledger, after=NOW),
    "a delivery": lambda ledger: deliveries.find(ledger, "k/sent"),
    "an event": lambda ledger: event_rows.get(ledger, "dead"),
    "events alike": lambda ledger: event_rows.matching(ledger, "d"),
    "events by status": event_rows.counts,
    "when an event is due": event_rows.next_due,
    "an insight": lambda ledger: insights.latest_by_hash(ledger, since=LONG_AGO, **INSIGHT),
    "runs listed": lambda ledger: pages.page(ledger, RunFilter()).rows,
    "events listed": lambda ledger: pages.page(ledger, EventFilter()).rows,
    "deliveries listed": lambda ledger: pages.page(ledger, DeliveryFilter()).rows,
    "what there is to do": backlog.counts,
    "what happens": lambda ledger: pulse.take(ledger, most=9),
    "durations": lambda ledger: recent_runs.latest(ledger, ["w"], most=9),
    "a run": lambda ledger: runs.latest(ledger, OCCASION),
    "unfinished runs": lambda ledger: runs.unfinished(ledger, "w"),
    "first slots": lambda ledger: slot_runs.firsts(ledger, ["w"], ["all"]),
    "runs of slots": lambda ledger: slot_runs.within(ledger, {"w": ("0", "9")}, ["all"]),
    "slots": lambda ledger: slots.known(ledger, "w"),
    "files": lambda ledger: sources.of_path(ledger, "p"),
    "stuck runs": lambda ledger: backlog.stuck_runs(ledger, since=NOW),
    "volume of messages": lambda ledger: volumes.deliveries(ledger, LONG_AGO),
    "volume of events": lambda ledger: volumes.events(ledger, LONG_AGO),
    "volume of runs": lambda ledger: volumes.runs(ledger, LONG_AGO),
}
CHANGED: dict[str, Callable[[Ledger], Any]] = {
    "claiming": lambda ledger: events.claim(ledger, OWNER, 60, most=9),
    "retrying": lambda ledger: event_care.retry(ledger, "dead"),
    "hastening": lambda ledger: event_care.hasten(ledger, "waiting"),
    "discarding": lambda ledger: event_care.discard(ledger, "waiting"),
    "freeing": lambda ledger: event_leases.free_abandoned(ledger, lambda _owner: True),
}


def _fill(bench: Bench, environment: str) -> None:
    """Something of everything, in every state, with the same ids and keys as in any other."""
    tables = bench.ledger.tables
    rows: list[tuple[Any, dict[str, Any]]] = []
    for number, status in enumerate(RunStatus):
        facts = {
            "id": f"r-{environment}-{status}",
            "workflow": "w",
            "slot": f"2026-11-{10 + number}",
        }
        facts |= {"scope": "all", "generation": 1, "attempt": 1, "status": status}
        rows.append((tables.runs, facts | {"lease_until": LONG_AGO}))
    for event_status in EventStatus:
        facts = {"id": str(event_status), "status": event_status, "due_at": LONG_AGO}
        facts |= {"workflow": "w", "priority": 0, "data": {}}
        running = event_status is EventStatus.RUNNING
        facts |= {"run_id": f"r-{environment}-running" if running else None}
        rows.append((tables.events, facts))
    for state in DeliveryState:
        facts = {"id": f"d-{environment}-{state}", "message_key": f"k/{state}", "state": state}
        rows.append((tables.deliveries, facts | {"updated_at": LONG_AGO}))
    rows += [(tables.slots, {"workflow": "w"}), (tables.sources, {"path": "p"})]
    rows.append((tables.insights, INSIGHT | {"status": "stored"}))
    with bench.ledger.writing() as connection:
        for number, (table, facts) in enumerate(rows):
            known = {name: value for name, value in facts.items() if name in table.c}
            connection.execute(table.insert(), row(table, number, environment) | known)


def test_nothing_of_another_environment_is_read(bench: Bench) -> None:
    """What ours comes to is what it came to before the other one had anything."""
    ours, theirs = of(bench, A).ledger, of(bench, B).ledger
    before = {what: ask(ours) for what, ask in READ.items()}
    _fill(bench, B)
    found = {what: ask(ours) for what, ask in READ.items()}
    assert [what for what in READ if found[what] != before[what]] == []
    assert [what for what, ask in READ.items() if ask(theirs) == before[what]] == [], "proves it"


@pytest.mark.parametrize("what", CHANGED)
def test_nothing_of_another_environment_is_changed(bench: Bench, what: str) -> None:
    _fill(bench, B)
    before = contents(bench, B)
    CHANGED[what](of(bench, A).ledger)
    assert contents(bench, B) == before
    CHANGED[what](of(bench, B).ledger)
    assert contents(bench, B) != before
