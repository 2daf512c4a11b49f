"""What a job is told of workflows: one or, as `fisioflow due` starts them, several."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fisioflow_cli.actions import files, lines
from fisioflow_cli.actions.files import NOTHING, cell
from fisioflow_cli.actions.lines import Annotation, Kind
from fisioflow_cli.actions.runner import Runner, find
from fisioflow_cli.engine.report import ALREADY_RUNNING, PLANNED
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.workflows.names import workflow_name

if TYPE_CHECKING:
    from fisioflow_cli.engine.report import Report

COUNTS = ("candidates", "sent", "failed", "in_doubt", "pending")
SHOWN = COUNTS[1:]
HEADS = (
    "workflow",
    "slot",
    "status",
    *(name.replace("_", " ") for name in SHOWN),
    "skipped",
    "took",
    "run",
)
KINDS = {
    ExitCode.PARTIAL: Kind.WARNING,
    ExitCode.TRY_LATER: Kind.WARNING,
    ExitCode.INTERRUPTED: Kind.WARNING,
    ExitCode.TERMINATED: Kind.WARNING,
}
"""Every other code but 0 is an error."""


def tell(reports: "Sequence[Report]", code: ExitCode) -> None:
    """Summary, annotations and outputs of these starts, in GitHub Actions; nothing anywhere else."""
    if (runner := find()) is not None:
        files.summarise(runner, markdown(reports))
        _set_outputs(runner, reports, code)
        lines.annotate([*annotations(reports)])


def markdown(reports: "Sequence[Report]") -> str:
    """A table with a row per run, then the notes and what else was counted."""
    slots = [*_slots(reports)]
    if not slots:
        return "\n### FisioFlow: nothing was due\n"
    worst = ", ".join(dict.fromkeys(str(report.status) for report in slots))
    remarks = [*_remarks(slots)]
    listed = "\n" + "\n".join(remarks) + "\n" if remarks else ""
    head = f"\n### FisioFlow: {worst.replace('_', ' ')}\n"
    return head + files.table(HEADS, [_row(report) for report in slots]) + listed


def annotations(reports: "Sequence[Report]") -> "Iterator[Annotation]":
    """Of each run that somebody should know of: what it came to, and what to do."""
    for report in reports:
        for missed in report.caught_up:
            yield from _annotation(missed, caught_up=True)
        yield from _annotation(report, caught_up=False)


def _slots(reports: "Sequence[Report]") -> "Iterator[Report]":
    for report in reports:
        yield from (*report.caught_up, report)


def _annotation(report: "Report", *, caught_up: bool) -> "Iterator[Annotation]":
    title = f"{workflow_name(report.workflow)} {report.slot}: {report.status}"
    if report.exit_code is not ExitCode.DONE:
        kind = KINDS.get(report.exit_code, Kind.ERROR)
        told = report.remarks if report.note else [_outcome(report), *report.remarks]
        yield Annotation(kind=kind, title=title, message=" ".join(told))
    elif report.status == ALREADY_RUNNING:
        yield Annotation(kind=Kind.NOTICE, title=title, message=report.note or "")
    elif caught_up:
        message = report.note or "This slot had been missed or left unfinished; it is done now."
        yield Annotation(kind=Kind.NOTICE, title=title, message=message)


def _outcome(report: "Report") -> str:
    told = [
        f"{name.replace('_', ' ')} {report.result[name]}"
        for name in SHOWN
        if report.result.get(name)
    ]
    remedy = f"`fisioflow runs show {report.run_id}` names the reasons." if report.run_id else ""
    return f"{', '.join(told) or 'It failed'}. {remedy}".strip()


def _row(report: "Report") -> list[str]:
    status = f"{report.status}, done before" if report.reused else str(report.status)
    counts = [str(report.result.get(name, NOTHING)) for name in SHOWN]
    skipped = report.result.get("skipped")
    told = _told(skipped) if isinstance(skipped, Mapping) else ""
    run = cell(report.run_id[:8]) if report.run_id else NOTHING
    took = _duration(report.started_at, report.finished_at)
    name = workflow_name(report.workflow)
    return [cell(name), cell(report.slot), cell(status), *counts, cell(told), took, run]


def _remarks(slots: "Sequence[Report]") -> Iterator[str]:
    for report in slots:
        about = f"- {cell(workflow_name(report.workflow))} {cell(report.slot)}: "
        yield from (about + cell(sentence) for sentence in report.remarks)
        if figures := _figures(report.result):
            yield about + cell(figures)
        if report.status == PLANNED:
            yield about + f"a dry run, nothing was written. {_plan(report.result.get('plan'))}"


def _figures(result: Mapping[str, Any]) -> str:
    """What a workflow counts beside messages: `deleted: tokens 3; issues_found 2`."""
    known = {*COUNTS, "skipped", "plan", "issues"}
    told = []
    for name, value in result.items():
        if name in known:
            continue
        if isinstance(value, Mapping) and (inner := _told(value)):
            told.append(f"{name}: {inner}")
        elif isinstance(value, int) and value:
            told.append(f"{name} {value}")
    return "; ".join(told)


def _plan(plan: object) -> str:
    rows = [row for row in plan if isinstance(row, Mapping)] if isinstance(plan, list) else []
    found = Counter(
        " ".join(str(row[key]) for key in ("action", "channel", "reason") if row.get(key))
        for row in rows
    )
    return cell(_told(found)) if found else ""


def _told(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count)


def _duration(begun: datetime | None, ended: datetime | None) -> str:
    return f"{(ended - begun).total_seconds():.1f} s" if begun and ended else NOTHING


def _set_outputs(runner: Runner, reports: "Sequence[Report]", code: ExitCode) -> None:
    """Of one start what its document says; of several the sums, and each in `runs`."""
    slots = [*_slots(reports)]
    one = reports[0] if len(reports) == 1 else None
    sums = {name: sum(int(report.result.get(name, 0)) for report in slots) for name in COUNTS}
    runs = [
        {
            "workflow": report.workflow,
            "slot": report.slot,
            "run_id": report.run_id,
            "status": str(report.status),
        }
        for report in slots
    ]
    skipped = sum(sum(dict(report.result.get("skipped", {})).values()) for report in slots)
    files.set_outputs(
        runner,
        {
            "run_id": one.run_id if one else None,
            "workflow": one.workflow if one else None,
            "slot": one.slot if one else None,
            "status": str(one.status) if one else None,
            "reused": str(one.reused).lower() if one else None,
            **sums,
            "skipped": skipped,
            "runs": json.dumps(runs),
            "exit_code": int(code),
        },
    )
