"""Showing runs: tables for people, documents for programs."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from fisioflow_cli import console
from fisioflow_cli.commands.columns import Row, fits, print_rows
from fisioflow_cli.commands.facts import minute_of, time_of
from fisioflow_cli.commands.show_page import Listed
from fisioflow_cli.console import plain
from fisioflow_cli.delivery.reasons import ENDED, remark, words
from fisioflow_cli.engine import owner
from fisioflow_cli.ledger.tables import RunStatus
from fisioflow_cli.workflows.names import workflow_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fisioflow_cli.context.history import Detail
    from fisioflow_cli.ledger.runs import RunRow
    from fisioflow_cli.ledger.steps import StepRow

SHORT_ID = 8
NAMES = ("run", "workflow", "slot", "scope", "status", "attempts", "started (UTC)", "took")


def show_list(runs: "list[RunRow]") -> None:
    """One line per run, newest first; times in UTC.

    Where a terminal has no room for scope and attempts, a run for one organization says so below.
    """
    if not runs:
        console.err().print("No such runs.")
        return
    # of what is the same in all rows there is no column: then the rest has room in 80
    usual = {"scope": all(map(_is_for_all, runs)), "attempts": all(r.attempt <= 1 for r in runs)}
    names = [name for name in NAMES if not usual.get(name)]
    rows = [Row(cells=[_cells(run)[name] for name in names]) for run in runs]
    if not fits(names, rows, console.out().width):
        names = [name for name in NAMES if name not in usual]
        rows = [_narrow(run, names) for run in runs]
    print_rows(names, rows, lead=3)


def _narrow(run: "RunRow", names: "list[str]") -> Row:
    only = "" if _is_for_all(run) else f"only {plain(run.scope)}"
    return Row(cells=[_cells(run)[name] for name in names], remark=only)


def _is_for_all(run: "RunRow") -> bool:
    return run.scope == "all"


def _cells(run: "RunRow") -> dict[str, str]:
    started = minute_of(run.started_at)
    return {
        "run": run.id[:SHORT_ID],
        "workflow": plain(workflow_name(run.workflow)),
        "slot": _slot(run),
        "scope": plain(run.scope),
        "status": plain(run.status),
        "attempts": str(run.attempt),
        "started (UTC)": started,
        "took": duration(run.started_at, run.finished_at),
    }


def head(run: "RunRow") -> "Iterator[str]":
    """What a run is and how it stands, a line each."""
    yield f"run        {run.id}"
    occasion = f"{plain(workflow_name(run.workflow))}  slot {_slot(run)}  scope {plain(run.scope)}"
    yield f"workflow   {occasion}  {plain(run.environment)}"
    yield f"id         {plain(run.workflow)}"
    yield (
        f"status     {run.status}, attempt {run.attempt}, started {time_of(run.started_at)} UTC, "
        f"took {duration(run.started_at, run.finished_at)}"
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


LISTED = Listed(name="runs", document=run_document, table=show_list)


def _slot(run: "RunRow") -> str:
    return plain(run.slot) + (f" (generation {run.generation})" if run.generation > 1 else "")


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _seconds(begun: datetime | None, ended: datetime | None) -> float | None:
    return (ended - begun).total_seconds() if begun and ended else None


def duration(begun: datetime | None, ended: datetime | None) -> str:
    """How long something took, for a person."""
    seconds = _seconds(begun, ended)
    if seconds is None:
        return "–"
    return f"{seconds:.2f} s" if seconds < 60 else f"{seconds / 60:.1f} min"
