"""Showing the report of a workflow to a person: figures on stdout, remarks on stderr."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fisioflow_cli import console
from fisioflow_cli.commands.columns import INDENT, Row, print_prose, print_rows
from fisioflow_cli.console import plain
from fisioflow_cli.engine.report import PLANNED
from fisioflow_cli.workflows.names import workflow_name

if TYPE_CHECKING:
    from fisioflow_cli.engine.report import Report

WOULD = {
    "sent": "would be sent",
    "skipped": "would be skipped",
    "deleted": "would be deleted",
    "expired_waitlist_offers": "offers that would expire",
}
"""What figures are called that a dry run foresees."""
PLAN = {
    "key": "message",
    "action": "would",
    "channel": "channel",
    "recipient": "recipient",
    "reason": "why not",
}
"""What of a plan's row is shown, and its heading."""


def show(report: "Report") -> None:
    """One line per slot, its figures, and for a dry run who would get what."""
    out = console.out()
    for done in (*report.caught_up, report):
        reused = ", done before" if done.reused else ""
        name = workflow_name(done.workflow)
        out.print(f"{name}  {done.slot}  {done.environment}  {done.status}{reused}")
        for line in lines(in_words(done)):
            print_prose(plain(line), before=" " * INDENT, hang=2 * INDENT)
    plan = report.result.get("plan")
    if plan:
        print_plan(plan)


def remark(report: "Report") -> None:
    """Why a slot ended early, who is working on it, or what to type next."""
    for done in (*report.caught_up, report):
        about = f"fisioflow: {plain(workflow_name(done.workflow))} {plain(done.slot)}"
        for sentence in done.remarks:
            console.err().print(f"{about}: {plain(sentence)}")


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    """The figures of a result, one to a line."""
    for name, value in result.items():
        if name == "plan":
            continue
        if name == "issues":
            yield from (
                f"{issue['check']}: {issue['count']}  e.g. {', '.join(issue['sample'][:3])}"
                for issue in value
            )
        elif isinstance(value, Mapping):
            inner = ", ".join(f"{key} {number}" for key, number in value.items() if number)
            yield f"{name}: {inner or '–'}"
        elif isinstance(value, list):
            yield f"{name}: {', '.join(map(str, value)) or '–'}"
        else:
            yield f"{name}: {value}"


def in_words(report: "Report", figures: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Its result, or these figures, under names for people: a dry run has sent nothing."""
    names = WOULD if report.status == PLANNED else {}
    found = report.result if figures is None else figures
    return {names.get(name, name): value for name, value in found.items()}


def print_plan(plan: list[dict[str, Any]]) -> None:
    """Who would get what, and why not."""
    rows = [Row(cells=[plain(row[name] or "") for name in PLAN]) for row in plan]
    print_rows(tuple(PLAN.values()), rows)
