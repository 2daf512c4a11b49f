"""Showing what becomes of the entries of a vercel.json; what stands in it is shown, never trusted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fisioflow_cli import console
from fisioflow_cli.console import plain

if TYPE_CHECKING:
    from fisioflow_cli.schedule.moving import Advice


def show(advice: "Sequence[Advice]", absent: Sequence[str]) -> None:
    """A paragraph per entry, and what no entry does."""
    out = console.out()
    for each in advice:
        entry = each.entry
        does = f"fisioflow {each.command}" if each.command else "?"
        head = f"{entry.where}  {entry.target}  {entry.cron} {entry.timezone}  →  {does}"
        out.print(plain(head), soft_wrap=True)
        for remark in each.remarks:
            said = f"{remark.doubt}: {remark.message}" if remark.doubt else remark.message
            out.print(f"  {plain(said)}", soft_wrap=True)
        if each.delete:
            out.print(f"  delete it {plain(each.delete)}", soft_wrap=True)
    if not advice:
        out.print("This file schedules nothing.")
    if absent:
        out.print(f"Started by no entry of it: {', '.join(absent)}.", soft_wrap=True)
    undecided = sum(each.needs_decision for each in advice)
    if undecided:
        console.err().print(f"{undecided} of {len(advice)} entries need a decision.")


def document(advice: "Sequence[Advice]", absent: Sequence[str], clinic: ZoneInfo) -> dict[str, Any]:
    """The JSON form."""
    return {
        "timezone": clinic.key,
        "entries": [
            {
                "where": each.entry.where,
                "target": each.entry.target,
                "schedule": each.entry.cron,
                "timezone": each.entry.timezone,
                "command": each.command,
                "delete": each.delete,
                "needs_decision": each.needs_decision,
                "remarks": [vars(remark) for remark in each.remarks],
            }
            for each in advice
        ],
        "absent": list(absent),
    }
