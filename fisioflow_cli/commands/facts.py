"""One thing as a person reads it: a fact per line, names aligned, instants in UTC to the second."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fisioflow_cli.commands.columns import print_prose
from fisioflow_cli.console import plain

EVENT_TIME = "ts"
"""The one instant that an event names in another way than `…_at`."""


def print_facts(document: Mapping[str, Any]) -> None:
    """The facts of a JSON form on stdout; what is not known is left out."""
    facts = {name: _told(name, fact) for name, fact in document.items() if fact not in (None, [])}
    width = max(map(len, facts))
    for name, fact in facts.items():
        print_prose(plain(fact), before=f"{name:<{width}}  ")


def time_of(moment: datetime | None) -> str:
    """An instant for a person, UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if moment else "–"


def minute_of(moment: datetime | None) -> str:
    """The same in a table, where there is less room."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else "–"


def _told(name: str, fact: Any) -> str:
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    if isinstance(fact, list):
        return ", ".join(map(str, fact))
    if name == EVENT_TIME or name.endswith("_at"):
        return f"{time_of(datetime.fromisoformat(fact))} UTC"
    return str(fact)
