"""What the log is told of runs: how an attempt begins, and what it comes to."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fisioflow_cli import log
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.ledger.tables import RunStatus, StepStatus

if TYPE_CHECKING:
    from fisioflow_cli.engine.event_ending import EventEnding
    from fisioflow_cli.engine.report import Report
    from fisioflow_cli.ledger.events import Claimed
    from fisioflow_cli.ledger.ledger import Lease
    from fisioflow_cli.ledger.runs import RunRow
    from fisioflow_cli.ledger.steps import StepRow

COUNTS = ("candidates", "sent", "failed", "in_doubt", "pending")
LEVELS = {
    ExitCode.DONE: log.INFO,
    ExitCode.PARTIAL: log.WARNING,
    ExitCode.TRY_LATER: log.WARNING,
    ExitCode.INTERRUPTED: log.WARNING,
    ExitCode.TERMINATED: log.WARNING,
}
"""Every other code is an error."""


def started(found: "RunRow", lease: "Lease") -> None:
    """An attempt begins, at a run that was found like this."""
    event = "run.opened" if lease.attempt == 1 else "run.resumed"
    if found.attempt and found.status is RunStatus.RUNNING:
        event = "run.taken_over"
    log.tell(event, attempt=lease.attempt, scope=found.scope, generation=found.generation)


def event_started(claimed: "Claimed") -> None:
    """An attempt at an event begins."""
    event, attempt = claimed.event, claimed.lease.attempt
    log.tell(
        "run.opened" if attempt == 1 else "run.resumed",
        attempt=attempt,
        event_name=event.name,
        failures=event.failures,
    )


def step(row: "StepRow") -> None:
    """A step is recorded: done, waiting for a later start, or failed."""
    done = row.status is StepStatus.COMPLETED
    log.tell(
        "step.done" if done else f"step.{row.status}",
        level=log.ERROR if row.status is StepStatus.FAILED else log.INFO,
        step=row.name,
        tries=row.tries,
        seconds=_seconds(row.started_at, row.finished_at),
        error=row.error,
    )


def ended(report: "Report") -> "Report":
    """The same report, told: an attempt has ended, or was not needed."""
    event = "run.ended"
    if report.reused or report.status not in set(RunStatus):
        event = "run.reused" if report.reused else "run.elsewhere"
    log.tell(
        event,
        level=LEVELS.get(report.exit_code, log.ERROR),
        status=str(report.status),
        attempt=report.attempt,
        exit_code=int(report.exit_code),
        seconds=_seconds(report.started_at, report.finished_at),
        note=report.note,
        **counts(report.result),
    )
    return report


def event_ended(claimed: "Claimed", ending: "EventEnding") -> None:
    """An attempt at an event has ended and is recorded."""
    done = ending.conclusion
    code = ExitCode.PARTIAL if done.status == "dead" else ending.exit_code
    log.tell(
        "run.ended",
        level=LEVELS.get(code, log.ERROR),
        status=str(done.run_status),
        attempt=claimed.lease.attempt,
        event_name=claimed.event.name,
        event_status=str(done.status),
        failures=done.failures,
        due_at=done.due_at.isoformat() if done.due_at else None,
        note=done.run_error or done.error,
        **counts(done.result or {}),
    )


def counts(result: Mapping[str, Any]) -> dict[str, log.Fact]:
    """The figures of a result that are the same in every workflow; none of its lists."""
    found: dict[str, log.Fact] = {
        name: result[name] for name in COUNTS if isinstance(result.get(name), int)
    }
    skipped = result.get("skipped")
    return found | ({"skipped": dict(skipped)} if isinstance(skipped, Mapping) else {})


def _seconds(begun: datetime | None, done: datetime | None) -> float | None:
    return round((done - begun).total_seconds(), 3) if begun and done else None
