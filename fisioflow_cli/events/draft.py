"""An event as the command line describes it: put together and checked before it goes anywhere."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from fisioflow_cli.catalogue.catalogue import BY_NAME, check
from fisioflow_cli.catalogue.event import Event, read
from fisioflow_cli.catalogue.pairs import merged, parse_pairs
from fisioflow_cli.catalogue.sound import require_sound
from fisioflow_cli.catalogue.strict import decode
from fisioflow_cli.clock import Clock
from fisioflow_cli.errors import BadEvent, UsageError
from fisioflow_cli.events.fields import milliseconds
from fisioflow_cli.intake.lines import MOST
from fisioflow_cli.intake.offer import new_id

STDIN = "-"
TOO_LARGE = f"The event is larger than {MOST // 1024} KiB."


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A checked event, and the line that says the same."""

    event: Event
    line: bytes
    """JSON, with its newline; in ASCII, which no terminal and no locale stumbles over, if that fits."""
    warning: str | None
    """If nobody handles it."""


def draft(
    name: str, pairs: Sequence[str], *, data: str | None, event_id: str | None, ts: str | None
) -> Draft:
    """The event that a command line means; without an id it gets a new, time-ordered one.

    `data` is JSON, `@` and a file's path, or `-` for stdin; the pairs are laid over it. UsageError
    for what cannot be read, BadEvent for what does not fit.
    """
    if event_id == "":  # a script's empty variable: a new id each time would run it each time
        raise UsageError("--id is empty; leave it out for a new one.")
    document: dict[str, Any] = {
        "id": event_id or new_id(Clock()),
        "name": name,
        "data": merged(_data(data), parse_pairs(pairs)),
    }
    if ts is not None:
        document["ts"] = parse_when(ts)
    event = read(document)
    handled = check(event).workflow is not None
    return Draft(event=event, line=_line(document), warning=None if handled else _unhandled(name))


def parse_when(text: str) -> int:
    """Milliseconds since 1970 of a time such as 2026-12-01T09:00-03:00, or of such a number itself."""
    try:
        if text.isascii() and text.isdecimal():
            return int(text)
        when = datetime.fromisoformat(text)
        if when.utcoffset() is not None:
            return milliseconds(when)
    except (ValueError, OverflowError):
        pass
    raise UsageError(
        "--ts takes a time with its zone, such as 2026-12-01T09:00-03:00, or milliseconds since 1970."
    )


def _line(document: dict[str, Any]) -> bytes:
    for ascii_only in (True, False):
        line = json.dumps(document, separators=(",", ":"), ensure_ascii=ascii_only).encode()
        if len(line) <= MOST:
            return line + b"\n"
    raise BadEvent(TOO_LARGE)


def _data(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    found = decode(_raw(text), "The value of --data")
    if not isinstance(found, dict):
        raise BadEvent("--data must be a JSON object.")
    require_sound(found)  # not too deep to be merged either
    return found


def _raw(text: str) -> bytes:
    if text != STDIN and not text.startswith("@"):
        return text.encode(errors="surrogateescape")
    if text == STDIN and sys.stdin is None:
        raise UsageError("What --data names cannot be read (stdin is closed).")
    try:
        with open(0 if text == STDIN else text[1:], "rb", closefd=text != STDIN) as file:
            raw = file.read(MOST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no such name"
        raise UsageError(f"What --data names cannot be read ({reason}).") from None
    if len(raw) > MOST:
        raise BadEvent(TOO_LARGE)
    return raw


def _unhandled(name: str) -> str:
    near = get_close_matches(name, BY_NAME, n=1)
    hint = f" Did you mean {near[0]}?" if near else " docs/events.md lists those that are handled."
    return f"Nobody handles {name}; the inbox keeps it as ignored.{hint}"
