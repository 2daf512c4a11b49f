"""Appending to a queue file, as every program may that writes a line with one O_APPEND write."""

import os
import stat
import sys
from pathlib import Path

from fisioflow_cli.errors import FisioFlowError, UsageError

MODE = 0o600
STDOUT = 1


def append(path: Path, line: bytes) -> None:
    """Write one line, newline included, to the end of the file; it is created for its owner only.

    UsageError if it cannot be opened, FisioFlowError if it was not written as a whole. A line that
    another program left unfinished is ended first: it would swallow ours.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no such name"
        raise UsageError(f"The file of --to cannot be written ({reason}).") from None
    try:
        _write(descriptor, b"\n" + line if _is_unfinished(path, descriptor) else line)
    finally:
        os.close(descriptor)


def put_out(line: bytes) -> None:
    """Write one line to stdout; FisioFlowError if nobody can read it."""
    if sys.__stdout__ is None:
        raise FisioFlowError("The event could not be written (stdout is closed).")
    _write(STDOUT, line)


def _write(descriptor: int, line: bytes) -> None:
    try:
        written = os.write(descriptor, line)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fsync(descriptor)
    except OSError as error:
        raise FisioFlowError(f"The event could not be written ({error.strerror}).") from None
    if written != len(line):
        raise FisioFlowError("Only a part of the event could be written; is the disk full?")


def _is_unfinished(path: Path, descriptor: int) -> bool:
    """Whether the file ends in the middle of a line; no, if it cannot be read."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size == 0:
        return False
    try:
        with path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"
    except OSError:
        return False
