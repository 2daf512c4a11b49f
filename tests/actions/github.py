"""GitHub's side, written from the rules of its runner and toolkit, not from our code.

actions/runner, src/Runner.Common/ActionCommand.cs (TryParseV2, TryParse) and
FileCommandManager.cs (SetOutputFileCommand); actions/toolkit, packages/core/src/command.ts.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt

from tests.cli import Done

UNESCAPED = (("%0D", "\r"), ("%0A", "\n"))
PROPERTY = (*UNESCAPED, ("%3A", ":"), ("%2C", ","))


@dataclass(frozen=True, kw_only=True)
class Command:
    """What a runner makes of a line."""

    name: str
    properties: dict[str, str]
    data: str


def parse(line: str) -> Command | None:
    """The command that a line is; None for an ordinary one."""
    text = line.lstrip()
    if text.startswith("::"):
        head, separator, data = text[2:].partition("::")
        if not separator:
            return None
        name, _, rest = head.partition(" ")
        pairs = [pair.partition("=") for pair in rest.split(",") if "=" in pair]
        found = {key.strip(): _unescaped(value, PROPERTY) for key, _, value in pairs if value}
        return Command(name=name, properties=found, data=_unescaped(data, UNESCAPED))
    if match := re.search(r"##\[([\w-]+)([^\]]*)\](.*)", line):
        return Command(name=match[1], properties={"v1": match[2]}, data=match[3])
    return None


def _unescaped(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for escaped, plain in pairs:
        text = text.replace(escaped, plain)
    return text.replace("%25", "%")


@dataclass(kw_only=True)
class Job:
    """A step of a job: the files it is given, and what it left."""

    folder: Path
    env: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.env = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_OUTPUT": str(self.folder / "output"),
        }

    @property
    def summary(self) -> str:
        path = self.folder / "summary.md"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def outputs(self) -> dict[str, str]:
        path = self.folder / "output"
        return outputs_of(path.read_text(encoding="utf-8")) if path.exists() else {}

    @property
    def tables(self) -> list[list[list[str]]]:
        """The tables of the rendered summary, as rows of cells."""
        return rendered(self.summary).tables


def outputs_of(text: str) -> dict[str, str]:
    """As the runner reads an output file: `name=value`, or `name<<end`, lines, `end`."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if heredoc >= 0 and (equals < 0 or heredoc < equals):
            name, _, end = line.partition("<<")
            value = []
            for inner in lines:
                if inner == end:
                    break
                value.append(inner)
            else:
                raise ValueError(f"matching delimiter not found for {name}")
            found[name] = "\n".join(value)
        elif equals > 0:
            name, _, plain = line.partition("=")
            found[name] = plain
        else:
            raise ValueError(f"invalid format {line!r}")
    return found


def commands(done: Done) -> list[Command]:
    """What the runner makes of both streams."""
    lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    return [command for line in lines if (command := parse(line)) is not None]


def annotations(done: Done) -> list[Command]:
    return [one for one in commands(done) if one.name in {"error", "warning", "notice"}]


class Page(HTMLParser):
    """A rendered summary: its tags, its tables, and the text that is not in a code span."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.tables: list[list[list[str]]] = []
        self.outside = ""
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)
        self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "code" not in self._open:
            self.outside += data
        if "td" in self._open or "th" in self._open:
            self.tables[-1][-1][-1] += data


def rendered(markdown: str) -> Page:
    """What GitHub shows, raw HTML included."""
    page = Page()
    page.feed(
        MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)
    )
    return page
