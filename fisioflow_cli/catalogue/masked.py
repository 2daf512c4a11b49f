"""A payload as it may be looked at: its fields and the kinds of their values, not what they say."""

import re
from collections.abc import Mapping
from typing import Any

MOST_DEPTH, MOST_FIELDS = 8, 200
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
WORD = re.compile(r"[a-z][a-z_-]{0,30}")
NAMING = frozenset({"type", "template", "channel", "priority"})
"""Fields whose values choose among ours: a word there names nobody."""


def masked(value: Any, name: str = "", depth: int = 0) -> Any:
    """The same shape, each value replaced by what kind it is; random ids and our own words stay."""
    if depth < MOST_DEPTH and isinstance(value, Mapping):
        shown = list(value.items())[:MOST_FIELDS]
        return {str(key): masked(inner, str(key), depth + 1) for key, inner in shown}
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
