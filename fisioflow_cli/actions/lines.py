"""The lines that a runner takes for commands: annotations and masks, written to stderr.

The runner reads stdout and stderr alike; stdout stays data. The escapes are those of GitHub's own
toolkit (actions/toolkit, packages/core/src/command.ts).
"""

import os
import stat
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fisioflow_cli.console import plain

MOST = 10
"""GitHub shows ten annotations of a kind per step, and fifty of a job."""
SHORTEST_SECRET = 6
"""A shorter one would mask half of the log, and is none."""


class Kind(StrEnum):
    """How an annotation is shown, the most urgent first."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """One remark on a job."""

    kind: Kind
    title: str
    message: str


def annotate(annotations: Sequence[Annotation]) -> None:
    """Write at most ten: the most urgent ones, and instead of the tenth how many are left out."""
    ranked = sorted(annotations, key=lambda one: list(Kind).index(one.kind))
    shown = ranked[:MOST]
    if len(ranked) > MOST:
        left_out = ranked[MOST - 1 :]
        more = f"{len(left_out)} more are in the job's summary and in the log."
        shown = [*ranked[: MOST - 1], Annotation(kind=left_out[0].kind, title="more", message=more)]
    _write(
        f"::{one.kind} title={_property(plain(one.title))}::{_data(plain(one.message))}"
        for one in shown
    )


def mask(values: Iterable[str]) -> None:
    """Let the runner replace each of these, and each of their lines, by asterisks from now on.

    Not if stderr is a file: nobody would read the commands, and the secrets would lie there.
    """
    if not _is_read():
        return
    lines = dict.fromkeys(line.strip() for value in values for line in value.splitlines())
    _write(f"::add-mask::{_data(line)}" for line in lines if len(line) >= SHORTEST_SECRET)


def _is_read() -> bool:
    try:
        return not stat.S_ISREG(os.fstat(sys.stderr.fileno()).st_mode)
    except (OSError, ValueError):  # closed, or a program's own stand-in
        return False


def _write(lines: Iterable[str]) -> None:
    stream = getattr(sys.stderr, "beneath", sys.stderr)  # past the log: these are not talk
    for line in lines:
        stream.write(f"{line}\n")
    stream.flush()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
