"""Streams: stdin, or a pipe with a name; what comes is passed on at once, and a stop is heeded."""

import os
import select
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.errors import UsageError
from fisioflow_cli.intake.lines import Line, Splitter
from fisioflow_cli.intake.pause import pause

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock

STDIN = 0
CHUNK = 64 * 1024
HEAVY = 4 * 1024 * 1024
"""Bytes after which a batch is full, however few lines it has."""
SLICE_SECONDS = 0.1
"""How long a stop, or lines that came while others still come, may have to wait."""


def open_pipe(path: str) -> int:
    """A descriptor of the pipe; UsageError if it cannot be read."""
    try:
        # without O_NONBLOCK one would wait here for the first writer
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}).") from None


@dataclass(kw_only=True)
class Stream:
    """Something that is read once, from its beginning to its end."""

    descriptor: int
    name: str
    """As a person knows it."""
    outlives_writers: bool = False
    """Whether others may come when all writers have left: a pipe with a name, which one can follow."""

    def batches(
        self, stopped: Callable[[], bool], *, follow: bool, most: int, clock: "Clock"
    ) -> Iterator[list[Line]]:
        """The lines, as soon as nothing more is there to be read, `most` at a time.

        At the end an unfinished line counts; when `stopped` only whole ones do. UsageError if the
        stream cannot be read.
        """
        splitter = Splitter()
        gathered = _Gathered(most=most, clock=clock)
        for chunk in self._chunks(stopped, gathered, follow=follow, clock=clock):
            for line in splitter.feed(chunk) if chunk is not None else splitter.finish():
                gathered.add(line)
                if gathered.is_full:
                    yield gathered.take()
            if gathered.lines and (not chunk or gathered.is_late):
                yield gathered.take()
        if gathered.lines:
            yield gathered.take()

    def _chunks(
        self, stopped: Callable[[], bool], gathered: "_Gathered", *, follow: bool, clock: "Clock"
    ) -> Iterator[bytes | None]:
        """What is read; nothing where one would have to wait, None where the writers have left."""
        while not stopped():
            if not self._is_ready(0 if gathered.lines else SLICE_SECONDS):
                yield b""
                continue
            chunk = self._read()
            if chunk is None:
                continue
            yield chunk or None
            if not chunk:
                if not (follow and self.outlives_writers):
                    return
                pause(clock, SLICE_SECONDS, stopped)  # it would say so again at once

    def _is_ready(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self.descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _read(self) -> bytes | None:
        try:
            return os.read(self.descriptor, CHUNK)
        except BlockingIOError:  # another reader of the same pipe was faster
            return None
        except OSError as error:
            raise UsageError(f"{self.name} cannot be read ({error.strerror}).") from None


class _Gathered:
    """The lines that no batch has yet."""

    def __init__(self, *, most: int, clock: "Clock") -> None:
        self.lines: list[Line] = []
        self._most = most
        self._clock = clock
        self._bytes = 0
        self._since = 0.0

    def add(self, line: Line) -> None:
        if not self.lines:
            self._since = self._clock.monotonic()
        self.lines.append(line)
        self._bytes += len(line.raw)

    @property
    def is_full(self) -> bool:
        return len(self.lines) >= self._most or self._bytes >= HEAVY

    @property
    def is_late(self) -> bool:
        return self._clock.monotonic() - self._since >= SLICE_SECONDS

    def take(self) -> list[Line]:
        taken, self.lines, self._bytes = self.lines, [], 0
        return taken
