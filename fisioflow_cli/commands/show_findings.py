"""Showing what the checks found: an aligned list for people, a document for programs."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.text import Text

from fisioflow_cli import console
from fisioflow_cli.checks.finding import Verdict, overall
from fisioflow_cli.console import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fisioflow_cli.checks.finding import Finding

# the word beside it says the same without colour and without the sign
SIGNS = {
    Verdict.OK: ("✓", "green"),
    Verdict.WARNING: ("!", "yellow"),
    Verdict.FAILURE: ("✗", "red"),
    Verdict.SKIPPED: ("–", "dim"),
}
WIDEST = max(map(len, Verdict))


def show(findings: "Sequence[Finding]") -> None:
    """One line per finding, its remedy below it, and at the end how many there are of each."""
    out = console.out()
    ids = max(len(finding.id) for finding in findings)
    for finding in findings:
        sign, style = SIGNS[finding.verdict]
        line = Text(f"{sign} {finding.verdict:<{WIDEST}}", style=style)
        line.append(f"  {finding.id:<{ids}}  {plain(finding.message)}", style="default")
        out.print(line, soft_wrap=True)
        if finding.remedy is not None:
            out.print(f"{'':{WIDEST + 4}}→ {plain(finding.remedy)}", soft_wrap=True)
    counts = Counter(finding.verdict for finding in findings)
    out.print()
    out.print(", ".join(f"{verdict}: {counts[verdict]}" for verdict in Verdict))


def document(findings: "Sequence[Finding]") -> dict[str, Any]:
    """The JSON form."""
    return {
        "status": overall(findings),
        "findings": [
            {
                "id": finding.id,
                "verdict": finding.verdict,
                "message": finding.message,
                "remedy": finding.remedy,
            }
            for finding in findings
        ],
    }
