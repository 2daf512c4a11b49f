"""What a job is told of an examination."""

from collections import Counter
from typing import TYPE_CHECKING

from fisioflow_cli.actions import files, lines
from fisioflow_cli.actions.files import cell
from fisioflow_cli.actions.lines import Annotation, Kind
from fisioflow_cli.actions.runner import find
from fisioflow_cli.checks.finding import Verdict, overall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fisioflow_cli.checks.finding import Finding
    from fisioflow_cli.errors import ExitCode

KINDS = {Verdict.FAILURE: Kind.ERROR, Verdict.WARNING: Kind.WARNING}
HEADS = ("verdict", "check", "found", "remedy")


def tell(findings: "Sequence[Finding]", code: "ExitCode") -> None:
    """Summary, annotations and outputs of these findings, in GitHub Actions; nothing elsewhere."""
    if (runner := find()) is None:
        return
    counts = Counter(finding.verdict for finding in findings)
    files.summarise(runner, markdown(findings))
    files.set_outputs(
        runner,
        {
            "status": overall(findings),
            "failures": counts[Verdict.FAILURE],
            "warnings": counts[Verdict.WARNING],
            "failed": ",".join(f.id for f in findings if f.verdict is Verdict.FAILURE),
            "exit_code": int(code),
        },
    )
    lines.annotate(
        [
            Annotation(
                kind=KINDS[finding.verdict],
                title=finding.id,
                message=f"{finding.message} {finding.remedy or ''}".strip(),
            )
            for finding in findings
            if finding.verdict in KINDS
        ]
    )


def markdown(findings: "Sequence[Finding]") -> str:
    """What is wrong as a table, failures first, and how much is well."""
    counts = Counter(finding.verdict for finding in findings)
    told = ", ".join(f"{verdict} {counts[verdict]}" for verdict in Verdict)
    order = list(KINDS)
    wrong = sorted(
        (finding for finding in findings if finding.verdict in KINDS),
        key=lambda finding: order.index(finding.verdict),
    )
    rows = [[cell(f.verdict), cell(f.id), cell(f.message), cell(f.remedy or "")] for f in wrong]
    return f"\n### FisioFlow doctor: {overall(findings)}\n\n{told}\n" + files.table(HEADS, rows)
