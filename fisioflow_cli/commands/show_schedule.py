"""Showing the schedule, its files and what departs from it."""

from collections import defaultdict
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

from rich.text import Text

from fisioflow_cli import console
from fisioflow_cli.commands.columns import Row, print_rows
from fisioflow_cli.console import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from fisioflow_cli.schedule.check import Checked
    from fisioflow_cli.schedule.entry import Drift
    from fisioflow_cli.schedule.plan import Planned


def show_plan(planned: "Sequence[Planned]", clinic: "ZoneInfo") -> None:
    """One line per workflow, no wider than a terminal of 80 columns; below it what the heads mean."""
    heads = ("workflow", "cron", "next start", "UTC", "slot", "late", "limit")
    print_rows(heads, [Row(cells=_cells(one)) for one in planned])
    out = console.out()
    out.print()
    out.print(f"cron and next start: in {clinic.key} (FISIOFLOW_TIMEZONE)", soft_wrap=True)
    out.print("late: how late a slot may still be done; –: only while it lasts", soft_wrap=True)
    out.print("limit: how long a run may take unless --max-duration says so", soft_wrap=True)


def _cells(one: "Planned") -> tuple[str, ...]:
    utc = one.next_start.astimezone(UTC)
    other_day = utc.date() != one.next_start.date()
    return (
        one.command,
        one.cron,
        f"{one.next_start:%d %b %H:%M}",
        f"{utc:%d %b %H:%M}" if other_day else f"{utc:%H:%M}",
        one.slots,
        "–" if one.maximum_age is None else span(one.maximum_age),
        span(one.deadline),
    )


def plan_document(planned: "Sequence[Planned]", clinic: "ZoneInfo") -> dict[str, Any]:
    """The JSON form; instants in ISO 8601, durations in seconds."""
    return {
        "timezone": clinic.key,
        "workflows": [
            {
                "workflow": one.id,
                "command": one.command,
                "cron": one.cron,
                "next_start": one.next_start.isoformat(),
                "next_start_utc": one.next_start.astimezone(UTC).isoformat(),
                "slots": one.slots,
                "maximum_age_seconds": one.maximum_age and one.maximum_age.total_seconds(),
                "deadline_seconds": one.deadline.total_seconds(),
            }
            for one in planned
        ],
    }


def span(length: timedelta) -> str:
    """`7 days`, `1 day`, `2 h`, `90 min`."""
    if length.days and not length.seconds:
        return f"{length.days} day{'s' if length.days > 1 else ''}"
    minutes = int(length.total_seconds()) // 60
    return f"{minutes} min" if minutes % 60 else f"{minutes // 60} h"


def show_units(texts: "Mapping[str, str]") -> None:
    """The files one after the other, each under its path; a single one as it stands."""
    import typer  # noqa: PLC0415

    for place, (name, text) in enumerate(texts.items()):
        if len(texts) > 1:
            typer.echo(("\n" if place else "") + f"# /etc/systemd/system/{name}")
        typer.echo(text, nl=False)


def written(names: "Sequence[str]", of: int) -> None:
    """Which files are new or changed, one a line; what to do next on stderr."""
    for name in names:
        console.out().print(name)
    if not names:
        console.err().print(f"All {of} files were there already.")
    else:
        console.err().print("Next: systemctl daemon-reload; fisioflow@.service says the rest.")


def show_check(found: "Checked") -> None:
    """One line per drift, those with the same remedy together and above it; then what was looked at."""
    out = console.out()
    remedies: dict[str, list[Drift]] = defaultdict(list)
    for drift in found.drifts:
        remedies[drift.remedy].append(drift)
    for remedy, drifts in remedies.items():
        for drift in drifts:
            line = Text("✗ " if drift.wrong else "! ", style="red" if drift.wrong else "yellow")
            line.append(f"{plain(drift.place)}: {plain(drift.message)}", style="default")
            out.print(line, soft_wrap=True)
        out.print(f"  → {plain(remedy)}", soft_wrap=True)
    if found.drifts:
        out.print()
    looked = plain(", ".join(found.names))
    notes = len(found.drifts) - found.wrong
    if found.wrong:
        verdict = f"{found.wrong} wrong, {notes} worth knowing"
    else:
        verdict = "every workflow is started when it is due"
        verdict += f"; {notes} worth knowing" if notes else ""
    out.print(f"{looked}: {verdict}.", soft_wrap=True)
    if "GitHub" in found.names:
        out.print(
            "GitHub: by the files here; whether it has them and runs them, `fisioflow status` tells.",
            soft_wrap=True,
        )


def check_document(found: "Checked") -> dict[str, Any]:
    """The JSON form."""
    return {
        "status": "wrong" if found.wrong else "ok",
        "checked": list(found.names),
        "drifts": [
            {
                "kind": drift.kind,
                "wrong": drift.wrong,
                "place": drift.place,
                "workflow": drift.workflow,
                "message": drift.message,
                "remedy": drift.remedy,
            }
            for drift in found.drifts
        ],
    }
