"""Streams: lines come through at once and whole, a stop is heeded, a pipe outlives its writers."""

import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from fisioflow_cli.clock import Clock
from fisioflow_cli.errors import UsageError
from fisioflow_cli.intake.lines import MOST, Line
from fisioflow_cli.intake.source import QueuePath, open_source
from fisioflow_cli.intake.stdin import Stream
from tests.checks.subjects import open_folder
from tests.nobody import without_root

PATIENCE = 20
"""Seconds after which a test that should long be over fails."""


def never() -> bool:
    return False


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    for each in (reading, writing):
        with suppress(OSError):
            os.close(each)


def _batches(
    descriptor: int,
    stopped: Callable[[], bool] = never,
    *,
    most: int = 500,
) -> Iterator[list[Line]]:
    stream = Stream(descriptor=descriptor, name="stdin")
    return stream.batches(stopped, follow=False, most=most, clock=Clock())


def _raws(batches: Iterator[list[Line]]) -> list[bytes]:
    return [line.raw for batch in batches for line in batch]


def test_line_is_passed_on_while_the_writer_is_still_there(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    batches = _batches(reading)
    for text in (b"one", b"two", b"three"):
        os.write(writing, text + b"\n")
        assert [line.raw for line in next(batches)] == [text]


def test_last_line_counts_without_a_newline(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    os.write(writing, b"one\ntwo")
    os.close(writing)
    assert _raws(_batches(reading)) == [b"one", b"two"]


def test_nothing_at_all_is_no_line(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    os.close(writing)
    assert _raws(_batches(reading)) == []


def test_batches_are_no_longer_than_asked(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    os.write(writing, b"x\n" * 25)
    os.close(writing)
    assert [len(batch) for batch in _batches(reading, most=10)] == [10, 10, 5]


def test_batches_of_heavy_lines_are_short(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    writer = threading.Thread(target=_write_all, args=(writing, (b"x" * MOST + b"\n") * 20))
    writer.start()
    longest = max(len(batch) for batch in _batches(reading))
    writer.join()
    assert longest <= 8


def _write_all(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


@pytest.mark.parametrize("seed", range(5))
def test_writers_habits_make_no_difference(pipe: tuple[int, int], seed: int) -> None:
    chance = random.Random(seed)
    rows = [chance.randbytes(chance.randrange(200)).hex().encode() for _ in range(300)]
    data = b"\n".join(rows) + b"\n"
    reading, writing = pipe

    def write() -> None:
        with os.fdopen(writing, "wb", buffering=0) as file:
            rest = data
            while rest:
                size = chance.choice([1, 7, 300, 9000])
                rest = rest[file.write(rest[:size]) :]

    writer = threading.Thread(target=write)
    writer.start()
    found = _raws(_batches(reading, most=7))
    writer.join()
    assert found == rows


def test_stop_ends_a_wait_in_which_nothing_comes(pipe: tuple[int, int]) -> None:
    reading, _writing = pipe
    stop = threading.Event()
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.extend(_raws(_batches(reading, stop.is_set))))
    reader.start()
    stop.set()
    reader.join(PATIENCE)
    assert not reader.is_alive()


def test_stop_loses_no_line_that_was_read_and_takes_no_half_one(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    os.write(writing, b"one\ntwo\nthr")
    asked = iter([False, True])
    assert _raws(_batches(reading, lambda: next(asked, True))) == [b"one", b"two"]


def test_pipe_that_has_a_name_waits_for_its_first_writer(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    found: list[bytes] = []
    with open_source(str(fifo)) as stream:
        assert isinstance(stream, Stream)
        batches = stream.batches(never, follow=False, most=9, clock=Clock())
        reader = threading.Thread(target=lambda: found.extend(_raws(batches)))
        reader.start()
        fifo.write_bytes(b"one\ntwo")
        reader.join(PATIENCE)
    assert found == [b"one", b"two"]


def test_followed_pipe_outlives_its_writers(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with open_source(str(fifo)) as stream:
        assert isinstance(stream, Stream)
        batches = stream.batches(never, follow=True, most=9, clock=Clock())
        for text in (b"one", b"two", b"three"):
            writer = threading.Thread(target=fifo.write_bytes, args=(text,))
            writer.start()
            assert [line.raw for line in next(batches)] == [text]
            writer.join()


def test_descriptor_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(UsageError, match=r"stdin cannot be read \(Is a directory\)"):
            list(_batches(folder))
    finally:
        os.close(folder)


def test_closed_stdin_is_told(pipe: tuple[int, int]) -> None:
    reading, _ = pipe
    os.close(reading)
    with pytest.raises(UsageError, match="cannot be read"):
        list(_batches(reading))


def test_source_is_what_its_name_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_source("-") as stdin, open_source(None) as nothing, open_source("q.jsonl") as queue:
        assert isinstance(stdin, Stream)
        assert stdin.name == "stdin"
        assert nothing is None
        assert queue == QueuePath(path=str(tmp_path / "q.jsonl"))


def test_device_without_end_or_content_is_a_stream() -> None:
    with open_source("/dev/null") as stream:
        assert isinstance(stream, Stream)
        assert _raws(stream.batches(never, follow=True, most=9, clock=Clock())) == []


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"), open_source(str(tmp_path)):
        pass


def test_pipe_that_may_not_be_read_is_told() -> None:
    told = pytest.raises(UsageError, match="Permission denied")
    with open_folder() as folder:
        os.mkfifo(folder / "fifo", 0)
        with without_root(), told, open_source(str(folder / "fifo")):
            pass
