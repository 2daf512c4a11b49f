"""The next lines of an open file, and what they leave it at."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from fisioflow_cli.intake.lines import Line, Splitter
from fisioflow_cli.intake.trace import Trace

BLOCK = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Some lines that follow a position, read in one go; none if the next one is unfinished."""

    lines: list[Line]
    fingerprint: str
    """Of all that stands before the end of the last line."""
    unfinished: int
    """How many bytes there are after the last newline, if no line was found."""


def read_stretch(
    descriptor: int, trace: Trace, *, number: int, most: int, to_the_end: bool = False
) -> Stretch:
    """Up to `most` lines after where `trace` is, the last of which has the number `number`.

    With `to_the_end` what stands after the last newline is a line too. The trace moves on.
    """
    start = trace.position
    splitter = Splitter(offset=start, number=number)
    unfinished = 0
    for block in _blocks(descriptor, start):
        if lines := list(islice(splitter.feed(block), most)):
            trace.add(block[: lines[-1].end - trace.position])
            return Stretch(lines=lines, fingerprint=trace.fingerprint, unfinished=0)
        trace.add(block)
        unfinished += len(block)
    lines = list(splitter.finish()) if to_the_end else []
    return Stretch(lines=lines, fingerprint=trace.fingerprint, unfinished=unfinished)


def _blocks(descriptor: int, position: int) -> Iterator[bytes]:
    while block := os.pread(descriptor, BLOCK, position):
        yield block
        position += len(block)
