"""Showing the demonstration: one table of what happened, and where to look."""

from typing import TYPE_CHECKING, Any

from fisioflow_cli import console
from fisioflow_cli.commands.columns import Row, print_prose, print_rows
from fisioflow_cli.ledger.tables import RunStatus
from fisioflow_cli.workflows.names import workflow_name

if TYPE_CHECKING:
    from fisioflow_cli.context.demonstration import Demonstration
    from fisioflow_cli.engine.report import Report


def show(demonstration: "Demonstration", first: "list[Report]", second: "list[Report]") -> None:
    """What both rounds came to."""
    out = console.out()
    out.print("Monday, 2 March 2026, at the demo clinic")
    out.print()
    rows = [
        Row(
            cells=(workflow_name(report.workflow), report.slot),
            remark=_told(report) + _again(again),
        )
        for report, again in zip(first, second, strict=True)
    ]
    print_rows(("workflow", "slot"), rows, remark="what happened")
    out.print()
    sent = len(list(demonstration.outbox.glob("*.json"))) if demonstration.outbox else 0
    if all(report.reused for report in second):
        print_prose(
            f"The outbox holds {sent} messages, and the second start of all six sent nothing again.",
        )
    out.print()
    out.print("Look at")
    if demonstration.outbox is not None:
        out.print(f"  the messages         {demonstration.outbox / 'index.html'}")
    program = demonstration.program
    out.print(f"  what ran             {program} runs list")
    out.print(f"  one run, in detail   {program} runs show {(first[2].run_id or '')[:8]}")
    out.print(f"  what today would do  {program} birthdays --dry-run")


def _again(report: "Report") -> str:
    """What the second start did, unless it is the nothing to be expected, which is told once for all."""
    return "" if report.reused else f"; second start: {report.status}"


def _told(report: "Report") -> str:
    """What happened; the status too, unless it is the one to be expected."""
    told = happened(report.result) + (" (done before)" if report.reused else "")
    return told if report.status == RunStatus.COMPLETED else f"{report.status}: {told}"


def happened(result: Any) -> str:
    """What a workflow's result comes to, in a sentence."""
    if "candidates" in result:
        return _messages(result)
    if "issues" in result:
        checks = len(result["issues"])
        if not checks:
            return "no issues found"
        return f"{result['issues_found']} issues found by {checks} checks"
    deleted = sum(result["deleted"].values())
    return (
        f"{deleted} rows deleted, {result['expired_waitlist_offers']} waitlist offers expired, "
        f"{result['kept_clinical_sessions']} clinical drafts kept"
    )


def _messages(result: Any) -> str:
    channels = ", ".join(f"{count} {channel}" for channel, count in result["by_channel"].items())
    said = [f"{result['sent']} sent ({channels})" if channels else "nothing sent"]
    said += [
        f"{result[state]} {state.replace('_', ' ')}"
        for state in ("failed", "in_doubt", "pending")
        if result[state]
    ]
    if result["skipped"]:
        reasons = ", ".join(f"{count} {reason}" for reason, count in result["skipped"].items())
        said.append(f"skipped {reasons}")
    return "; ".join(said)
