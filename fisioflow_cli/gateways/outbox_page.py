"""The outbox' index page: every message in the folder, newest first, without a script."""

import heapq
import json
import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, tzinfo
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fisioflow_cli.gateways import push_web

TEMPLATE = "outbox_index.html.j2"
# Browsers give up at some 1,000 frames in a page; older messages open in a tab of their own.
FRAMES = 100
STEM = re.compile(r"[0-9a-f]{24}")
KINDS = {"email": "E-mail", "chat": "WhatsApp", "push": "Push"}
PLAIN_HEAD = "<!doctype html><meta charset=utf-8><style>pre{white-space:pre-wrap}</style>"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One message in the outbox, as its `.json` file describes it."""

    stem: str
    """The name of its files, without what comes after the dot."""
    provider: str
    to: str
    subject: str
    short: str
    template: str | None
    at: datetime
    """When it was written; aware."""
    others: tuple[str, ...] = ()
    """Further recipients of the same mail."""
    files: tuple[str, ...] = ()
    """What it brings along."""

    @property
    def kind(self) -> str:
        """`email`, `chat` or `push`, as the page shows it."""
        if self.provider == push_web.NAME:
            return "push"
        return "email" if "@" in self.to else "chat"

    @property
    def is_email(self) -> bool:
        """Whether it is an HTML page, rather than a short text."""
        return self.kind == "email"

    @property
    def file(self) -> str:
        """The file to open."""
        return f"{self.stem}.html" if self.is_email else f"{self.stem}.txt"

    def as_json(self) -> dict[str, Any]:
        """What the `.json` file holds; the file's own name is not repeated in it."""
        fields = {**asdict(self), "at": self.at.astimezone(UTC).isoformat(timespec="milliseconds")}
        del fields["stem"]
        return fields


def read(folder: Path) -> list[Letter]:
    """The folder's messages, newest first; leaves out what cannot be read. Raises OSError."""
    letters = [letter for path in folder.glob("*.json") if (letter := _letter(path))]
    return sorted(letters, key=lambda letter: (letter.at, letter.stem), reverse=True)


def newest(folder: Path, *, most: int) -> tuple[list[Letter], int]:
    """The messages written last, at most `most`, newest first; and how many there are in all.

    Only these are read, however many there are. Empty where there is no folder.
    """
    try:
        with os.scandir(folder) as entries:
            found = [(entry.stat().st_mtime_ns, entry.path) for entry in entries if _is_ours(entry)]
    except OSError:
        return [], 0
    last = heapq.nlargest(most, found)
    letters = [letter for _, path in last if (letter := _letter(Path(path)))]
    letters.sort(key=lambda letter: (letter.at, letter.stem), reverse=True)
    return letters, len(found)


def one(folder: Path, stem: str) -> Letter | None:
    """The message of this name; None if there is none."""
    return _letter(folder / f"{stem}.json") if STEM.fullmatch(stem) else None


def _is_ours(entry: "os.DirEntry[str]") -> bool:
    return entry.name.endswith(".json") and entry.is_file(follow_symlinks=False)


def render(letters: list[Letter], timezone: tzinfo) -> str:
    """The page; times are in `timezone`. Everything a person typed is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    counted = Counter(letter.kind for letter in letters)
    return environment.get_template(TEMPLATE).render(
        days=_by_day(letters, timezone),
        kinds=[(kind, name, counted[kind]) for kind, name in KINDS.items() if counted[kind]],
        names=KINDS,
        total=len(letters),
        timezone=str(timezone),
        framed={letter.stem for letter in [x for x in letters if x.is_email][:FRAMES]},
    )


def plain(text: str) -> str:
    """A mail without HTML as a page that shows it."""
    return f"{PLAIN_HEAD}<pre>{escape(text)}</pre>"


def _by_day(
    letters: Iterable[Letter], timezone: tzinfo
) -> list[tuple[datetime, list[tuple[datetime, Letter]]]]:
    local = ((letter.at.astimezone(timezone), letter) for letter in letters)
    grouped = groupby(local, key=lambda pair: pair[0].date())
    days = [list(pairs) for _, pairs in grouped]
    return [(pairs[0][0], pairs) for pairs in days]


def _letter(path: Path) -> Letter | None:
    """None for a file that somebody else wrote, or that a full disk cut short."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(fields["at"])
        template = fields["template"]
        texts = {name: str(fields[name]) for name in ("provider", "to", "subject", "short")}
        # what an earlier version wrote has neither
        others, files = (tuple(map(str, fields.get(name, ()))) for name in ("others", "files"))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if at.tzinfo is None:
        return None
    name = None if template is None else str(template)
    return Letter(stem=path.stem, template=name, at=at, others=others, files=files, **texts)
