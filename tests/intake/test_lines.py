"""Bytes become the same lines, however they are cut into chunks on their way."""

import hashlib
import random
import tracemalloc
from collections.abc import Iterator

import pytest

from fisioflow_cli.intake.lines import KEPT, MOST, Line, Splitter

HOSTILE = [
    b"",
    b"\r",
    b" \t ",
    b"{}",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    "ção".encode(),
    b"a\rb",
]


def _lines(chunks: list[bytes], *, finish: bool = True) -> list[Line]:
    splitter = Splitter()
    found = [line for chunk in chunks for line in splitter.feed(chunk)]
    return found + (list(splitter.finish()) if finish else [])


def _cut(data: bytes, chance: random.Random) -> Iterator[bytes]:
    while data:
        size = chance.choice([1, 2, 3, 100, 5000, MOST])
        yield data[:size]
        data = data[size:]


@pytest.mark.parametrize("seed", range(30))
def test_chunks_make_no_difference(seed: int) -> None:
    chance = random.Random(seed)
    pieces = [chance.choice(HOSTILE) * chance.choice([1, 1, 1, 7]) for _ in range(200)]
    pieces[chance.randrange(200)] = b"x" * (MOST + chance.randrange(-2, 3))
    data = chance.choice([b"\n", b"\r\n"]).join(pieces)
    assert _lines(list(_cut(data, chance))) == _lines([data])


@pytest.mark.parametrize("seed", range(10))
def test_every_line_knows_where_it_stands(seed: int) -> None:
    chance = random.Random(seed)
    data = b"\n".join(chance.choice(HOSTILE) for _ in range(50)) + b"\nlast"
    lines = _lines(list(_cut(data, chance)))
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert lines[0].offset == 0
    assert [line.end for line in lines[:-1]] == [line.offset for line in lines[1:]]
    assert lines[-1].end == len(data)
    for line in lines:
        assert line.raw in data[line.offset : line.end]


def test_ending_and_byte_order_mark_are_no_part_of_a_line() -> None:
    data = b"\xef\xbb\xbf{}\r\n\xef\xbb\xbfb\na\rb\n"
    assert [line.raw for line in _lines([data])] == [b"{}", b"b", b"a\rb"]


def test_line_is_blank_if_nothing_can_be_seen_in_it() -> None:
    lines = _lines([b"\n\r\n \t\r\n\xef\xbb\xbf\n{}\n"])
    assert [line.is_blank for line in lines] == [True, True, True, True, False]


def test_unfinished_line_waits_for_its_newline() -> None:
    splitter = Splitter()
    assert list(splitter.feed(b"one")) == []
    assert [line.raw for line in splitter.feed(b" two\nthree")] == [b"one two"]
    assert [line.raw for line in splitter.finish()] == [b"three"]
    assert list(splitter.finish()) == []


def test_splitter_goes_on_from_a_place_in_the_middle() -> None:
    (line,) = Splitter(offset=100, number=7).feed(b"{}\n")
    assert (line.number, line.offset, line.end) == (8, 100, 103)


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_longest_line_is_whole_and_one_byte_more_is_too_long(ending: bytes) -> None:
    fits, long = _lines([b"x" * MOST + ending + b"y" * (MOST + 1) + ending])
    assert (fits.is_too_long, fits.raw) == (False, b"x" * MOST)
    assert (long.is_too_long, long.raw, long.length) == (True, b"y" * KEPT, MOST + 1)


def test_line_that_is_too_long_keeps_its_beginning_length_and_hash() -> None:
    data = b"abc" * MOST
    long, after = _lines([data, b"\n{}\n"])
    assert (long.raw, long.length) == (data[:KEPT], len(data))
    assert long.sha256 == hashlib.sha256(data).hexdigest()
    assert (after.raw, after.number, after.offset) == (b"{}", 2, len(data) + 1)


def test_line_of_any_length_needs_little_memory() -> None:
    splitter = Splitter()
    chunk = b"x" * (64 * 1024)
    tracemalloc.start()
    for _ in range(1024):
        assert list(splitter.feed(chunk)) == []
    (line,) = splitter.feed(b"\n")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert line.length == 64 * 1024 * 1024
    assert peak < 2 * 1024 * 1024
