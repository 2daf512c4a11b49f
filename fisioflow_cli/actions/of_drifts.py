"""What a job is told of schedules that were held against the registry."""

from typing import TYPE_CHECKING

from fisioflow_cli.actions import files, lines
from fisioflow_cli.actions.files import cell
from fisioflow_cli.actions.lines import Annotation, Kind
from fisioflow_cli.actions.runner import find

if TYPE_CHECKING:
    from fisioflow_cli.errors import ExitCode
    from fisioflow_cli.schedule.check import Checked

HEADS = ("where", "found", "remedy")


def tell(checked: "Checked", code: "ExitCode") -> None:
    """Summary, annotations and outputs of what departs, in GitHub Actions; nothing elsewhere."""
    if (runner := find()) is None:
        return
    files.summarise(runner, markdown(checked))
    files.set_outputs(
        runner,
        {
            "status": "wrong" if checked.wrong else "ok",
            "wrong": checked.wrong,
            "notes": len(checked.drifts) - checked.wrong,
            "exit_code": int(code),
        },
    )
    lines.annotate(
        [
            Annotation(
                kind=Kind.ERROR if drift.wrong else Kind.NOTICE,
                title=drift.place,
                message=f"{drift.message} {drift.remedy}",
            )
            for drift in checked.drifts
        ]
    )


def markdown(checked: "Checked") -> str:
    """What was looked at, and what departs, as a table; what is wrong first."""
    notes = len(checked.drifts) - checked.wrong
    head = f"{checked.wrong} wrong, {notes} worth knowing" if checked.drifts else "ok"
    ordered = sorted(checked.drifts, key=lambda drift: not drift.wrong)
    rows = [[cell(one.place), cell(one.message), cell(one.remedy)] for one in ordered]
    looked = cell(", ".join(checked.names))
    return f"\n### FisioFlow schedule check: {head}\n\n{looked}\n" + files.table(HEADS, rows)
