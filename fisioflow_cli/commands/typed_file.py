"""A small file that somebody names on the command line, or pipes in."""

import sys
from pathlib import Path

from fisioflow_cli.errors import UsageError

MOST_BYTES = 1024 * 1024
"""No such file is larger; a device or a wrong name might not end."""


def read(name: str, what: str, remedy: str) -> bytes:
    """What is in it, `-` being stdin; UsageError, with the remedy, if it cannot be read or is too large."""
    try:
        if name == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{what} cannot be read ({error.strerror}); {remedy}.") from None
    if len(content) > MOST_BYTES:
        raise UsageError(f"{what} is larger than {MOST_BYTES // 2**20} MiB; {remedy}.")
    return content
