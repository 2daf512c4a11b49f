"""One event into the inbox of the process's settings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fisioflow_cli import settings
from fisioflow_cli.catalogue.catalogue import check
from fisioflow_cli.catalogue.event import Event, read
from fisioflow_cli.context.inbox import open_inbox
from fisioflow_cli.errors import BadEvent
from fisioflow_cli.events.fields import Options, When, milliseconds
from fisioflow_cli.events.payload import camel, plain
from fisioflow_cli.ledger.events import Offered, Verdict

CONFLICT = "This id stands for an event with another name or other data; nothing was accepted."


def send(
    name: str,
    data: Mapping[str, Any],
    *,
    id: str | None = None,  # noqa: A002  # its name everywhere else
    ts: When = None,
) -> str:
    """The id of the event, which is in the inbox now; the next dispatch works on it.

    `data` has the keys of docs/events.md. `ts`: an aware datetime or milliseconds since 1970, before
    which nothing is done. BadEvent if it does not fit, or if the id stands for another event;
    ConfigurationError or TryLater if the inbox cannot be reached.
    """
    event = read({"name": name, "data": plain(data), "id": id, "ts": _milliseconds(ts)})
    check(event)  # before anything is opened
    return offer(event, source="api").event.id


def send_fields(name: str, fields: Mapping[str, Any], known: type) -> str:
    """The id of an event of these fields; `known` is the TypedDict that lists them."""
    options = {key: value for key, value in fields.items() if key in Options.__annotations__}
    own = {key: value for key, value in fields.items() if key not in options}
    return send(name, camel(own, known), **options)


def offer(event: Event, *, source: str) -> Offered:
    """What became of the event, once it is durable; BadEvent if its id stands for another one."""
    with open_inbox(settings.from_process()) as inbox:
        (offered,) = inbox.accept([event], source=source)
    if offered.verdict is Verdict.CONFLICT:
        raise BadEvent(CONFLICT)
    return offered


def _milliseconds(ts: When) -> int | None:
    if not isinstance(ts, datetime):
        return ts
    if ts.utcoffset() is None:
        raise BadEvent("ts must have a time zone.")
    return milliseconds(ts)
