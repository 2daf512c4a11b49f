"""What a terminal sees: cleaned and masked text on stdout (data) and stderr (talk)."""

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# C0 and C1 control characters but tab and newline, and the bidirectional overrides
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain(text: object) -> str:
    """`text` on one line that cannot move a cursor, turn around or become a GitHub workflow command."""
    line = CONTROL.sub("", str(text).replace("\n", " ").replace("\r", " "))
    return line.replace("::", ":\u200b:") if line.lstrip().startswith("::") else line


def mask(address: str) -> str:
    """An e-mail address or phone as it may stand in a log: `p•••@example.com`, `+55•••1234`."""
    if "@" in address:
        name, _, domain = address.rpartition("@")
        return f"{plain(name[:1])}•••@{plain(domain)}"
    digits = re.sub(r"\D", "", address)
    return f"+{digits[:2]}•••{digits[-4:]}" if len(digits) >= 8 else "•••"


def out() -> "Console":
    """The console for data. Off a terminal: no colour, no animation, no column cut at 80."""
    return _console(stderr=False)


def err() -> "Console":
    """The console for talk: progress, notes and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console  # noqa: PLC0415  # --help must not pay for rich

    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() else 10_000
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, width=wide)
