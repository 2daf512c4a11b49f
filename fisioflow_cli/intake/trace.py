"""What was read of a file, as far as is needed to recognise it."""

import hashlib
import os

HEAD = 4 * 1024
TAIL = 64 * 1024


class Trace:
    """The first 4 KiB and the last 64 KiB of what stands before a position.

    Enough, and cheap at any size: a file that is only appended to keeps both for ever, and one that
    was written anew would have to begin like the old one and also to have, at this very offset, the
    last hundreds of events again.
    """

    def __init__(self) -> None:
        self.position = 0
        self._head = b""
        self._tail = b""

    @classmethod
    def load(cls, descriptor: int, position: int) -> "Trace":
        """The trace of what stands before `position` now; of less, if the file is shorter."""
        trace = cls()
        trace._head = os.pread(descriptor, min(HEAD, position), 0)
        start = max(0, position - TAIL)
        trace._tail = os.pread(descriptor, position - start, start)
        trace.position = start + len(trace._tail)
        return trace

    def add(self, data: bytes) -> None:
        """Move on over `data`."""
        self._head += data[: HEAD - len(self._head)]
        self._tail = (self._tail + data[-TAIL:])[-TAIL:]
        self.position += len(data)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over both, in hexadecimal."""
        return hashlib.sha256(self._head + self._tail).hexdigest()


def fits(descriptor: int, position: int, fingerprint: str) -> bool:
    """Whether what stands before `position` is still what was read there."""
    trace = Trace.load(descriptor, position)
    return trace.position == position and trace.fingerprint == fingerprint
