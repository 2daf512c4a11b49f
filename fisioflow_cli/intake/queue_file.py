"""A queue file while it is open: who it is, how far it was read, whether it stands still."""

import os
import stat
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from fisioflow_cli.errors import UsageError
from fisioflow_cli.intake.trace import Trace, fits
from fisioflow_cli.ledger import sources
from fisioflow_cli.ledger.sources import Position

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.ledger.ledger import Ledger

Identity = tuple[str, str]
"""Device and inode."""


@dataclass(eq=False, kw_only=True)
class QueueFile:
    """One file, by device and inode, whatever it is called by now."""

    path: str
    """What it was called when it was the queue."""
    descriptor: int
    device: str
    inode: str
    seen: Position | None = None
    """How far it was read, as this process last knew."""
    basis: Position | None = None
    """Where reading goes on: `seen`, or what was known of it while its device had another number."""
    intact_at: datetime | None = None
    """When it certainly still held what was read of it, if anything is known of it."""
    is_recalled: bool = False
    """Whether these two are known."""
    is_idle: bool = False
    """Whether, when it was last looked at, nothing was in it but what was read."""
    awaits: bool = False
    """Whether it ends with an unfinished line that may count soon."""
    _shape: tuple[int, int] = (-1, -1)
    _still_since: float = 0.0

    @property
    def identity(self) -> Identity:
        """Device and inode."""
        return self.device, self.inode

    @property
    def size(self) -> int:
        """Its present size in bytes."""
        return os.fstat(self.descriptor).st_size

    def look(self, clock: "Clock") -> bool:
        """Whether there may be something new since the last look; costs one fstat."""
        facts = os.fstat(self.descriptor)
        shape = (facts.st_size, facts.st_mtime_ns)
        if shape != self._shape:
            age = clock.now().timestamp() - facts.st_mtime
            self._shape, self._still_since = shape, clock.monotonic() - max(0.0, age)
            self.is_idle = False
        return not self.is_idle

    def stands_still(self, clock: "Clock", seconds: float) -> bool:
        """Whether it has not changed for so long, as far as was looked."""
        return clock.monotonic() - self._still_since >= seconds

    def recall(self, ledger: "Ledger") -> None:
        """Ask the ledger how far it was read.

        A file that is known on another device, under the same path and inode and with the same
        content, is the same one: a restart of the machine may renumber devices.
        """
        self.seen = self.basis = sources.find(ledger, *self.identity)
        if self.basis is None:
            known = sources.of_path(ledger, self.path)
            same = (each for each in known if each.inode == self.inode and self.holds(each))
            self.basis = next(same, None)
        if self.basis is not None:
            self.intact_at = self.basis.updated_at
        self.is_idle, self.is_recalled = False, True

    def holds(self, position: Position) -> bool:
        """Whether it still has what was read up to this position."""
        return fits(self.descriptor, position.position, position.fingerprint)

    def is_copy_of(self, other: "QueueFile") -> bool:
        """Whether all that it has stands at the beginning of the other one too."""
        trace = Trace.load(self.descriptor, self.size)
        return fits(other.descriptor, trace.position, trace.fingerprint)

    def beginning(self, *, generation: int) -> Position:
        """Its first byte, as one that was never read or was written anew."""
        return Position(
            path=self.path,
            device=self.device,
            inode=self.inode,
            generation=generation,
            position=0,
            line=0,
            fingerprint=Trace().fingerprint,
        )

    def moved(self, to: Position) -> None:
        """Be told how far it is read now."""
        self.seen = self.basis = to

    def named(self, position: Position) -> Position:
        """The position under its own present names, which may be others than when it was found."""
        return replace(position, path=self.path, device=self.device, inode=self.inode)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.descriptor)


def open_queue(path: str, *, name: str | None = None) -> QueueFile | None:
    """The file that the path names now, kept as `name` if that is another; None if there is none.

    UsageError if it is not a file or cannot be read.
    """
    try:
        # without O_NONBLOCK, a pipe that has come into the file's place would hold us up
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}).") from None
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode):
        os.close(descriptor)
        raise UsageError(f"{path} is not a file.")
    device, inode = str(facts.st_dev), str(facts.st_ino)
    return QueueFile(path=name or path, descriptor=descriptor, device=device, inode=inode)


def identity_of(path: str) -> Identity | None:
    """Device and inode of what the path names, if it names anything."""
    try:
        facts = os.stat(path)  # noqa: PTH116  # called all the time
    except OSError:
        return None
    return str(facts.st_dev), str(facts.st_ino)
