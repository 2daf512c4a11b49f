"""Showing what the checks found: an aligned list for people, a document for programs."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.text import Text

from fisioflow_cli import console
from fisioflow_cli.checks.finding import Verdict, overall
from fisioflow_cli.commands.columns import print_prose, wrapped
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
BESIDE = WIDEST + 4
"""Where the ids begin, and what stands below them."""
MOST_ID = 28
"""A longer id gets a line of its own on a terminal."""
LEAST = 30
"""A message is not wrapped to less."""
VERDICTS = {
    Verdict.OK: "All is well.",
    Verdict.WARNING: "Everything works, but not all of it as somebody may expect.",
    Verdict.FAILURE: "Some commands fail until this is mended.",
}


AREAS = {
    "settings": "Settings",
    "variables": "Variables that mean nothing here, or something else",
    "keys": "Keys, by their form",
    "host": "This machine",
    "files": "Who can read what",
    "database": "Database",
    "profile": "Clinic profile: relations",
    "cleanup": "Clinic profile: clean-up",
    "writes": "Clinic profile: writes",
    "clinic": "Clinic",
    "ledger": "Ledger",
    "schedule": "Schedule",
    "network": "The way to the providers",
    "accepted": "What the providers say",
}


def show(findings: "Sequence[Finding]") -> None:
    """What is well by area, then what is wrong with its remedy, the worst at the end, and the verdict.

    So whoever looks at the last lines of a long list sees what to do.
    """
    well = [finding for finding in findings if finding.remedy is None]
    for area, title in AREAS.items():
        _section(title, [f for f in well if f.id.partition(".")[0] == area])
    for verdict, title in ((Verdict.WARNING, "To be looked at"), (Verdict.FAILURE, "To be mended")):
        _section(title, [finding for finding in findings if finding.verdict is verdict])
    out, counts = console.out(), Counter(finding.verdict for finding in findings)
    out.print(", ".join(f"{verdict}: {counts[verdict]}" for verdict in Verdict))
    worst = overall(findings)
    out.print(Text(VERDICTS[worst], style=SIGNS[worst][1]))


def _section(title: str, findings: "Sequence[Finding]") -> None:
    if not findings:
        return
    out, lines = console.out(), _lines(findings)
    out.print(Text(title, style="bold"))
    # a program gets a line for each; on a terminal what is long stands below, and is wrapped
    most = MOST_ID if out.width < console.UNLIMITED else console.UNLIMITED
    ids = min(most, max(len(name) for name, _ in lines))
    for name, finding in lines:
        sign, style = SIGNS[finding.verdict]
        line = Text(f"{sign} {finding.verdict:<{WIDEST}}", style=style)
        below = most == MOST_ID and (finding.remedy is not None or len(name) > ids)
        line.append(f"  {name}" if below else f"  {name:<{ids}}", style="default")
        begins = BESIDE if below else line.cell_len + 2
        first, *more = wrapped(plain(finding.message), max(out.width - begins, LEAST))
        line.append(f"\n{'':{BESIDE}}{first}" if below else f"  {first}", style="default")
        out.print(line, soft_wrap=True)
        for part in more:
            out.print(" " * begins + part, soft_wrap=True)
        if finding.remedy is not None:
            print_prose(plain(finding.remedy), before=f"{'':{BESIDE}}→ ")
    out.print()


def _lines(findings: "Sequence[Finding]") -> "list[tuple[str, Finding]]":
    """Each finding with its id; of those skipped for the same reason the first, and how many more."""
    reasons = Counter(f.message for f in findings if f.verdict is Verdict.SKIPPED)
    told: set[str] = set()
    lines = []
    for finding in findings:
        more = reasons[finding.message] - 1 if finding.verdict is Verdict.SKIPPED else 0
        if more and finding.message in told:
            continue
        told.add(finding.message)
        lines.append((f"{finding.id} +{more}" if more > 0 else finding.id, finding))
    return lines


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
