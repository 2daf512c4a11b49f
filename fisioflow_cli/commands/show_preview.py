"""Showing a preview: what would have been sent, by workflow, channel and reason; never to whom."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fisioflow_cli import console
from fisioflow_cli.commands.columns import Row, print_rows
from fisioflow_cli.commands.show_demo import happened
from fisioflow_cli.console import plain
from fisioflow_cli.ledger.tables import DeliveryState
from fisioflow_cli.workflows.names import workflow_name

if TYPE_CHECKING:
    from fisioflow_cli.context.preview import Preview, Previewed

HEADS = ("workflow", "slot", "status", "would be sent", "not sent, because", "left", "else")
LEFT = (
    DeliveryState.PENDING,
    DeliveryState.SENDING,
    DeliveryState.FAILED,
    DeliveryState.IN_DOUBT,
)
NOTHING = "–"
FIGURES = 4
"""So many of the heads stand over what is short."""


def show(preview: "Preview", done: "Sequence[Previewed]") -> None:
    """The table, and above it where and when."""
    out = console.out()
    out.print(_title(preview))
    print_rows(HEADS[:FIGURES], [_told_row(each) for each in done], remark="what else")
    out.print(_total(done))
    for report in (each.report for each in done if each.report.note):
        console.err().print(
            f"fisioflow: {plain(workflow_name(report.workflow))}: {plain(report.note)}"
        )


def markdown(preview: "Preview", done: "Sequence[Previewed]") -> str:
    """The same in GitHub's Markdown."""
    rows = [HEADS, ["---"] * len(HEADS), *(map(_cell, _row(each)) for each in done)]
    reports = [each.report for each in done]
    notes = [f"- {_cell(workflow_name(r.workflow))}: {_cell(r.note)}" for r in reports if r.note]
    return "\n".join(
        (
            "### What this branch would send\n",
            f"{_title(preview)}\n",
            *(f"| {' | '.join(row)} |" for row in rows),
            f"\n{_total(done)}",
            *(["", *notes] if notes else []),
        )
    )


def document(preview: "Preview", done: "Sequence[Previewed]") -> dict[str, Any]:
    """The JSON form."""
    return {
        "environment": preview.context.settings.environment,
        "clinic": "demo" if preview.is_demo else "own",
        "day": preview.day.isoformat(),
        "by_channel": dict(_sent(done)),
        "workflows": [
            each.report.detailed()
            | {
                "by_channel": dict(each.messages(DeliveryState.SENT)),
                "skipped": dict(each.messages(DeliveryState.SKIPPED)),
                "left": dict(each.messages(*LEFT)),
            }
            for each in done
        ],
    }


def _title(preview: "Preview") -> str:
    clinic = "the demo clinic" if preview.is_demo else "the preview's own database"
    name = plain(preview.context.settings.environment)
    return f"{name}, {clinic}, {preview.day:%A, %-d %B %Y}. Nothing has left."


def _total(done: "Sequence[Previewed]") -> str:
    by_channel = _sent(done)
    return f"In all {by_channel.total()} messages{f': {_told(by_channel)}' if by_channel else ''}."


def _sent(done: "Sequence[Previewed]") -> Counter[str]:
    return sum((each.messages(DeliveryState.SENT) for each in done), Counter())


def _row(each: "Previewed") -> Iterator[str]:
    report = each.report
    yield workflow_name(report.workflow)
    yield report.slot
    yield report.status + (", done before" if report.reused else "")
    yield _told(each.messages(DeliveryState.SENT))
    yield _told(each.messages(DeliveryState.SKIPPED))
    yield _told(each.messages(*LEFT))
    is_other = report.result and "candidates" not in report.result
    yield happened(report.result) if is_other else NOTHING


def _told_row(each: "Previewed") -> Row:
    """The same with the last three in one: figures of any length, told only where there are some."""
    cells = list(map(plain, _row(each)))
    named = zip(("not sent: ", "left: ", ""), cells[FIGURES:], strict=True)
    remark = "; ".join(f"{name}{told}" for name, told in named if told != NOTHING)
    return Row(cells=cells[:FIGURES], remark=remark)


def _told(figures: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in figures.items()) or NOTHING


def _cell(text: str | None) -> str:
    """Text that is no table, link, mention or HTML to any reader of Markdown."""
    clean = plain(text or "")
    for mark in ("\\", "|", "<", "[", "`", "*"):
        clean = clean.replace(mark, f"\\{mark}")
    return clean.replace("@", "@\u200b")  # GitHub looks for mentions where escapes are gone already
