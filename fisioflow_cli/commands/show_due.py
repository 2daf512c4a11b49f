"""Showing what is due, and what came of doing it."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from fisioflow_cli import console
from fisioflow_cli.commands import show_report
from fisioflow_cli.commands.columns import Row, print_rows
from fisioflow_cli.console import plain
from fisioflow_cli.engine.agenda import Fate
from fisioflow_cli.engine.start import timetable
from fisioflow_cli.errors import ExitCode

if TYPE_CHECKING:
    from fisioflow_cli.context.context import Context
    from fisioflow_cli.context.due import Outcome
    from fisioflow_cli.engine.agenda import Entry
    from fisioflow_cli.engine.outlook import Outlook
    from fisioflow_cli.engine.report import Report

WHY = {
    Fate.DUE: "due since {due}",
    Fate.LATE: "late: due since {due}",
    Fate.UNFINISHED: "unfinished: {error}",
    Fate.FAILED: "failed: {error}",
}
STOPPED = "A process stopped without a word; it is taken over."
OPENED = "It is opened to be done once more, and nothing has begun it yet."
RUNNING = "running: left to the process that works on it"
CLOSE = "past its maximum age: closed, what is pending is skipped"


def show_outlook(found: "list[Outlook]", context: "Context", *, as_json: bool) -> None:
    """A line per slot to do, with the reason; of a workflow with none when its next one is."""
    if as_json:
        typer.echo(json.dumps({"workflows": [_document(each, context) for each in found]}))
        return
    rows = [
        Row(cells=(outlook.agenda.workflow.command, plain(slot)), remark=plain(why))
        for outlook in found
        for slot, why in _lines(outlook, context)
    ]
    print_rows(("workflow", "slot"), rows, remark="what is to do")


def show_outcome(outcome: "Outcome", *, as_json: bool) -> None:
    """What was done, and on stderr why something ended early.

    Off a terminal only trouble is told, and of what is left pending only the first time: with a
    start every ten minutes it would be said all night.
    """
    live = sys.stdout.isatty()
    for report in outcome.reports:
        if live or _news(report):
            if not as_json:
                show_report.show(report)
            show_report.remark(report)
    if as_json:
        typer.echo(json.dumps(outcome.document()))
    elif live and not outcome.reports and not outcome.left:
        console.err().print("Nothing is due.")
    if outcome.left:
        console.err().print(f"fisioflow: Left to a later start: {', '.join(outcome.left)}.")


def _news(report: "Report") -> bool:
    code = report.final_code
    if code is ExitCode.TRY_LATER:
        return any(each.attempt <= 1 for each in (*report.caught_up, report) if each.exit_code)
    return code is not ExitCode.DONE


def _lines(outlook: "Outlook", context: "Context") -> Iterator[tuple[str, str]]:
    yield from ((run.slot, CLOSE) for run in outlook.overdue)
    yield from ((e.slot.label, _why(e, context)) for e in outlook.agenda.to_do)
    yield from ((e.slot.label, RUNNING) for e in outlook.agenda.entries if e.fate is Fate.RUNNING)
    if not outlook.anything:
        table = timetable(outlook.agenda.workflow, context.clock, context.zone)
        due = _local(table.scheduled(table.next), context)
        yield table.next.label, f"nothing before {due}"


def _why(entry: "Entry", context: "Context") -> str:
    run = entry.run
    error = (run.error if run else None) or (OPENED if run and not run.begun else STOPPED)
    return WHY[entry.fate].format(due=_local(entry.due_at, context), error=error)


def _local(moment: datetime, context: "Context") -> str:
    return f"{moment.astimezone(context.zone):%Y-%m-%d %H:%M}"


def _document(outlook: "Outlook", context: "Context") -> dict[str, Any]:
    table = timetable(outlook.agenda.workflow, context.clock, context.zone)
    return {
        "workflow": outlook.agenda.workflow.id,
        "command": outlook.agenda.workflow.command,
        "to_do": [entry_document(entry, _why(entry, context)) for entry in outlook.agenda.to_do],
        "running": [
            entry_document(entry, RUNNING)
            for entry in outlook.agenda.entries
            if entry.fate is Fate.RUNNING
        ],
        "close": [
            {"slot": run.slot, "run_id": run.id, "error": run.error, "why": CLOSE}
            for run in outlook.overdue
        ],
        "next": {
            "slot": table.next.label,
            "due_at": table.scheduled(table.next).astimezone(UTC).isoformat(),
        },
    }


def entry_document(entry: "Entry", why: str | None = None) -> dict[str, Any]:
    """The JSON form of a slot, with the words that people read about it; instants in ISO 8601, UTC."""
    return {
        "slot": entry.slot.label,
        "state": entry.fate,
        "late": entry.late,
        "due_at": entry.due_at.isoformat(),
        "expires_at": entry.expires_at.isoformat(),
        "run_id": entry.run.id if entry.run else None,
        "error": entry.run.error if entry.run else None,
        "why": why,
    }
