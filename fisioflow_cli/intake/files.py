"""The files that one path names and has named, open, for as long as lines may come from them."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fisioflow_cli.errors import UsageError
from fisioflow_cli.intake.queue_file import Identity, QueueFile, identity_of, open_queue
from fisioflow_cli.intake.siblings import renamed, unseen
from fisioflow_cli.ledger import sources

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.sources import Position

PATIENCE_SECONDS = 1.0
"""How long a file that was rotated away must stand still before its unfinished last line counts, and
how long the one that takes its place may be unreadable."""
FORGET_SECONDS = 60.0
"""How long it must stand still before it is closed: a writer may still have it open."""


@dataclass(kw_only=True)
class Files:
    """The files of one queue, the oldest first, the one that the path names now at the end."""

    path: str
    ledger: "Ledger"
    opened: list[QueueFile] = field(default_factory=list, init=False)
    _current: Identity | None = field(default=None, init=False)
    _looked_at: datetime | None = field(default=None, init=False)
    _folder_changed_at: int = field(default=0, init=False)
    _refused_since: float | None = field(default=None, init=False)

    @property
    def _clock(self) -> "Clock":
        return self.ledger.clock

    def look(self) -> list[QueueFile]:
        """Open what has come since the last look; costs one stat if nothing has."""
        now = self._clock.now()
        is_first = self._looked_at is None
        if is_first:
            known = sources.of_path(self.ledger, self.path)
            self.opened.extend(renamed(self.path, known))
            self._looked_at = known[0].updated_at if known else now
        identity = identity_of(self.path)
        if identity not in (None, *self._identities()):
            identity = self._open()
        has_changed, self._current = identity != self._current, identity
        if is_first or has_changed or (identity is None and self._has_folder_changed()):
            self.find_others(self._looked_at)
            for file in self.opened:
                file.is_idle = False
        if identity is not None:  # or a file might come and go while the path names none
            self._looked_at = now
        return self.opened

    def find_others(self, since: datetime | None) -> list[QueueFile]:
        """Files that were rotated away since then, or since the last look, before anybody saw them."""
        since = since or self._looked_at or self._clock.now()
        known = sources.of_path(self.ledger, self.path)
        aside = self._identities() | {(each.device, each.inode) for each in known}
        found = []
        for file in unseen(self.path, aside, since.timestamp()):
            if self._is_copy(file, known):
                file.close()
            else:
                found.append(file)
        place = len(self.opened) - any(self.is_current(file) for file in self.opened)
        self.opened[place:place] = found
        return found

    def _is_copy(self, file: QueueFile, known: "list[Position]") -> bool:
        """Whether what it has was read, or still stands in the queue and will be."""
        return any(each.position and file.holds(each) for each in known) or any(
            file.is_copy_of(other) for other in self.opened
        )

    def leave_behind(self) -> None:
        """Find no others from before now: all there are have been found."""
        self._looked_at = self._clock.now()

    def is_current(self, file: QueueFile) -> bool:
        """Whether the path named it when it was last looked at."""
        return file.identity == self._current

    def is_over(self, file: QueueFile) -> bool:
        """Whether nobody will finish its last line: it is the queue no more, and stands still."""
        return not self.is_current(file) and file.stands_still(self._clock, PATIENCE_SECONDS)

    def forget(self) -> None:
        """Close those that were rotated away so long ago that nobody writes to them any more."""
        for file in list(self.opened):
            is_done = not self.is_current(file) and file.is_idle
            if is_done and file.stands_still(self._clock, FORGET_SECONDS):
                self.opened.remove(file)
                file.close()

    def close(self) -> None:
        """Close all."""
        while self.opened:
            self.opened.pop().close()

    def _identities(self) -> set[Identity]:
        return {file.identity for file in self.opened}

    def _has_folder_changed(self) -> bool:
        before = self._folder_changed_at
        with suppress(OSError):
            self._folder_changed_at = Path(self.path).resolve().parent.stat().st_mtime_ns
        return self._folder_changed_at != before

    def _open(self) -> Identity | None:
        file = self._named()
        if file is None:
            return None
        if file.identity in self._identities():
            file.close()
        else:
            file.intact_at = self._looked_at
            self.opened.append(file)
        return file.identity

    def _named(self) -> QueueFile | None:
        """What the path names; one that was just put there may be unreadable for a moment."""
        now = self._clock.monotonic()
        try:
            file = open_queue(self.path)
        except UsageError:
            since = self._refused_since = self._refused_since or now
            if not self.opened or now - since > PATIENCE_SECONDS:
                raise
            return None
        self._refused_since = None
        return file
