"""A masked payload as lines: each field by its place, and what may be told of its value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from fisioflow_cli.catalogue.masked import masked

MOST_FIELDS = 200


@dataclass(frozen=True, kw_only=True)
class Field:
    """One value of a payload."""

    path: str
    """`items[3].to`."""
    told: str


def fields(data: Mapping[str, Any]) -> list[Field]:
    """Every field of a payload, at most two hundred, its value masked."""
    return list(islice(_walk("", masked(data)), MOST_FIELDS))


def _walk(path: str, value: Any) -> Iterator[Field]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _walk(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from _walk(f"{path}[{place}]", inner)
    else:
        yield Field(path=path, told=_told(value))


def _told(value: Any) -> str:
    if value is None:
        return "nothing"
    return str(value) if isinstance(value, str) else "empty"
