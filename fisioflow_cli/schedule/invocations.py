"""Which of our commands a line of shell starts, whatever stands around them."""

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from fisioflow_cli.schedule.shell import DEEPEST, OPERATOR, runs_here, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAMES = {"fisioflow", "fisioflow_cli", "fisioflow-cli"}
MENTION = re.compile(r"fisioflow(?:[_-]cli)?(?![\w.-])")
COMMAND = re.compile(r"[a-z][a-z-]{0,39}")


class Invocation(NamedTuple):
    """A command of ours with its options; None stands for one that a variable names."""

    command: str | None
    options: frozenset[str]
    words: frozenset[str]
    """What else was said, values of options included."""
    program: str | None = None
    """The word that names the program to start; None if this host may look for it elsewhere."""


def mentioned(text: str) -> bool:
    """Whether a text names our program at all."""
    return MENTION.search(text) is not None


def invocations(
    line: str, known: "frozenset[str]", depth: int = 0, *, here: bool = True
) -> "Iterator[Invocation]":
    """What of ours a line of shell starts, in order; `known` are the commands there are.

    `here`: whether this host runs the line, not another one or a container.
    """
    if not mentioned(line) or depth > DEEPEST:
        return
    said = words(line)
    first = 0
    for place, word in enumerate(said):
        if OPERATOR.fullmatch(word):
            first = place + 1
        elif any(map(str.isspace, word)):
            inside = here and runs_here(said[first:place], word)
            yield from invocations(word, known, depth + 1, here=inside)
        elif PurePosixPath(word).name in NAMES:
            found = _invocation(_arguments(said[place + 1 :]), known)
            if found is not None:
                program = _program([*said[first:place], word]) if here else None
                yield found._replace(program=program)


def _program(said: "Sequence[str]") -> str | None:
    """The last word if it is what is started; of `python -m fisioflow_cli` the Python."""
    *before, word = said[:-2] if len(said) > 2 and said[-2] == "-m" else said
    return word if runs_here(before, word) else None


def _arguments(said: "Sequence[str]") -> list[str]:
    """The words up to the end of the command."""
    end = next((n for n, word in enumerate(said) if OPERATOR.fullmatch(word)), len(said))
    return list(said[:end])


def _invocation(line: "Sequence[str]", known: "frozenset[str]") -> Invocation | None:
    """None if these are no arguments of ours: `cd /srv/fisioflow`, `sudo -u fisioflow …`."""
    options = frozenset(word.partition("=")[0] for word in line if word.startswith("-"))
    values = {word.partition("=")[2] for word in line if word.startswith("-")}
    said = [word for word in line if not word.startswith("-")]
    if any(PurePosixPath(word).name in NAMES or " " in word for word in said):
        return None
    first = next((word for word in said if word in known), said[0] if said else "")
    if "$" in first:
        return Invocation(None, options, frozenset())
    if COMMAND.fullmatch(first) is None:
        return None
    return Invocation(first, options, frozenset({*said, *values}))
