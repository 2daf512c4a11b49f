"""What the values of settings may look like."""

import re
from datetime import time
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator

PREVIEW = re.compile(r"preview:[\w./-]{1,100}")


def _environment(value: str) -> str:
    if value in {"production", "development"} or PREVIEW.fullmatch(value):
        return value
    raise ValueError("write production, development or preview:<branch>")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("name an IANA time zone such as America/Sao_Paulo") from error
    return value


def _window(value: str) -> str:
    if value != "always":
        parse_window(value)
    return value


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+.*", value):
        raise ValueError("write an address that begins with http:// or https://")
    return value.rstrip("/")


def _split(value: str | tuple[str, ...]) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(part.strip() for part in parts if part.strip())


def parse_window(value: str) -> tuple[time, time]:
    """The first and the last local time of a window such as `08:00-20:00`; ValueError otherwise."""
    match = re.fullmatch(r"(\d{2}:\d{2})-(\d{2}:\d{2})", value)
    if not match:
        raise ValueError("write HH:MM-HH:MM or always")
    first, last = time.fromisoformat(match[1]), time.fromisoformat(match[2])
    if first >= last:
        raise ValueError("the window must end after it begins")
    return first, last


Environment = Annotated[str, AfterValidator(_environment)]
Zone = Annotated[str, AfterValidator(_zone)]
Window = Annotated[str, AfterValidator(_window)]
Url = Annotated[str, AfterValidator(_url)]
Addresses = Annotated[tuple[str, ...], BeforeValidator(_split)]
