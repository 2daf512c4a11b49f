"""What a job is told of the schedule's standing."""

from typing import TYPE_CHECKING

from fisioflow_cli.actions import files, lines
from fisioflow_cli.actions.files import NOTHING, cell
from fisioflow_cli.actions.lines import Annotation, Kind
from fisioflow_cli.actions.runner import find

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from fisioflow_cli.context.status import Standing, Status
    from fisioflow_cli.errors import ExitCode

Problem = tuple[str, str]
"""The word that `fisioflow status` has for it, and the sentence."""

HEADS = ("workflow", "last success", "slot", "state")
KINDS = {"missed": Kind.ERROR, "late": Kind.ERROR, "slow": Kind.NOTICE, "events": Kind.NOTICE}
"""Any other word warns: it needs a person, and ends with no exit code."""


def tell(
    status: "Status", problems: "Sequence[Problem]", zone: "ZoneInfo", code: "ExitCode"
) -> None:
    """Summary, annotations and outputs of the standing, in GitHub Actions; nothing elsewhere."""
    if (runner := find()) is None:
        return
    files.summarise(runner, markdown(status, problems, zone))
    files.set_outputs(
        runner,
        {
            "status": "in_order" if status.in_order else "late",
            "late": sum(len(standing.late) for standing in status.standings),
            "missed": sum(len(standing.missed) for standing in status.standings),
            "dead": status.counts.dead,
            "in_doubt": status.counts.in_doubt,
            "stuck": len(status.stuck),
            "exit_code": int(code),
        },
    )
    lines.annotate(
        [
            Annotation(kind=KINDS.get(word, Kind.WARNING), title=word, message=sentence)
            for word, sentence in problems
        ]
    )


def markdown(status: "Status", problems: "Sequence[Problem]", zone: "ZoneInfo") -> str:
    """What needs somebody, then a row per workflow."""
    head = "all in order" if status.in_order else "something is late or missed"
    listed = "".join(f"- {cell(word)} {cell(sentence)}\n" for word, sentence in problems)
    told = (
        f"\n### FisioFlow status: {head}\n\n{cell(status.environment)}, times in {cell(zone.key)}\n"
    )
    rows = [_row(standing, zone) for standing in status.standings]
    return told + (f"\n{listed}" if listed else "") + files.table(HEADS, rows)


def _row(standing: "Standing", zone: "ZoneInfo") -> list[str]:
    success, now = standing.last_success, standing.now
    finished = success.finished_at if success else None
    return [
        cell(standing.workflow.command),
        f"{finished.astimezone(zone):%Y-%m-%d %H:%M}" if finished else NOTHING,
        cell(now.slot.label) if now else NOTHING,
        cell(now.fate) if now else "not yet due",
    ]
