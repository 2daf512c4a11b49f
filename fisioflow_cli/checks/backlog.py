"""The checks on what was left behind: dead owners' runs, missed slots, events and messages that wait."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.checks.finding import Finding, guarded, ok, skipped, warning
from fisioflow_cli.console import plain
from fisioflow_cli.demo import APART
from fisioflow_cli.engine.agenda import Fate, Reader
from fisioflow_cli.engine.start import timetable
from fisioflow_cli.ledger import backlog
from fisioflow_cli.workflows.registry import EVENT_WORKFLOWS, WORKFLOWS

if TYPE_CHECKING:
    from fisioflow_cli.ledger.backlog import Left
    from fisioflow_cli.ledger.ledger import Ledger

LEASES = "ledger.leases"
SLOTS = "ledger.slots"
OVERDUE = "ledger.overdue-events"
DEAD = "ledger.dead-events"
DOUBT = "ledger.in-doubt"
ALL = (LEASES, SLOTS, OVERDUE, DEAD, DOUBT)
LONG_DEAD = timedelta(minutes=15)
OVERDUE_AFTER = timedelta(hours=1)
DOUBT_AFTER = timedelta(days=1)
BACK = timedelta(days=7)
NAMED = 5


def check_backlog(ledger: "Ledger", zone: ZoneInfo, *, is_demo: bool = False) -> Iterator[Finding]:
    """What a person should look at, in a ledger that can be used; `is_demo`: that of the demo clinic."""
    checks: dict[str, Callable[[], Finding]] = {
        LEASES: partial(_leases, ledger),
        SLOTS: partial(_slots, ledger, zone, is_demo=is_demo),
        OVERDUE: partial(_overdue, ledger),
        DEAD: partial(_dead, ledger),
        DOUBT: partial(_doubt, ledger),
    }
    for check, look in checks.items():
        yield guarded(check, look)


def without_backlog(why: str) -> Iterator[Finding]:
    """The same checks where there is no ledger to look into."""
    return (skipped(check, why) for check in ALL)


def _leases(ledger: "Ledger") -> Finding:
    stuck = backlog.stuck_runs(ledger, since=LONG_DEAD)
    if not stuck:
        return ok(LEASES, "Nobody has died over a run without another taking it over.")
    of_events = {workflow.id for workflow in EVENT_WORKFLOWS}
    named = [
        run.workflow if run.workflow in of_events else f"{run.workflow} {plain(run.slot)}"
        for run in stuck
    ]
    return warning(
        LEASES,
        f"Left by processes that are gone: {', '.join([*dict.fromkeys(named)][:NAMED])}.",
        "Start `fisioflow due`, for events `fisioflow dispatch`: the next start takes them over.",
    )


def _slots(ledger: "Ledger", zone: ZoneInfo, *, is_demo: bool) -> Finding:
    tables = [timetable(workflow, ledger.clock, zone) for workflow in WORKFLOWS]
    now = ledger.clock.now()
    agendas = Reader(ledger=ledger).read(tables, since=now - BACK, until=now)
    started = [agenda for agenda in agendas if agenda.started]
    if not started:
        return skipped(SLOTS, "No workflow was ever started here.")
    left = [
        (entry.due_at, f"{agenda.workflow.command} {entry.slot.label} {entry.fate}")
        for agenda in started
        for entry in agenda.entries
        if entry.late or entry.fate is Fate.MISSED
    ]
    found = [named for _, named in sorted(left)]
    if not found:
        return ok(SLOTS, "No slot of the last seven days was missed, and none is late.")
    if is_demo:
        return skipped(SLOTS, APART)
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return warning(
        SLOTS,
        f"Not done: {', '.join(found[-NAMED:])}{more}.",
        "See that the scheduler runs; `fisioflow due` does what can still be done.",
    )


def _overdue(ledger: "Ledger") -> Finding:
    left = backlog.overdue_events(ledger, after=OVERDUE_AFTER)
    if not left.count:
        return ok(OVERDUE, "No event waits for a dispatcher.")
    return warning(
        OVERDUE,
        f"{_many(left, 'event')} due for over an hour{_since(left)}: nobody dispatches.",
        "Start `fisioflow dispatch` every minute, or keep `fisioflow dispatch --follow` running.",
    )


def _dead(ledger: "Ledger") -> Finding:
    left = backlog.dead_events(ledger)
    if not left.count:
        return ok(DEAD, "No event was given up.")
    return warning(
        DEAD,
        f"{_many(left, 'event')} given up{_since(left)}.",
        "`fisioflow events list --status dead` names them; retry or discard each.",
    )


def _doubt(ledger: "Ledger") -> Finding:
    left = backlog.in_doubt(ledger, after=DOUBT_AFTER)
    if not left.count:
        return ok(DOUBT, "No message is in doubt for longer than a day.")
    return warning(
        DOUBT,
        f"{_many(left, 'message')} in doubt for over a day{_since(left)}.",
        "`fisioflow deliveries in-doubt` names them; ask the provider, then `fisioflow deliveries resolve`.",
    )


def _since(left: "Left") -> str:
    return f", the oldest since {left.since:%Y-%m-%d %H:%M} UTC" if left.since else ""


def _many(left: "Left", what: str) -> str:
    return f"{backlog.in_words(left.count)} {what}{'' if left.count == 1 else 's'}"
