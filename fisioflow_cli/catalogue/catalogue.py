"""The catalogue: every event somebody handles, with the payload it must carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fisioflow_cli.catalogue.entries import ENTRIES, Entry
from fisioflow_cli.catalogue.event import Event
from fisioflow_cli.catalogue.payload import Payload, fit

__all__ = ["BY_NAME", "ENTRIES", "Checked", "Entry", "check"]

PRIORITIES = {"critical": 0, "high": 1, "normal": 2, "low": 3}
BY_NAME = {entry.name: entry for entry in ENTRIES}


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What the catalogue knows of an event that fits."""

    workflow: str | None
    """None: nobody handles it."""
    subject: str | None = None
    """The appointment it is about, for the events that a cancellation calls off."""
    priority: int = 2
    """0 critical, 1 high, 2 normal, 3 low: the payload's own `priority`, else normal."""


def check(event: Event) -> Checked:
    """What handles the event; BadEvent, without personal data, if the payload does not fit."""
    entry = BY_NAME.get(event.name)
    if entry is None:
        return Checked(workflow=None)
    payload = fit(entry.payload, event.data)
    about = event.name.startswith("appointment/")
    return Checked(
        workflow=entry.workflow,
        subject=getattr(payload, "appointment_id", None) if about else None,
        priority=_priority(payload, event.data),
    )


def _priority(payload: Payload, data: Mapping[str, Any]) -> int:
    """Any event may say `priority`; what is none of ours counts as normal."""
    stated = getattr(payload, "priority", None) or data.get("priority")
    return PRIORITIES.get(stated, 2) if isinstance(stated, str) else 2
