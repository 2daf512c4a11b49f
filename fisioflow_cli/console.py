"""What a terminal sees: cleaned and masked text on stdout (data) and stderr (talk)."""

import io
import os
import re
import sys
from typing import TYPE_CHECKING, Any, TextIO

from fisioflow_cli.errors import FisioFlowError

if TYPE_CHECKING:
    from rich.console import Console

# C0 and C1 control characters but tab and newline, and the bidirectional overrides
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
STDOUT, STDERR = 1, 2
UNLIMITED = 10_000
"""A width that no line reaches."""


def plain(text: object) -> str:
    """`text` on one line that cannot move a cursor, turn around or become a GitHub workflow command.

    A runner takes commands from `::` at the start of a line and from `##[` anywhere in it.
    """
    line = CONTROL.sub("", str(text).replace("\n", " ").replace("\r", " "))
    line = line.replace("##[", "#\u200b#[")
    return line.replace("::", ":\u200b:") if line.lstrip().startswith("::") else line


def shortened(typed: str, most: int = 60) -> str:
    """What somebody typed, quoted and cut, for a sentence that says it cannot be used."""
    return repr(typed if len(typed) <= most else f"{typed[:most]}…")


def mask(address: str) -> str:
    """An address as it may stand in a log: `p•••@example.com`, `+55•••1234`, `push •••a1b2c3`.

    Of a browser's subscription, whose address is a secret, nothing but a part of its hash.
    """
    if address.lstrip().startswith("{") or "://" in address:
        return f"push •••{_fingerprint(address)}"
    if "@" in address:
        name, _, domain = address.rpartition("@")
        return f"{plain(name[:1])}•••@{plain(domain)}"
    digits = re.sub(r"\D", "", address)
    return f"+{digits[:2]}•••{digits[-4:]}" if len(digits) >= 8 else "•••"


def _fingerprint(text: str) -> str:
    import hashlib  # noqa: PLC0415  # --help must not pay for it

    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()[:6]


def out() -> "Console":
    """The console for data. Off a terminal: no colour, no animation, no column cut at 80."""
    return _console(stderr=False)


def err() -> "Console":
    """The console for talk: progress, notes and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console  # noqa: PLC0415  # --help must not pay for rich

    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() else UNLIMITED
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, width=wide)


class _Outlet(io.FileIO):
    """A standard stream whose reader may leave early (`| head`): what is done stays done."""

    _gone = False

    def write(self, data: Any, /) -> int:
        """As FileIO's; FisioFlowError, once, if stdout takes no more for another reason."""
        if self._gone:
            return len(data)
        try:
            return super().write(data)
        except OSError as error:
            self._gone = True
            if isinstance(error, BrokenPipeError) or self.fileno() == STDERR:
                return len(data)
            raise FisioFlowError(
                f"The output could not be written ({error.strerror}); what a run has done stands in the "
                "ledger all the same."
            ) from None


def open_streams() -> None:
    """Make stdout and stderr take whatever is written to them.

    A stream that the caller closed leads nowhere, a reader that has gone ends nothing, and a
    character that the locale cannot write is escaped.
    """
    if sys.stdin is None:  # closed with `<&-`: what is opened first must not be taken for it
        os.open(os.devnull, os.O_RDONLY)
    sys.stdout = _stream(sys.stdout, STDOUT)
    sys.stderr = _stream(sys.stderr, STDERR)


def _stream(given: TextIO | None, number: int) -> TextIO:
    # None: the caller closed it with `>&-`
    descriptor = os.open(os.devnull, os.O_WRONLY) if given is None else number
    return io.TextIOWrapper(
        io.BufferedWriter(_Outlet(descriptor, "w", closefd=False)),
        encoding="utf-8" if given is None else given.encoding,
        errors="backslashreplace",
        line_buffering=os.isatty(descriptor) or number == STDERR,
    )
