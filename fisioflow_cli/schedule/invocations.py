"""Which of our commands a line of shell starts, whatever stands around them."""

import re
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAMES = {"fisioflow", "fisioflow_cli", "fisioflow-cli"}
MENTION = re.compile(r"fisioflow(?:[_-]cli)?(?![\w.-])")
OPERATOR = re.compile(r"[();<>|&]+")
COMMAND = re.compile(r"[a-z][a-z-]{0,39}")
DEEPEST = 5


class Invocation(NamedTuple):
    """A command of ours with its options; None stands for one that a variable names."""

    command: str | None
    options: frozenset[str]
    words: frozenset[str]
    """What else was said, values of options included."""


def mentioned(text: str) -> bool:
    """Whether a text names our program at all."""
    return MENTION.search(text) is not None


def invocations(line: str, known: "frozenset[str]", depth: int = 0) -> "Iterator[Invocation]":
    """What of ours a line of shell starts, in order; `known` are the commands there are."""
    if not mentioned(line) or depth > DEEPEST:
        return
    words = _words(line)
    for place, word in enumerate(words):
        if any(map(str.isspace, word)):
            yield from invocations(word, known, depth + 1)
        elif PurePosixPath(word).name in NAMES:
            found = _invocation(_arguments(words[place + 1 :]), known)
            if found is not None:
                yield found


def _words(line: str) -> list[str]:
    """The words and operators; where a quote is not closed, what blanks part."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    try:
        return list(reader)
    except ValueError:
        return line.split()


def _arguments(words: "Sequence[str]") -> list[str]:
    """The words up to the end of the command."""
    end = next((n for n, word in enumerate(words) if OPERATOR.fullmatch(word)), len(words))
    return list(words[:end])


def _invocation(words: "Sequence[str]", known: "frozenset[str]") -> Invocation | None:
    """None if these are no arguments of ours: `cd /srv/fisioflow`, `sudo -u fisioflow …`."""
    options = frozenset(word.partition("=")[0] for word in words if word.startswith("-"))
    values = {word.partition("=")[2] for word in words if word.startswith("-")}
    said = [word for word in words if not word.startswith("-")]
    if any(PurePosixPath(word).name in NAMES or " " in word for word in said):
        return None
    first = next((word for word in said if word in known), said[0] if said else "")
    if "$" in first:
        return Invocation(None, options, frozenset())
    if COMMAND.fullmatch(first) is None:
        return None
    return Invocation(first, options, frozenset({*said, *values}))
