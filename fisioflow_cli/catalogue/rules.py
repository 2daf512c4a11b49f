"""The rules for single values of payloads: each gives the value as it is used, or raises ValueError.

What they raise is never shown: what a field must be stands beside its rule, in `fields`.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any
from urllib.parse import urlsplit

MOST_ADDRESSES = 50
LONGEST_LINE = 1000
LONGEST_ID = 255
LONGEST_URL = 2048
LINE_BREAK = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
BRAZILIAN_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
CLOCK = re.compile(r"(\d{2}):(\d{2})(?::\d{2})?")
URL = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:;.*)?", re.ASCII)
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")


def _refused() -> ValueError:
    return ValueError("refused")


def spoken(value: str) -> str:
    """Text that says something."""
    if not value.strip():
        raise _refused()
    return value


def one_line(value: str) -> str:
    """Text on one line, without blanks around it."""
    text = value.strip()
    if not text or len(text) > LONGEST_LINE or LINE_BREAK.search(text):
        raise _refused()
    return text


def identity(value: Any) -> Any:
    """An id as text; numbers are what some databases have."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and not (0 < len(text.strip()) <= LONGEST_ID and text.isprintable()):
        raise _refused()
    return text.strip() if isinstance(text, str) else text


def contact(value: Any) -> Any:
    """An address or a phone as it was typed; some databases have phones as numbers."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return one_line(text) if isinstance(text, str) else text


def listed(value: Any) -> Any:
    """One text or several, as several."""
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list | tuple) or not 0 < len(several) <= MOST_ADDRESSES:
        raise _refused()
    if not all(isinstance(each, str) for each in several):
        raise _refused()
    return tuple(one_line(each) for each in several)


def day(value: Any) -> Any:
    """A date as ISO 8601 or as Brazilians write it."""
    text = value if isinstance(value, str) else ""
    if match := ISO_DAY.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := BRAZILIAN_DAY.fullmatch(text):
        return date(int(match[3]), int(match[2]), int(match[1]))
    return value if isinstance(value, date) else None


def clock(value: Any) -> Any:
    """A time of day; seconds do not matter."""
    match = CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match:
        return time(int(match[1]), int(match[2]))
    return value if isinstance(value, time) else None


def url(value: str) -> str:
    """The address of something on the web."""
    text = value.strip()
    if not URL.fullmatch(text) or len(text) > LONGEST_URL or not text.isprintable():
        raise _refused()
    if not urlsplit(text).hostname:  # which also raises ValueError for what is no host at all
        raise _refused()
    return text


def in_base64(value: str) -> str:
    """Base64 without the line breaks that some encoders put in."""
    try:
        joined = "".join(value.split())
        base64.b64decode(joined, validate=True)
    except (binascii.Error, ValueError):
        raise _refused() from None
    return joined


def media_type(value: str) -> str:
    """The media type of a file."""
    if not MEDIA_TYPE.fullmatch(value):
        raise _refused()
    return value


def figure(value: Any) -> Any:
    """A number; true and false are none, though Python counts them so."""
    if isinstance(value, bool):
        raise _refused()
    return value


def tags(value: Any) -> Any:
    """Names and values of labels, given as an object or as a list."""
    if not isinstance(value, Mapping | list | tuple):
        raise _refused()
    pairs = value.items() if isinstance(value, Mapping) else [_pair(each) for each in value]
    found = tuple(pairs)
    if not all(isinstance(part, str) and TAG.fullmatch(part) for pair in found for part in pair):
        raise _refused()
    return found


def _pair(value: Any) -> tuple[Any, Any]:
    if isinstance(value, Mapping):
        return value.get("name"), value.get("value")
    if isinstance(value, list | tuple) and len(value) == 2:
        return value[0], value[1]
    raise _refused()


def template_data(value: Any) -> Any:
    """Values for a template, in a list or by name."""
    values = value.values() if isinstance(value, Mapping) else value
    if not isinstance(value, Mapping | list | tuple):
        raise _refused()
    if not all(isinstance(each, str | int | float) for each in values):
        raise _refused()
    return value
