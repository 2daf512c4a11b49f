"""Where events are read from: a stream, a queue file, or nothing but the inbox."""

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fisioflow_cli.errors import UsageError
from fisioflow_cli.intake.stdin import STDIN, Stream, open_pipe

NO_TEXT = re.compile("[\ud800-\udfff]")
"""Bytes of a name that are no UTF-8, as Python shows them: no database could remember it."""


@dataclass(frozen=True, kw_only=True)
class QueuePath:
    """A queue file, whichever file the path names at a moment."""

    path: str
    """Absolute."""


Source = Stream | QueuePath | None
"""None: only what is in the inbox already."""


@contextmanager
def open_source(name: str | None) -> Iterator[Source]:
    """What a person names as SOURCE: `-`, a path or nothing; closed at the end.

    A pipe with a name is read like stdin. UsageError if it can hold no events. Whether a queue file is
    there is asked when it is read, since --follow may wait for it.
    """
    if name is None:
        yield None
    elif name == "-":
        if sys.stdin is None:
            raise UsageError("stdin is closed, so no events can be read from it.")
        yield Stream(descriptor=STDIN, name="stdin")
    elif not name or NO_TEXT.search(name):
        raise UsageError("SOURCE must have a name, and one in UTF-8; rename the file.")
    elif _is_stream(name):
        with _opened(name) as stream:
            yield stream
    else:
        yield QueuePath(path=str(Path(name).expanduser().absolute()))


@contextmanager
def _opened(name: str) -> Iterator[Stream]:
    descriptor = open_pipe(name)
    try:
        is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
        yield Stream(descriptor=descriptor, name=name, outlives_writers=is_pipe)
    finally:
        os.close(descriptor)


def _is_stream(name: str) -> bool:
    try:
        mode = Path(name).stat().st_mode
    except OSError:
        return False
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        return True
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "neither a file nor a pipe"
        raise UsageError(f"{name} is {kind}; SOURCE is a queue file, a pipe or - for stdin.")
    return False
