"""A queue file read to its end, with those that had its name before; followed, if one asks."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fisioflow_cli.errors import DatabaseUnavailable, UsageError
from fisioflow_cli.intake.files import Files
from fisioflow_cli.intake.identity import Origin
from fisioflow_cli.intake.lines import Line
from fisioflow_cli.intake.pause import pause
from fisioflow_cli.intake.queue_file import QueueFile
from fisioflow_cli.intake.siblings import TICK_SECONDS, copied
from fisioflow_cli.intake.stretch import read_stretch
from fisioflow_cli.intake.trace import Trace, fits
from fisioflow_cli.ledger.sources import Advance, Position, PositionTaken

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.ledger.ledger import Ledger

POLL_SECONDS = 0.5
Settle = Callable[[list[Line], Origin, Advance], None]
"""Accepts the lines and moves the position, together; PositionTaken if another process was faster."""


@dataclass(kw_only=True)
class Tail:
    """Reads one queue; the ledger remembers how far, so that nothing is read twice or left out.

    A file that was renamed is found by device and inode, one that was truncated by the copy that was
    made of it, and what came and went unseen by its name and time; all are read to their end before
    what comes after them. They must stay in the queue's folder, uncompressed, until they are read.
    What no one can tell: a file cut off and at once filled with the very bytes it had before.
    """

    path: str
    ledger: "Ledger"
    settle: Settle
    admit: Callable[[int], None]
    """Raises UsageError for a file that must not be read."""
    stopped: Callable[[], bool]
    most: int
    follow: bool
    _files: Files = field(init=False)

    def __post_init__(self) -> None:
        self._files = Files(path=self.path, ledger=self.ledger)

    @property
    def _clock(self) -> "Clock":
        return self.ledger.clock

    def read(self) -> None:
        """Read until nothing more is there, with `follow` until stopped.

        UsageError if there is no such file and none is waited for; a database that is away is waited
        for if the file is followed, else DatabaseUnavailable.
        """
        try:
            while not self.stopped() and self._goes_on():
                pass
        finally:
            self._files.close()

    def _goes_on(self) -> bool:
        """Read what is there, and wait if there is reason to."""
        try:
            has_read = self._round()
        except DatabaseUnavailable:
            if not self.follow:
                raise
            has_read = False
        if has_read:
            return True
        if not self.follow and not any(file.awaits for file in self._files.opened):
            return False
        pause(self._clock, POLL_SECONDS, self.stopped)
        return True

    def _round(self) -> bool:
        """Read each file to its end, the oldest first; whether anything was read."""
        files = self._files.look()
        if not files and not self.follow:
            raise UsageError(f"{self.path} does not exist; with --follow it would be waited for.")
        has_read = False
        for file in list(files):
            has_read = self._drain(file) or has_read
            if file.awaits:
                break  # what came later is later
        self._files.forget()
        return has_read

    def _drain(self, file: QueueFile) -> bool:
        has_read = False
        while not self.stopped() and self._step(file):
            has_read = True
            self._files.look()  # or a file might come and go while a long one is read
        return has_read

    def _step(self, file: QueueFile) -> bool:
        """Read and settle one batch; whether it is worth while to look for another one at once."""
        if not file.look(self._clock):
            return False
        if not file.is_recalled:
            self.admit(file.descriptor)
            file.recall(self.ledger)
        basis = file.basis or file.beginning(generation=1)
        now = self._clock.now()
        if not file.holds(basis):
            return self._written_anew(file, basis)
        if basis.position:
            file.intact_at = now
        else:  # what was copied away before its first line was read can be told by nothing else
            self._drain_others(file)
        return self._take(file, file.descriptor, basis, to_the_end=self._files.is_over(file))

    def _written_anew(self, file: QueueFile, basis: Position) -> bool:
        """Read what it held before from the copy, if there is one; then count it as a new file.

        Recorded at once: the same lines may come again, and nothing would tell them from the old.
        """
        with copied(self.path, self.ledger, basis) as copy:
            if copy is not None:
                return self._take(file, copy.descriptor, basis, to_the_end=True)
        self._drain_others(file)
        # so that what was copied before can be told by its time from what will be copied
        pause(self._clock, 2 * TICK_SECONDS, self.stopped)
        self._files.leave_behind()
        file.intact_at = self._clock.now()
        return self._settled(file, [], file.beginning(generation=basis.generation + 1))

    def _drain_others(self, file: QueueFile) -> None:
        for other in self._files.find_others(file.intact_at):
            self._drain(other)

    def _take(self, file: QueueFile, descriptor: int, basis: Position, *, to_the_end: bool) -> bool:
        trace = Trace.load(descriptor, basis.position)
        stretch = read_stretch(
            descriptor, trace, number=basis.line, most=self.most, to_the_end=to_the_end
        )
        if not fits(descriptor, basis.position, basis.fingerprint):
            return True  # written anew while we read: these may be no lines at all
        if not stretch.lines:
            file.awaits = stretch.unfinished > 0 and not self._files.is_current(file)
            file.is_idle = not file.awaits
            return False
        last = stretch.lines[-1]
        to = replace(basis, position=last.end, line=last.number, fingerprint=stretch.fingerprint)
        return self._settled(file, stretch.lines, file.named(to))

    def _settled(self, file: QueueFile, lines: list[Line], to: Position) -> bool:
        origin = Origin(
            name=self.path, device=file.device, inode=file.inode, generation=to.generation
        )
        try:
            self.settle(lines, origin, Advance(seen=file.seen, to=to))
        except PositionTaken:
            before = file.seen
            file.recall(self.ledger)
            if file.seen == before:  # nobody took it, so to try again would never end
                raise
        else:
            file.moved(to)
        return True
