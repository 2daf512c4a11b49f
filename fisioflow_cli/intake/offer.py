"""What turns an event as it was read into one that the ledger can accept."""

import secrets
from typing import TYPE_CHECKING
from uuid import UUID

from fisioflow_cli.catalogue.catalogue import check
from fisioflow_cli.ledger.events import NewEvent

if TYPE_CHECKING:
    from fisioflow_cli.catalogue.event import Event
    from fisioflow_cli.clock import Clock

VERSION_7 = 0x7 << 76
VARIANT = 0b10 << 62


def new_id(clock: "Clock") -> str:
    """A time-ordered id: UUIDv7 (RFC 9562, 5.7), ordered to the microsecond (6.2, method 3)."""
    now = clock.now()
    milliseconds, microseconds = int(now.timestamp()) * 1000, now.microsecond
    milliseconds += microseconds // 1000
    fraction = microseconds % 1000 * 4096 // 1000
    number = milliseconds << 80 | VERSION_7 | fraction << 64 | VARIANT | secrets.randbits(62)
    return str(UUID(int=number))


def as_new(event: "Event", *, source: str, event_id: str) -> NewEvent:
    """The event, checked against the catalogue (BadEvent if it does not fit), under its own id or
    else `event_id`.
    """
    checked = check(event)
    return NewEvent(
        id=event.id or event_id,
        name=event.name,
        data=event.data,
        ts=event.ts,
        user=event.user,
        v=event.v,
        ack=event.ack,
        source=source,
        subject=checked.subject,
        workflow=checked.workflow,
        priority=checked.priority,
    )
