"""The files beside a queue file that once were it: renamed ones, and copies of what was truncated."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fisioflow_cli.errors import UsageError
from fisioflow_cli.intake.queue_file import Identity, QueueFile, identity_of, open_queue
from fisioflow_cli.ledger import sources

if TYPE_CHECKING:
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.sources import Position

ROTATION = re.compile(r"[._-]\d[\d._T-]*")
"""What logrotate and its like add to a name: .1, -20261123, .2026-11-23T06."""
TICK_SECONDS = 0.05
"""How far a file's modification time may lag behind the clock: the kernel keeps it in ticks."""


def renamed(path: str, known: "list[Position]") -> Iterator[QueueFile]:
    """The files in the path's folder that were read as this queue and have another name now, open.

    The oldest first, those without anything new left out, but for the latest: somebody may still
    write to it. `known` is what the ledger knows of the path, newest first.
    """
    entries = dict(_entries(path))
    entries.pop(identity_of(path) or ("", ""), None)
    for position in reversed(known):
        entry = entries.get((position.device, position.inode))
        if entry is None or (file := _readable(entry, path)) is None:
            continue
        if (position is known[0] or file.size > position.position) and _was(file, entry, position):
            yield file
        else:
            file.close()


def unseen(path: str, aside: set[Identity], since: float) -> Iterator[QueueFile]:
    """The files that were rotated away after `since` (seconds since 1970), the oldest first, open.

    They are named as rotated ones are, were written to since then, and are not among those `aside`.
    """
    candidates = [
        (entry.stat().st_mtime, entry)
        for identity, entry in _entries(path)
        if identity not in aside | {identity_of(path)} and _is_rotated(path, entry.name)
    ]
    for modified, entry in sorted(candidates, key=lambda each: each[0]):
        if modified > since - TICK_SECONDS and (file := _readable(entry, path)) is not None:
            yield file


@contextmanager
def copied(path: str, ledger: "Ledger", position: "Position") -> Iterator[QueueFile | None]:
    """A copy of what the file held before it was truncated, if there is more in it than was read.

    It stands in the same folder under a name made from the queue's, as logrotate's copytruncate makes
    them, begins with all that was read, and is no queue that is read for itself.
    """
    candidates = (entry for _, entry in _entries(path) if _is_rotated(path, entry.name))
    files = (file for entry in candidates if (file := _readable(entry, path)) is not None)
    found = next((file for file in files if _goes_on(file, ledger, position)), None)
    try:
        yield found
    finally:
        if found is not None:
            found.close()


def _goes_on(file: QueueFile, ledger: "Ledger", position: "Position") -> bool:
    """Whether the file holds what was read, and more; closed if not."""
    goes_on = (
        file.size > position.position
        and file.holds(position)
        and sources.find(ledger, *file.identity) is None
    )
    if not goes_on:
        file.close()
    return goes_on


def _was(file: QueueFile, entry: "os.DirEntry[str]", position: "Position") -> bool:
    """Whether this is the file that was read; if nothing of it was read, only its name can tell."""
    return file.holds(position) and (position.position > 0 or _is_rotated(file.path, entry.name))


def _is_rotated(path: str, name: str) -> bool:
    """Whether a name is the queue's as it is rotated: q.jsonl.1, q.jsonl-20261123 or q-20261123.jsonl."""
    queue = Path(path).resolve().name
    stem, dot, suffix = queue.rpartition(".")
    behind, between = name.removeprefix(queue), name.removeprefix(stem).removesuffix(dot + suffix)
    if behind != name:
        return ROTATION.fullmatch(behind) is not None
    return name == f"{stem}{between}{dot}{suffix}" and ROTATION.fullmatch(between) is not None


def _readable(entry: "os.DirEntry[str]", path: str) -> QueueFile | None:
    try:
        return open_queue(entry.path, name=path)
    except UsageError:
        return None


def _entries(path: str) -> "Iterator[tuple[Identity, os.DirEntry[str]]]":
    """The regular files in the folder of the file that the path names or would name, by name."""
    try:
        with os.scandir(Path(path).resolve().parent) as folder:
            for entry in sorted(folder, key=lambda each: each.name):
                if entry.is_file(follow_symlinks=False):
                    facts = entry.stat(follow_symlinks=False)
                    yield (str(facts.st_dev), str(facts.st_ino)), entry
    except OSError:  # a folder that may be entered but not listed: nothing can be found in it
        return
