"""Showing what was filled in: a line for every slot."""

from typing import TYPE_CHECKING, Any

from fisioflow_cli import console
from fisioflow_cli.commands import show_report
from fisioflow_cli.console import plain
from fisioflow_cli.engine.report import most_urgent

if TYPE_CHECKING:
    from fisioflow_cli.engine.report import Report


def show(report: "Report", *, on_stdout: bool) -> None:
    """The slot, what became of it, and its figures; of a dry run who would get what, and why not.

    Why it ended early goes to stderr.
    """
    if on_stdout:
        state = f"{report.status}, done before" if report.reused else report.status
        named = show_report.in_words(report, report.figures)
        figures = ", ".join(f"{name} {n}" for name, n in named.items() if n)
        line = "  ".join(filter(None, (report.slot, state, figures)))
        console.out().print(plain(line), soft_wrap=True)
        if plan := report.result.get("plan"):
            show_report.print_plan(plan)
    show_report.remark(report)


def document(workflow: str, reports: "list[Report]") -> dict[str, Any]:
    """The JSON form: every slot as the workflow's own, with note and exit code; the exit code of all."""
    return {
        "workflow": workflow,
        "slots": [report.detailed() for report in reports],
        "exit_code": most_urgent(report.exit_code for report in reports),
    }
