"""Showing runs: tables for people, documents for programs."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.table import Column, Table

from fisioflow_cli import console
from fisioflow_cli.commands.show_report import lines
from fisioflow_cli.console import plain

if TYPE_CHECKING:
    from fisioflow_cli.context.history import Detail
    from fisioflow_cli.ledger.runs import RunRow
    from fisioflow_cli.ledger.steps import StepRow

SHORT_ID = 8


def show_list(runs: "list[RunRow]") -> None:
    """One line per run, newest first; times in UTC."""
    if not runs:
        console.err().print("No runs yet.")
        return
    heads = ("run", "workflow", "slot", "scope", "status", "attempts", "started (UTC)", "took")
    table = Table(*(Column(head, overflow="fold") for head in heads), box=None)
    for run in runs:
        table.add_row(
            run.id[:SHORT_ID],
            plain(run.workflow),
            _slot(run),
            plain(run.scope),
            plain(run.status),
            str(run.attempt),
            _time(run.started_at),
            _duration(run.started_at, run.finished_at),
        )
    console.out().print(table)


def show_detail(detail: "Detail") -> None:
    """A run, its result, its steps and its deliveries."""
    out, run = console.out(), detail.run
    out.print(f"run        {run.id}")
    occasion = f"{plain(run.workflow)}  slot {_slot(run)}  scope {plain(run.scope)}"
    out.print(f"workflow   {occasion}  {plain(run.environment)}")
    out.print(
        f"status     {run.status}, attempt {run.attempt}, started {_time(run.started_at)} UTC, "
        f"took {_duration(run.started_at, run.finished_at)}"
    )
    if run.error:
        out.print(f"note       {plain(run.error)}")
    for line in lines(run.result or {}):
        out.print(f"           {plain(line)}")
    if detail.steps:
        out.print()
        out.print(_steps(detail.steps))
    if detail.deliveries:
        out.print()
        table = Table("deliveries", "channel", "state", "reason", box=None)
        for tally in detail.deliveries:
            table.add_row(
                str(tally.count),
                plain(tally.channel or ""),
                plain(tally.state),
                plain(tally.reason or ""),
            )
        out.print(table)


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
        "started_at": _iso(run.started_at),
        "finished_at": _iso(run.finished_at),
        "result": run.result,
        "error": run.error,
    }


def detail_document(detail: "Detail") -> dict[str, Any]:
    """The JSON form of a run with its steps and deliveries."""
    return run_document(detail.run) | {
        "steps": [
            {
                "name": step.name,
                "status": step.status,
                "attempt": step.attempt,
                "tries": step.tries,
                "started_at": _iso(step.started_at),
                "finished_at": _iso(step.finished_at),
                "duration_seconds": (step.finished_at - step.started_at).total_seconds(),
                "result": step.result,
                "error": step.error,
            }
            for step in detail.steps
        ],
        "deliveries": [vars(tally) for tally in detail.deliveries],
    }


def _steps(steps: "list[StepRow]") -> Table:
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


def _slot(run: "RunRow") -> str:
    return plain(run.slot) + (f" (generation {run.generation})" if run.generation > 1 else "")


def _time(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if moment else "–"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _duration(begun: datetime | None, ended: datetime | None) -> str:
    if begun is None or ended is None:
        return "–"
    seconds = (ended - begun).total_seconds()
    return f"{seconds:.2f} s" if seconds < 60 else f"{seconds / 60:.1f} min"
