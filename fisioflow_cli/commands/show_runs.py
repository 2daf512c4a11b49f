"""Showing runs: tables for people, documents for programs."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.table import Column, Table

from fisioflow_cli import console
from fisioflow_cli.commands.facts import time_of
from fisioflow_cli.commands.show_report import lines
from fisioflow_cli.console import plain
from fisioflow_cli.context.history import workflow_name
from fisioflow_cli.delivery.reasons import ENDED, brief, remark, words
from fisioflow_cli.engine import owner
from fisioflow_cli.engine.report import Report
from fisioflow_cli.ledger.tables import RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fisioflow_cli.context.history import Detail
    from fisioflow_cli.ledger.deliveries import DeliveryRow, Tally
    from fisioflow_cli.ledger.runs import RunRow
    from fisioflow_cli.ledger.steps import StepRow

SHORT_ID = 8
WHOLE = ("run", "workflow", "status", "started (UTC)", "took")
"""The columns that are not broken where the terminal is narrow."""
NARROW = 90
"""Columns below which there is no room for the number of attempts."""


def show_list(runs: "list[RunRow]") -> None:
    """One line per run, newest first; times in UTC."""
    if not runs:
        console.err().print("No such runs.")
        return
    names = ["run", "workflow", "slot", "scope", "status", "tries", "started (UTC)", "took"]
    # of what is the same in all rows there is no column: then the rest has room in 80
    if all(run.scope == "all" for run in runs):
        names.remove("scope")
    if all(run.attempt <= 1 for run in runs):
        names.remove("tries")
    out = console.out()
    if out.width < NARROW and "tries" in names:
        names.remove("tries")
    columns = [Column(name, overflow="fold", no_wrap=name in WHOLE) for name in names]
    table = Table(*columns, box=None, pad_edge=False)
    for run in runs:
        cells = _cells(run)
        table.add_row(*(cells[name] for name in names))
    console.tighten(table, out)
    out.print(table)


def _cells(run: "RunRow") -> dict[str, str]:
    started = f"{run.started_at.astimezone(UTC):%Y-%m-%d %H:%M}" if run.started_at else "–"
    return {
        "run": run.id[:SHORT_ID],
        "workflow": plain(workflow_name(run.workflow)),
        "slot": _slot(run),
        "scope": plain(run.scope),
        "status": plain(run.status),
        "tries": str(run.attempt),
        "started (UTC)": started,
        "took": _duration(run.started_at, run.finished_at),
    }


def show_detail(detail: "Detail") -> None:
    """A run, its result, its steps and its deliveries; those in trouble by name."""
    out, run = console.out(), detail.run
    for line in head(run):
        out.print(line)
    for line in lines(run.result or {}):
        out.print(f"           {plain(line)}")
    if detail.steps:
        out.print()
        out.print(steps_table(detail.steps))
    if detail.deliveries:
        out.print()
        out.print(_tallies(detail.deliveries))
    if detail.troubled:
        out.print()
        out.print(_troubled(detail.troubled))
    for sentence in Report.of(run, status=run.status).remarks:
        console.err().print(f"fisioflow: {plain(sentence)}")


def head(run: "RunRow") -> "Iterator[str]":
    """What a run is and how it stands, a line each."""
    yield f"run        {run.id}"
    occasion = f"{plain(workflow_name(run.workflow))}  slot {_slot(run)}  scope {plain(run.scope)}"
    yield f"workflow   {occasion}  {plain(run.environment)}"
    yield f"id         {plain(run.workflow)}"
    yield (
        f"status     {run.status}, attempt {run.attempt}, started {time_of(run.started_at)} UTC, "
        f"took {_duration(run.started_at, run.finished_at)}"
    )
    if run.status is RunStatus.RUNNING:
        yield f"owner      {plain(holder(run))}"
    if run.cancel_requested_at is not None:
        yield f"cancelled  asked for by hand at {time_of(run.cancel_requested_at)} UTC"
    if run.error:
        yield f"note       {plain(remark(run.error))}"


def holder(run: "RunRow") -> str:
    """Who works on a running run, or who is to."""
    if not run.leased:
        over = "its lease is over" if run.begun else "nothing has begun it yet"
        return f"nobody: {over}, the next start takes it up"
    if owner.gone(run.owner):
        return f"{owner.describe(run.owner)} is gone, the next start takes it over"
    return owner.describe(run.owner)


def run_document(run: "RunRow") -> dict[str, Any]:
    """The JSON form of a run; instants in ISO 8601, UTC."""
    return {
        "run_id": run.id,
        "workflow": run.workflow,
        "slot": run.slot,
        "scope": run.scope,
        "generation": run.generation,
        "environment": run.environment,
        "status": run.status,
        "attempt": run.attempt,
        "as_of": run.as_of.isoformat(),
        "created_at": run.created_at.isoformat(),
        "started_at": _iso(run.started_at),
        "finished_at": _iso(run.finished_at),
        "duration_seconds": _seconds(run.started_at, run.finished_at),
        "leased": run.leased,
        "owner": {key: run.owner.get(key) for key in ("host", "pid")} if run.owner else None,
        "cancel_requested_at": _iso(run.cancel_requested_at),
        "result": run.result,
        "error": run.error,
        "meaning": ENDED.get(run.error or ""),
    }


def step_document(step: "StepRow") -> dict[str, Any]:
    """The JSON form of a step."""
    return {
        "name": step.name,
        "status": step.status,
        "attempt": step.attempt,
        "tries": step.tries,
        "started_at": _iso(step.started_at),
        "finished_at": _iso(step.finished_at),
        "duration_seconds": _seconds(step.started_at, step.finished_at),
        "result": step.result,
        "error": step.error,
    }


def detail_document(detail: "Detail") -> dict[str, Any]:
    """The JSON form of a run with its steps and deliveries."""
    run = detail.run
    return run_document(run) | {
        "holder": holder(run) if run.status is RunStatus.RUNNING else None,
        "steps": [step_document(step) for step in detail.steps],
        "deliveries": [vars(tally) for tally in detail.deliveries],
        "troubled": [
            {
                "key": row.message_key,
                "state": row.state,
                "reason": row.reason,
                "meaning": words(row.state, row.reason),
                "channel": row.channel,
                "recipient": row.recipient,
            }
            for row in detail.troubled
        ],
    }


def steps_table(steps: "Sequence[StepRow]") -> Table:
    """A line per step."""
    table = Table("step", "status", "attempt", "tries", "took", "result or error", box=None)
    for step in steps:
        shown = step.error or step.result
        table.add_row(
            plain(step.name),
            step.status,
            str(step.attempt),
            str(step.tries),
            _duration(step.started_at, step.finished_at),
            plain(json.dumps(shown, ensure_ascii=False) if step.error is None else shown),
        )
    return table


def _tallies(tallies: "Sequence[Tally]") -> Table:
    """Those that a person has judged together, whoever it was and whenever."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for tally in tallies:
        counts[tally.channel or "", tally.state, brief(tally.reason)] += tally.count
    table = Table("deliveries", "channel", "state", "reason", box=None)
    for cells, count in counts.items():
        table.add_row(str(count), *map(plain, cells))
    return table


def _troubled(rows: "Sequence[DeliveryRow]") -> Table:
    columns = [Column(head, overflow="fold") for head in ("in trouble", "channel", "to", "why")]
    table = Table(*columns, box=None)
    for row in rows:
        why = f"{row.state} {row.reason or ''}"
        table.add_row(
            plain(row.message_key), plain(row.channel or ""), plain(row.recipient or ""), plain(why)
        )
    return table


def _slot(run: "RunRow") -> str:
    return plain(run.slot) + (f" (generation {run.generation})" if run.generation > 1 else "")


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _seconds(begun: datetime | None, ended: datetime | None) -> float | None:
    return (ended - begun).total_seconds() if begun and ended else None


def _duration(begun: datetime | None, ended: datetime | None) -> str:
    seconds = _seconds(begun, ended)
    if seconds is None:
        return "–"
    return f"{seconds:.2f} s" if seconds < 60 else f"{seconds / 60:.1f} min"
