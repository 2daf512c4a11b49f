"""A payload as it may be looked at: its fields and their kinds, none of its values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

MOST_FIELDS = 200
MOST_DEPTH = 8


@dataclass(frozen=True, kw_only=True)
class Field:
    """One value of a payload, by its place in it."""

    path: str
    """`data.items[3].to`."""
    kind: str
    masked: str
    """What may be told of the value."""


def fields(data: Mapping[str, Any]) -> list[Field]:
    """Every field of a payload, at most two hundred, its value masked."""
    return list(islice(_walk("", data, 0), MOST_FIELDS))


def _walk(path: str, value: Any, depth: int) -> Iterator[Field]:
    if isinstance(value, Mapping) and value and depth < MOST_DEPTH:
        for name, inner in value.items():
            yield from _walk(f"{path}.{name}" if path else str(name), inner, depth + 1)
    elif isinstance(value, list) and value and depth < MOST_DEPTH:
        for place, inner in enumerate(value):
            yield from _walk(f"{path}[{place}]", inner, depth + 1)
    else:
        yield Field(path=path, kind=_kind(value), masked=_mask(value))


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else "object"


def _mask(value: Any) -> str:
    if isinstance(value, str):
        return f"••• {len(value)} character{'' if len(value) == 1 else 's'}" if value else "empty"
    if value is None:
        return "–"
    if isinstance(value, list | Mapping):
        return "empty" if not value else f"••• {len(value)}"
    return "•••"
