"""Rows in columns: no identifier is broken, no time lost, and no line ends in blanks.

Where a terminal has no room for a row in one line, its first cells get a line of their own and the rest
the next one, indented. What is too long even then is left to the terminal, which breaks no word that
one copies.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

from fisioflow_cli import console

GAP, NARROW_GAP = 2, 1
INDENT = 2
ROOM = 40
"""From so many columns on a remark stands beside its row, even if it takes several lines there."""
BOLD = "bold"
TIE = "\0"
COUNT = re.compile(r"(?<=\d) (?=\w)|(?<=\w) (?=\d+(?:[,;)]|$))")
"""The blank between a number and what it counts, where no line ends."""
Cell = str | Text


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row; its texts are `plain` already."""

    cells: Sequence[Cell]
    remark: str = ""
    """A sentence or a list of figures, which is wrapped between words: beside the row or below it."""
    is_head: bool = False


def print_rows(
    heads: Sequence[str], rows: Sequence[Row], *, lead: int = 1, remark: str = ""
) -> None:
    """Print the rows under their headings, none if `heads` is empty; `remark` heads the remarks.

    `lead`: how many cells stay together on the first line where a row takes two.
    """
    out = console.out()
    for line in laid_out(heads, rows, out.width, lead=lead, remark=remark):
        out.print(line, soft_wrap=True)


def print_prose(text: str, *, before: str = "", hang: int | None = None) -> None:
    """Print `before` and the text; where the terminal is narrow it goes on at column `hang`.

    That is below its beginning, unless another column is named.
    """
    out = console.out()
    column = len(before) if hang is None else hang
    first, *more = wrapped(text, out.width - max(column, len(before)))
    out.print(before + first, soft_wrap=True)
    for line in more:
        out.print(" " * column + line, soft_wrap=True)


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of `width` columns, broken between words only; one empty line if there is none."""
    bound = COUNT.sub(TIE, text)
    lines = textwrap.wrap(bound, max(width, 1), break_long_words=False, break_on_hyphens=False)
    return [line.replace(TIE, " ") for line in lines] or [""]


def fits(heads: Sequence[str], rows: Sequence[Row], width: int) -> bool:
    """Whether the cells of every row have room in one line."""
    return _taken(_widths([heads, *(row.cells for row in rows)]), NARROW_GAP) <= width


def laid_out(
    heads: Sequence[str], rows: Sequence[Row], width: int, *, lead: int = 1, remark: str = ""
) -> Iterator[Text]:
    """The lines, for a terminal of this width."""
    head = Row(cells=[Text(head, style=BOLD) for head in heads], remark=remark, is_head=True)
    table = [head, *rows] if heads else rows
    if fits(heads, rows, width):
        yield from _in_line(table, width)
    else:
        yield from _stacked(table, width, lead)


def _in_line(table: Sequence[Row], width: int) -> Iterator[Text]:
    widths = _widths([row.cells for row in table])
    gap = GAP if _taken(widths, GAP) <= width else NARROW_GAP
    begins = _taken(widths, gap) + GAP
    room = width - begins
    beside = room >= ROOM or all(cell_len(row.remark) <= room for row in table)
    for row in table:
        line = _line(row.cells, widths, gap)
        if not row.remark:
            yield line
        elif beside:
            first, *more = wrapped(row.remark, room)
            line.pad_right(begins - line.cell_len)
            yield line.append(first, style=BOLD if row.is_head else None)
            yield from (Text(" " * begins + part) for part in more)
        else:
            yield line
            yield from _below(row, width)


def _stacked(table: Sequence[Row], width: int, lead: int) -> Iterator[Text]:
    """The first cells, and below them the others; side by side as long as both have room."""
    firsts = _widths([row.cells[:lead] for row in table])
    others = _widths([row.cells[lead:] for row in table])
    begins = width - _taken(others, GAP)
    if sum(_taken(_lengths(row.cells[:lead]), GAP) >= begins for row in table) > len(table) / 2:
        begins = INDENT
    for row in table:
        first = _line(row.cells[:lead], firsts, GAP)
        rest = _line(row.cells[lead:], others, GAP)
        if first.cell_len >= begins:
            yield first
            first = Text()
        first.pad_right(begins - first.cell_len)
        whole = first.append_text(rest)
        whole.rstrip()
        yield whole
        yield from _below(row, width)


def _below(row: Row, width: int) -> Iterator[Text]:
    if row.remark and not row.is_head:
        yield from (Text(" " * INDENT + part) for part in wrapped(row.remark, width - INDENT))


def _line(cells: Sequence[Cell], widths: Sequence[int], gap: int) -> Text:
    line = Text()
    for cell, width in zip(cells, widths, strict=True):
        line.append_text(_text(cell))
        line.append(" " * (width - _text(cell).cell_len + gap))
    line.rstrip()
    return line


def _text(cell: Cell) -> Text:
    return Text(cell) if isinstance(cell, str) else cell


def _lengths(cells: Sequence[Cell]) -> list[int]:
    return [_text(cell).cell_len for cell in cells]


def _widths(rows: Sequence[Sequence[Cell]]) -> list[int]:
    return [max(column) for column in zip_longest(*map(_lengths, rows), fillvalue=0)]


def _taken(widths: Sequence[int], gap: int) -> int:
    return sum(widths) + gap * (len(widths) - 1)
