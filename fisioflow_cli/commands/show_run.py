"""Showing one run to a person: how it stands, its steps, its deliveries, and those in trouble by name."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fisioflow_cli import console
from fisioflow_cli.commands.columns import INDENT, Row, laid_out, print_prose, print_rows
from fisioflow_cli.commands.show_deliveries import outcome_of, way_of
from fisioflow_cli.commands.show_report import lines
from fisioflow_cli.commands.show_runs import duration, head
from fisioflow_cli.console import plain
from fisioflow_cli.delivery.reasons import brief
from fisioflow_cli.engine.report import Report

if TYPE_CHECKING:
    from rich.text import Text

    from fisioflow_cli.context.history import Detail
    from fisioflow_cli.ledger.deliveries import DeliveryRow, Tally
    from fisioflow_cli.ledger.steps import StepRow

DETAILS = {"after", "until", "check", "sample"}
"""What of a step's result only a program goes on with, or stands in the run's result."""
HANG = 11
"""So wide the names are that stand before what is told of a run."""


def show_detail(detail: "Detail") -> None:
    """A run, its result, its steps and its deliveries; those in trouble by name."""
    out, run = console.out(), detail.run
    for line in head(run):
        print_prose(line[HANG:], before=line[:HANG])
    for line in lines(run.result or {}):
        print_prose(plain(line), before=" " * HANG, hang=HANG + INDENT)
    if detail.steps:
        out.print()
        for told in steps_lines(detail.steps, out.width):
            out.print(told, soft_wrap=True)
    if detail.deliveries:
        out.print()
        _print_tallies(detail.deliveries)
    if detail.troubled:
        out.print()
        _print_troubled(detail.troubled)
    for sentence in Report.of(run, status=run.status).remarks:
        console.err().print(f"fisioflow: {plain(sentence)}")


def steps_lines(steps: "Sequence[StepRow]", width: int) -> "Iterator[Text]":
    """A line per step for a terminal of this width; `--json` has all of a step's result."""
    heads = ["step", "status", "took"]
    # of what is 1 in all rows there is no column
    counted = {"attempt": [step.attempt for step in steps], "tries": [step.tries for step in steps]}
    more = [name for name, numbers in counted.items() if max(numbers, default=1) > 1]
    rows = [
        Row(
            cells=(
                plain(step.name),
                step.status,
                duration(step.started_at, step.finished_at),
                *(str(counted[name][number]) for name in more),
            ),
            remark=plain(step.error or _figures(step)),
        )
        for number, step in enumerate(steps)
    ]
    return laid_out([*heads, *more], rows, width, remark="result or error")


def _figures(step: "StepRow") -> str:
    """A step's result without what is nothing, and without cursors and ids: `items 10, parked 1`."""
    if not isinstance(step.result, Mapping):
        return "" if step.result is None else str(step.result)
    told = ((name, _figure(value)) for name, value in step.result.items() if name not in DETAILS)
    return ", ".join(f"{name} {value}" for name, value in told if value)


def _figure(value: Any) -> str:
    """Of a list or a mapping how many there are; nothing of zero."""
    if isinstance(value, list | Mapping):
        value = len(value)
    return str(value) if value else ""


def _print_tallies(tallies: "Sequence[Tally]") -> None:
    """Those that a person has judged together, whoever it was and whenever."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for tally in tallies:
        counts[tally.channel or "", tally.state, brief(tally.reason)] += tally.count
    rows = [Row(cells=(str(n), *map(plain, words))) for words, n in counts.items()]
    print_rows(("deliveries", "channel", "state", "reason"), rows)


def _print_troubled(rows: "Sequence[DeliveryRow]") -> None:
    troubled = [Row(cells=(plain(r.message_key), outcome_of(r), way_of(r))) for r in rows]
    print_rows(("in trouble", "outcome", "by"), troubled)
