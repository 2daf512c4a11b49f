"""The event: what an application asks for, in the JSON that the Inngest SDKs send."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fisioflow_cli.catalogue import cloud_event, database_webhook
from fisioflow_cli.catalogue.sound import require_sound
from fisioflow_cli.errors import BadEvent

LONGEST_NAME = 200
LONGEST_ID = 256
LONGEST_V = 64
SINCE, UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
OWN = {"id", "name", "data", "ts", "user", "v", "ack"}
SHAPES = (
    'An event is {"name", "data"} as the Inngest SDKs send it, a CloudEvent 1.0 (specversion) or a '
    "Supabase database webhook (type, table, record); this is none of them."
)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event as it was read; nothing of it is checked against the catalogue yet."""

    name: str
    data: Mapping[str, Any]
    id: str | None = None
    """None: the reader gives it one."""
    ts: datetime | None = None
    """Not before this instant, UTC; None: at once."""
    user: Mapping[str, Any] | None = None
    v: str | None = None
    ack: Any = None
    """The source's own token for this line, echoed when the event is finished; None: none."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What else stood in the line: for `--id-from`."""


def read(raw: object) -> Event:
    """The event in a decoded JSON document of one of the three shapes.

    BadEvent, which repeats nothing of the document, for any other shape and for what no database
    could store: NUL, lone surrogates, NaN, too much or too deep.
    """
    require_sound(raw)
    if not isinstance(raw, dict):
        raise BadEvent(SHAPES)
    if cloud_event.is_one(raw):
        return _event(cloud_event.mapped(raw), raw)
    if database_webhook.is_one(raw):
        return _event(database_webhook.mapped(raw), raw)
    if "name" not in raw:
        raise BadEvent(SHAPES)
    return _event(raw, raw)


def _event(document: Mapping[str, Any], raw: Mapping[str, Any]) -> Event:
    return Event(
        name=_name(document["name"]),
        data=_object(document, "data") or {},
        id=_id(document.get("id")),
        ts=_ts(document.get("ts")),
        user=_object(document, "user"),
        v=_v(document.get("v")),
        ack=raw.get("ack"),
        extra={name: value for name, value in raw.items() if name not in OWN},
    )


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise BadEvent(f"name must be text of 1 to {LONGEST_NAME} characters.")
    if not value.isprintable() or value != value.strip():
        raise BadEvent("name must not begin or end with a space, or hold control characters.")
    return value


def _object(document: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    value = document.get(key)
    if value is not None and not isinstance(value, dict):
        raise BadEvent(f"{key} must be an object.")
    return value


def _id(value: Any) -> str | None:
    if value is None or value == "":  # the SDK for Python sends an empty one
        return None
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or len(text) > LONGEST_ID or not text.isprintable():
        raise BadEvent(f"id must be printable text of 1 to {LONGEST_ID} characters.")
    if not text.strip():
        raise BadEvent("id must not be blank.")
    return text


def _ts(value: Any) -> datetime | None:
    if value is None or (value == 0 and not isinstance(value, bool)):  # the SDKs' word for "now"
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != math.floor(value):
        raise BadEvent("ts must be a whole number: milliseconds since 1970, UTC.")
    if not SINCE.timestamp() * 1000 <= value < UNTIL.timestamp() * 1000:
        raise BadEvent("ts must lie between 2000 and 2100, in milliseconds since 1970, UTC.")
    return datetime.fromtimestamp(int(value) // 1000, UTC).replace(
        microsecond=int(value) % 1000 * 1000
    )


def _v(value: Any) -> str | None:
    if value is None or value == "":
        return None
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(text, str) or len(text) > LONGEST_V or not text.isprintable():
        raise BadEvent(f"v must be printable text of 1 to {LONGEST_V} characters.")
    return text
