"""Soundness: what every event must be, whatever it says, so that both databases can store it."""

import math
import re
from typing import Any

from fisioflow_cli.errors import BadEvent

DEEPEST = 50
MOST = 512 * 1024
"""Characters and values together: never more than the bytes of the JSON that they came in."""
GREATEST = 10**300
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def require_sound(raw: object) -> None:
    """Raise BadEvent, which names no value, for what is not JSON or what no database can store."""
    waiting: list[tuple[Any, int]] = [(raw, 1)]
    size = 0
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, dict):
            size += sum(map(_text, value))
            inner = list(value.values())
        elif isinstance(value, list | tuple):
            inner = list(value)
        else:
            size += _scalar(value)
            continue
        size += len(inner)
        if depth > DEEPEST:
            raise BadEvent(f"The event is nested more than {DEEPEST} levels deep.")
        if size > MOST:
            break
        waiting += [(each, depth + 1) for each in inner]
    if size > MOST:
        raise BadEvent(f"The event is larger than {MOST // 1024} KiB.")


def _scalar(value: Any) -> int:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise BadEvent("The event holds a number that is none.")
    if isinstance(value, int) and not -GREATEST < value < GREATEST:
        raise BadEvent("The event holds a number that is too large.")
    if value is not None and not isinstance(value, int | float):
        raise BadEvent("The event holds something that JSON does not have.")
    return 0


def _text(value: Any) -> int:
    if not isinstance(value, str):
        raise BadEvent("The event has a key that is not text.")
    if UNSTORABLE.search(value):
        raise BadEvent(
            "The event holds a character that cannot be stored: NUL, or half of a surrogate pair."
        )
    return len(value)
