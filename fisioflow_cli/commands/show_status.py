"""Showing how the schedule stands: a line per workflow, then whatever needs somebody."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.text import Text

from fisioflow_cli import console
from fisioflow_cli.commands.columns import Row, print_rows
from fisioflow_cli.commands.show_due import entry_document
from fisioflow_cli.console import plain
from fisioflow_cli.demo import APART
from fisioflow_cli.engine.agenda import Fate
from fisioflow_cli.ledger.backlog import in_words
from fisioflow_cli.workflows.names import workflow_name
from fisioflow_cli.workflows.registry import WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from zoneinfo import ZoneInfo

    from fisioflow_cli.context.status import Standing, Status
    from fisioflow_cli.engine.agenda import Entry
    from fisioflow_cli.ledger.backlog import StuckRun

STYLES = {
    Fate.DONE: "green",
    Fate.PARTIAL: "yellow",
    Fate.UNFINISHED: "yellow",
    Fate.FAILED: "red",
    Fate.LATE: "red",
    Fate.MISSED: "red",
}
URGENT = {"late": "bold red", "missed": "bold red"}
NEVER = "–"
MISSED = "too late to be done"
MOST_NAMED = 8
"""So many slots are named one by one; of more, the first and the last."""
WIDE = 100
"""Columns from which on there is room for durations."""


def show(status: "Status", zone: "ZoneInfo") -> None:
    """Fits 80 columns; colour on a terminal only; times in FISIOFLOW_TIMEZONE.

    Where there is room it tells how long the last run took, and the median of those before it.
    """
    out = console.out()
    heads = ("workflow", "last success", "slot", "state", "next", "took", "usually")
    shown = len(heads) if out.width >= WIDE else len(heads) - 2
    rows = [_row(standing, status.at, zone) for standing in status.standings]
    print_rows(heads[:shown], [Row(cells=row[:shown]) for row in rows])
    problems = [
        Row(cells=[Text(word, style=URGENT.get(word, "bold"))], remark=plain(sentence))
        for word, sentence in needs(status, zone)
    ]
    if problems:
        out.print()
        print_rows((), problems)
    if not status.in_order:
        console.err().print(f"Something is late or missed in {plain(status.environment)}.")
        if status.is_demo:
            console.err().print(APART)
    elif sys.stdout.isatty():
        name = plain(status.environment)
        console.err().print(f"All in order in {name}. Times are those of {zone.key}.")


def document(status: "Status", zone: "ZoneInfo") -> dict[str, Any]:
    """The JSON form; instants in ISO 8601, UTC, durations in seconds."""
    return {
        "environment": status.environment,
        "at": status.at.isoformat(),
        "in_order": status.in_order,
        "workflows": [_document(standing, zone) for standing in status.standings],
        "events": {
            "waiting": status.counts.waiting,
            "due": status.counts.due,
            "dead": status.counts.dead,
        },
        "deliveries": {"in_doubt": status.counts.in_doubt},
        "stuck": [
            {
                "run_id": run.id,
                "workflow": run.workflow,
                "slot": run.slot,
                "lease_until": run.lease_until.isoformat(),
                "why": _stuck(run),
            }
            for run in status.stuck
        ],
    }


def _row(standing: "Standing", at: datetime, zone: "ZoneInfo") -> tuple[str | Text, ...]:
    success, now, pace = standing.last_success, standing.now, standing.pace
    finished = success.finished_at if success else None
    due = standing.next[1]
    return (
        standing.workflow.command,
        _short(finished, at, zone) if finished else NEVER,
        plain(now.slot.label) if now else NEVER,
        _state(now) if now else Text("not yet due"),
        _short(due, at, zone),
        _length(pace.seconds) if pace else NEVER,
        _length(pace.median) if pace and pace.median is not None else NEVER,
    )


def _state(entry: "Entry") -> Text:
    late = ", late" if entry.late and entry.fate is not Fate.LATE else ""
    return Text(f"{entry.fate}{late}", style="red" if entry.late else STYLES.get(entry.fate, ""))


def needs(status: "Status", zone: "ZoneInfo") -> Iterator[tuple[str, str]]:
    """What needs somebody: the word for it, and a sentence; what is missed or late first."""
    for standing in status.standings:
        for why, slots in _grouped(standing.missed, lambda _: MISSED):
            yield "missed", f"{standing.workflow.command} {slots}: {why}"
        for why, slots in _grouped(standing.late, lambda entry: _late(entry, zone)):
            yield "late", f"{standing.workflow.command} {slots}: {why}"
    yield from _remarks(status)


def _grouped(
    entries: "Iterable[Entry]", why: "Callable[[Entry], str]"
) -> Iterator[tuple[str, str]]:
    """The reasons, each with the slots it holds for."""
    for reason, found in groupby(entries, key=why):
        slots = [plain(entry.slot.label) for entry in found]
        few = len(slots) <= MOST_NAMED
        yield reason, ", ".join(slots) if few else f"{len(slots)} from {slots[0]} to {slots[-1]}"


def _late(entry: "Entry", zone: "ZoneInfo") -> str:
    if entry.run is None:
        return f"not started at {entry.due_at.astimezone(zone):%H:%M}"
    error = entry.run.error or (
        "its process is gone" if entry.run.begun else "nothing has begun it yet"
    )
    return f"{entry.fate} (run {entry.run.id[:8]}): {error}"


def _remarks(status: "Status") -> Iterator[tuple[str, str]]:
    for standing in status.standings:
        if standing.pace is not None and standing.pace.slow:
            took, usual = _length(standing.pace.seconds), _length(standing.pace.median or 0)
            yield "slow", f"{standing.workflow.command} took {took}, usually {usual}"
    due, dead, in_doubt = status.counts.due, status.counts.dead, status.counts.in_doubt
    if due:
        yield "events", f"{in_words(due)} due: `fisioflow dispatch` works on them"
    if dead:
        yield "events", f"{in_words(dead)} dead: `fisioflow events list --status dead`"
    if in_doubt:
        yield "in doubt", f"{in_words(in_doubt)} messages: `fisioflow deliveries in-doubt`"
    for run in status.stuck:
        yield "stuck", f"{workflow_name(run.workflow)} {run.slot}: {_stuck(run)}"


def _stuck(run: "StuckRun") -> str:
    """With the command that takes it over."""
    command = "due" if any(known.id == run.workflow for known in WORKFLOWS) else "dispatch"
    return f"its process is gone (run {run.id[:8]}): `fisioflow {command}` takes it up"


def _document(standing: "Standing", zone: "ZoneInfo") -> dict[str, Any]:
    success, pace = standing.last_success, standing.pace
    slot, due = standing.next
    return {
        "workflow": standing.workflow.id,
        "command": standing.workflow.command,
        "started": standing.started,
        "last_success": {
            "run_id": success.id,
            "slot": success.slot,
            "finished_at": success.finished_at.isoformat() if success.finished_at else None,
        }
        if success
        else None,
        "now": entry_document(standing.now) if standing.now else None,
        "next": {"slot": slot.label, "due_at": due.astimezone(UTC).isoformat()},
        "late": [entry_document(entry, _late(entry, zone)) for entry in standing.late],
        "missed": [entry_document(entry, MISSED) for entry in standing.missed],
        "duration": {"seconds": pace.seconds, "median": pace.median, "slow": pace.slow}
        if pace
        else None,
    }


def _short(moment: datetime, at: datetime, zone: "ZoneInfo") -> str:
    """A time as short as it can be told from others within the year."""
    local = moment.astimezone(zone)
    near = abs((moment - at).days) < 180
    return f"{local:%d %b %H:%M}" if near else f"{local:%Y-%m-%d}"


def _length(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"
