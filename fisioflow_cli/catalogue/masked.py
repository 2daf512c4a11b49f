"""A payload as it may be looked at: its fields and the kinds of their values, not what they say."""

import re
from collections.abc import Mapping
from typing import Any

MOST_DEPTH, MOST_FIELDS = 8, 200
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
WORD = re.compile(r"[a-z][a-z_-]{0,30}")
IDENTIFIER, DIGITS = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]{0,63}"), re.compile(r"[0-9]{5}")
NAMING = frozenset({"type", "template", "channel", "priority"})
"""Fields whose values choose among ours: a word there names nobody."""


def masked(value: Any, name: str = "", depth: int = 0) -> Any:
    """The same shape, each value replaced by what kind it is; random ids and our own words stay."""
    if depth < MOST_DEPTH and isinstance(value, Mapping):
        shown = list(value.items())[:MOST_FIELDS]
        return {
            _field(str(key), number): masked(inner, str(key), depth + 1)
            for number, (key, inner) in enumerate(shown, start=1)
        }
    if depth < MOST_DEPTH and isinstance(value, list):
        return [masked(inner, name, depth + 1) for inner in value[:MOST_FIELDS]]
    if isinstance(value, str):
        told = UUID.fullmatch(value) or (name in NAMING and WORD.fullmatch(value))
        return value if told else f"••• text of {len(value)}"
    if value is None:
        return None
    if isinstance(value, bool):
        return "••• yes or no"
    return "••• number" if isinstance(value, int | float) else "•••"


def _field(name: str, number: int) -> str:
    """A field's name; of one that may be an address, a number or a person only which one it is."""
    return name if IDENTIFIER.fullmatch(name) and not DIGITS.search(name) else f"••• field {number}"
