"""Lines: bytes cut at their newlines, each with its number and offset, whatever its length."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash

MOST = 512 * 1024
"""Bytes that a line may have, its ending apart."""
KEPT = 4096
"""Bytes that are kept of a longer one."""
ENDING = 8
"""Room for a BOM and a carriage return."""
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line, without its ending and without a byte order mark."""

    number: int
    """From 1."""
    offset: int
    """Where it begins, in bytes."""
    end: int
    """Where the next one begins."""
    raw: bytes
    """Its bytes; of a line that is too long only the first `KEPT`."""
    length: int
    """How many bytes it has."""
    sha256: str
    """Of all its bytes, in hexadecimal."""

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing in it."""
        return self.length <= MOST and not self.raw.strip()

    @property
    def is_too_long(self) -> bool:
        """Whether `raw` is only its beginning."""
        return self.length > MOST


class Splitter:
    """Cuts chunks of any size into lines; holds half a MiB at most, however long a line is."""

    def __init__(self, *, offset: int = 0, number: int = 0) -> None:
        self._offset = offset
        self._number = number
        self._held = bytearray()
        self._length = 0
        self._hash: _Hash | None = None

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """The lines that end in this chunk; all of them must be taken before the next chunk."""
        start = 0
        while (found := chunk.find(b"\n", start)) >= 0:
            self._hold(chunk[start:found])
            yield self._line(ending=1)
            start = found + 1
        self._hold(chunk[start:])

    def finish(self) -> Iterator[Line]:
        """The last line, if it has no newline."""
        if self._length:
            yield self._line(ending=0)

    def _hold(self, piece: bytes) -> None:
        self._length += len(piece)
        if self._hash is not None:
            self._hash.update(piece)
            return
        self._held += piece
        if len(self._held) > MOST + ENDING:
            self._hash = hashlib.sha256(self._held)
            del self._held[KEPT:]

    def _line(self, *, ending: int) -> Line:
        raw, length, begin = bytes(self._held), self._length, self._offset
        sha256 = self._hash
        self._number += 1
        self._offset += length + ending
        self._held.clear()
        self._length, self._hash = 0, None
        if sha256 is None:
            raw = raw.removeprefix(BOM).removesuffix(b"\r")
            length, sha256 = len(raw), hashlib.sha256(raw)
        return Line(
            number=self._number,
            offset=begin,
            end=self._offset,
            raw=raw if length <= MOST else raw[:KEPT],
            length=length,
            sha256=sha256.hexdigest(),
        )
