"""The files of a runner: the job's summary in Markdown, and the step's outputs."""

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from fisioflow_cli import console
from fisioflow_cli.actions.runner import SUMMARY_BYTES, Runner
from fisioflow_cli.console import plain

CUT = "\n_The rest does not fit into a summary; the log has it._\n"
NOTHING = "–"


def cell(value: object) -> str:
    """Text that no reader's Markdown takes for anything else: neither table, link, mention nor HTML.

    In a code span only a backtick, and in a table a bar, mean something: look-alikes stand for them.
    """
    text = plain(value).replace("`", "\u02cb").replace("|", "\u00a6").strip()
    return f"`{text}`" if text else NOTHING


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are safe already; nothing without rows."""
    if not rows:
        return ""
    lines = (heads, ["---"] * len(heads), *rows)
    return "\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def summarise(runner: Runner, markdown: str) -> None:
    """Append to the job's summary what still fits; a file that takes nothing fails no job."""
    if runner.summary is None:
        return
    try:
        there = runner.summary.stat().st_size if runner.summary.exists() else 0
        text = _fitting(markdown, SUMMARY_BYTES - there)
        _append(runner.summary, text)
    except OSError as error:
        _complain("summary", error)


def set_outputs(runner: Runner, values: Mapping[str, object]) -> None:
    """Set the step's outputs, each between lines that nobody can foresee."""
    if runner.outputs is None:
        return
    border = f"fisioflow_{uuid.uuid4().hex}"
    blocks = (f"{name}<<{border}\n{_value(value)}\n{border}\n" for name, value in values.items())
    try:
        _append(runner.outputs, "".join(blocks))
    except OSError as error:
        _complain("outputs", error)


def _value(value: object) -> str:
    return "" if value is None else str(value)


def _append(path: Path, text: str) -> None:
    if text:
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)


def _fitting(markdown: str, room: int) -> str:
    """As many whole lines as fit, and a remark if some do not."""
    if len(markdown.encode(errors="backslashreplace")) <= room:
        return markdown
    room -= len(CUT.encode())
    kept: list[str] = []
    for line in markdown.splitlines(keepends=True):
        room -= len(line.encode(errors="backslashreplace"))
        if room < 0:
            break
        kept.append(line)
    return "".join([*kept, CUT]) if kept else ""


def _complain(what: str, error: OSError) -> None:
    console.err().print(f"fisioflow: the job's {what} could not be written ({error.strerror}).")
