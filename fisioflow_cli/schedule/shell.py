"""As much of the shell as a scheduler's line needs: its words, what it runs here, reads and searches."""

import re
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OPERATOR = re.compile(r"[();<>|&]+")
ASSIGNMENT = re.compile(r"\w+=")
PATH = re.compile(r"""^(?!\s*#).*?\bPATH=["']?([^\s"';&]*)""", re.MULTILINE)
KEYWORDS = {"if", "then", "elif", "else", "do", "while", "until", "{", "!"}
WRAPPERS = {"exec", "env", "command", "nice", "ionice", "nohup", "setsid", "time", "timeout"}
WRAPPERS |= {"flock", "chronic", "sh", "bash", "dash"}
RAISERS = {"sudo", "doas", "runuser", "setpriv"}
"""What starts a command for another user, whose PATH is another one too."""
DEEPEST = 5
LONGEST_LINE = 20_000
"""Of a longer one nothing is known: cron's own end after 999 characters, and no person writes one."""


def words(line: str) -> list[str]:
    """The words and operators; where a quote is not closed, what blanks part; none of an endless line."""
    if len(line) > LONGEST_LINE:
        return []
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    try:
        return list(reader)
    except ValueError:
        return line.split()


def runs_here(before: "Sequence[str]", word: str) -> bool:
    """Whether `word` is what this host starts, by what stands before it in its command.

    Not if that is `docker exec`, `ssh`, `uvx` or anything else that looks for it elsewhere.
    """
    plain = (one for one in before if not ASSIGNMENT.match(one) and one not in KEYWORDS)
    first = PurePosixPath(next(plain, "exec").lstrip("-@:+!|")).name
    return first in WRAPPERS or (first in RAISERS and word.startswith("/"))


def sourced(line: str, depth: int = 0) -> "Iterator[str]":
    """The files that the line reads before it goes on: `. FILE`, if it says so only once."""
    before: list[str] = []
    for word in words(line):
        if OPERATOR.fullmatch(word):
            before = []
            continue
        if any(map(str.isspace, word)) and depth < DEEPEST and runs_here(before, word):
            yield from sourced(word, depth + 1)
        elif before in (["."], ["source"]) and line.count(word) == 1:
            yield word  # more than once: it asks first whether the file is there
        if word not in KEYWORDS:
            before.append(word)


def path_after(path: str | None, text: str) -> str | None:
    """What PATH is once a text has been read that may set it; None if that cannot be told."""
    for value in PATH.findall(text):
        found = value.replace("${PATH}", path or "$").replace("$PATH", path or "$")
        path = None if "$" in found or "`" in found else found
    return path
