"""What a vercel.json schedules: its `crons` and its `schedules`, as vercel.com/docs describes them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from fisioflow_cli.clock import zone_named
from fisioflow_cli.errors import BadInput

UTC = "UTC"
"""The zone of `crons`, always, and of `schedules` that name none."""
TARGETS = ("path", "function", "topic")
ROUTE = re.compile(r"(?:.*/)?api/crons/([\w-]+)(?:/route)?(?:\.\w+)?/?")


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """One entry of the file."""

    where: str
    """`crons[2]`, `schedules.cleanup`."""
    target: str
    """The route, function or queue topic that it calls."""
    cron: str
    timezone: str = UTC

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone that Vercel reads the cron fields in; None if there is no such zone."""
        return zone_named(self.timezone)

    @property
    def name(self) -> str | None:
        """`birthdays` of /api/crons/birthdays, whether called as a route or a file; else None."""
        found = ROUTE.fullmatch(self.target.partition("?")[0])
        return found[1] if found else None


def read(text: str) -> list[Scheduled]:
    """The entries of a vercel.json, in its order; BadInput if it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise BadInput(
            f"This is not JSON{place}; give the vercel.json of the application."
        ) from None
    if not isinstance(document, dict):
        raise BadInput("This is JSON, but no object; give the vercel.json of the application.")
    return [
        *_entries("crons", document.get("crons")),
        *_entries("schedules", document.get("schedules")),
    ]


def _entries(key: str, found: object) -> Iterator[Scheduled]:
    """Of a list, as in `crons`, or of an object by name, as in `schedules`."""
    if found is None:
        return
    if isinstance(found, list):
        named = {f"{key}[{number}]": entry for number, entry in enumerate(found)}
    elif isinstance(found, dict):
        named = {f"{key}.{name}": entry for name, entry in found.items()}
    else:
        raise BadInput(f"{key} is neither a list nor an object; Vercel would refuse this file too.")
    for where, entry in named.items():
        yield _entry(where, entry)


def _entry(where: str, entry: object) -> Scheduled:
    fields: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
    target = next((fields[name] for name in TARGETS if fields.get(name)), None)
    cron, timezone = fields.get("schedule"), fields.get("timezone") or UTC
    if not all(isinstance(value, str) for value in (target, cron, timezone)):
        raise BadInput(
            f"{where} needs a path and a schedule, both texts; Vercel would refuse this file too."
        )
    return Scheduled(where=where, target=str(target), cron=str(cron), timezone=str(timezone))
