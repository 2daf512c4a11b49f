"""CloudEvents 1.0 in their structured JSON form, read as the events of the Inngest SDKs.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fisioflow_cli.errors import BadEvent

LONGEST = 256
REQUIRED = ("id", "source", "type")


def is_one(raw: Mapping[str, Any]) -> bool:
    """Whether this is meant to be a CloudEvent."""
    return "specversion" in raw


def mapped(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The same as `{"id", "name", "data"}`; BadEvent if it is not a CloudEvent 1.0 of JSON data.

    Its `time` says when it happened and postpones nothing. Its id counts together with its source,
    since only both together are unique.
    """
    if raw["specversion"] != "1.0":
        raise BadEvent('specversion must be "1.0".')
    for name in REQUIRED:
        if not isinstance(raw.get(name), str) or not raw[name].strip():
            raise BadEvent(f"A CloudEvent's {name} must be text, and not empty.")
    if raw.get("data_base64") is not None:
        raise BadEvent("A CloudEvent must carry its data as JSON in data, not in data_base64.")
    return {
        "name": raw["type"],
        "id": _id(raw["source"], raw["id"]),
        "data": raw.get("data"),
    }


def _id(source: str, event_id: str) -> str:
    """`source#id`; the id has no `#` of its own, so that no two pairs become one."""
    joined = f"{source}#{quote(event_id, safe='/:@!$&()*+,;=?')}"
    if len(joined) <= LONGEST and joined.isprintable():
        return joined
    return f"cloudevent:{hashlib.sha256(json.dumps([source, event_id]).encode()).hexdigest()}"
