"""A file that was only appended to is recognised, one that was written anew is not."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from fisioflow_cli.intake.stretch import read_stretch
from fisioflow_cli.intake.trace import HEAD, TAIL, Trace, fits


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    return tmp_path / "queue.jsonl"


@pytest.fixture
def descriptor(queue: Path) -> Iterator[int]:
    opened = os.open(queue, os.O_RDONLY | os.O_CREAT)
    yield opened
    os.close(opened)


@pytest.mark.parametrize("position", [0, 1, HEAD, HEAD + 1, TAIL, TAIL + 1, 300_000])
def test_trace_that_grew_is_the_same_as_one_loaded(
    queue: Path, descriptor: int, position: int
) -> None:
    chance = random.Random(position)
    data = chance.randbytes(position)
    queue.write_bytes(data + b"more")
    grown = Trace()
    while grown.position < position:
        step = chance.choice([1, 10, 5000, 100_000])
        grown.add(data[grown.position : grown.position + step])
    assert grown.fingerprint == Trace.load(descriptor, position).fingerprint
    assert fits(descriptor, position, grown.fingerprint)


def test_appending_changes_nothing(queue: Path, descriptor: int) -> None:
    queue.write_bytes(b"one\n")
    before = Trace.load(descriptor, 4).fingerprint
    with queue.open("ab") as file:
        file.write(b"two\n")
    assert fits(descriptor, 4, before)


@pytest.mark.parametrize("anew", [b"", b"on", b"One\n", b"two\nthree\n", b"o\nne\n"])
def test_file_that_was_written_anew_does_not_fit(queue: Path, descriptor: int, anew: bytes) -> None:
    queue.write_bytes(b"one\n")
    before = Trace.load(descriptor, 4).fingerprint
    queue.write_bytes(anew)
    assert not fits(descriptor, 4, before)


def test_long_file_is_recognised_by_its_beginning_and_by_what_was_read_last(
    queue: Path, descriptor: int
) -> None:
    data = bytearray(random.Random(1).randbytes(1_000_000))
    queue.write_bytes(data)
    before = Trace.load(descriptor, len(data)).fingerprint
    for place in (0, HEAD - 1, len(data) - TAIL, len(data) - 1):
        changed = bytearray(data)
        changed[place] ^= 1
        queue.write_bytes(changed)
        assert not fits(descriptor, len(data), before)


def test_stretches_of_any_size_give_the_same_lines(queue: Path, descriptor: int) -> None:
    chance = random.Random(7)
    rows = [chance.randbytes(chance.choice([0, 9, 900, 90_000])).hex() for _ in range(40)]
    rows[20] = "x" * 900_000
    queue.write_text("".join(f"{row}\n" for row in rows) + "unfinished")
    whole = []
    trace, number = Trace(), 0
    while True:
        stretch = read_stretch(descriptor, trace, number=number, most=chance.choice([1, 3, 500]))
        if not stretch.lines:
            break
        whole += stretch.lines
        number, last = whole[-1].number, whole[-1].end
        assert fits(descriptor, last, stretch.fingerprint)
        trace = Trace.load(descriptor, last)
    assert [line.length for line in whole] == [len(row) for row in rows]
    assert stretch.unfinished == len("unfinished")
    end = read_stretch(descriptor, Trace.load(descriptor, last), number=40, most=9, to_the_end=True)
    assert [(line.number, line.raw) for line in end.lines] == [(41, b"unfinished")]
