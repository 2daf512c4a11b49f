"""The id of an event that brings none: from its payload, from its place in a file, or a new one."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fisioflow_cli.errors import BadEvent
from fisioflow_cli.intake.lines import Line

LONGEST = 255


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where lines come from."""

    name: str
    """As a person knows it: a path, or `stdin`."""
    device: str = ""
    inode: str = ""
    generation: int = 0
    """0: not a file, so that no line of it has a lasting place."""

    @property
    def is_file(self) -> bool:
        """Whether a line can be told by its place."""
        return self.generation > 0


def by_place(origin: Origin, line: Line) -> str:
    """The id of a line of a file: the same whenever and by whomever it is read."""
    place = [origin.device, origin.inode, origin.generation, line.offset, line.sha256]
    return f"file:{hashlib.sha256(json.dumps(place).encode()).hexdigest()}"


def by_path(document: Mapping[str, Any], dotted: str) -> str:
    """What stands at `data.some.field` of the event; BadEvent if nothing does, or no text or number."""
    found: Any = document
    for name in dotted.split("."):
        found = _inside(found, name)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        raise BadEvent(f"Nothing that can be an id stands at {dotted}.")
    text = str(found)
    if not 0 < len(text) <= LONGEST or not text.isprintable():
        raise BadEvent(f"What stands at {dotted} cannot be an id.")
    return text


def _inside(found: Any, name: str) -> Any:
    if isinstance(found, Mapping):
        return found.get(name)
    if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
        return found[int(name)]
    return None
