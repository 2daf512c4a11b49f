"""From Python's names and values to those of JSON."""

import base64
from collections.abc import Mapping
from datetime import date, time
from typing import Any
from uuid import UUID

from pydantic.alias_generators import to_camel

from fisioflow_cli.events.fields import Attachment

RENAMED = {"sender": "from"}


def camel(fields: Mapping[str, Any], known: type) -> dict[str, Any]:
    """The payload of these fields; TypeError for one that `known`, a TypedDict, does not have."""
    for name in fields:
        if name not in known.__annotations__:
            raise TypeError(f"{known.__name__} has no field {name!r}")
    named = {RENAMED.get(name, to_camel(name)): value for name, value in fields.items()}
    if named.get("attachments"):
        named["attachments"] = [camel(each, Attachment) for each in named["attachments"]]
    return plain(named)  # type: ignore[no-any-return]  # a dict stays one


def plain(value: Any) -> Any:
    """The same as JSON has it: ids, dates and times as text, bytes in base64."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
