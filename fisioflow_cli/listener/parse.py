"""From the bytes of a body to the events in it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException

from fisioflow_cli.catalogue.event import read
from fisioflow_cli.catalogue.strict import decode
from fisioflow_cli.errors import BadEvent
from fisioflow_cli.listener.seed import seeded_ids

if TYPE_CHECKING:
    from fisioflow_cli.catalogue.event import Event

MOST_EVENTS = 5_000
EVENT_BYTES = 512 * 1024


def parse(body: bytes, seed: str | None) -> "list[Event]":
    """The events of a request, those without an id given the seed's.

    One event, or an array of up to 5,000, of 512 KiB each: the limits of Inngest's own service.
    HTTPException (413) beyond them; BadEvent, naming the place in the array, for anything malformed.
    """
    document = decode(body, "The body")
    values = document if isinstance(document, list) else [document]
    if len(values) > MOST_EVENTS:
        raise HTTPException(
            413, f"A request may have {MOST_EVENTS:,} events; send fewer at a time."
        )
    found = []
    for place, value in enumerate(values, 1):
        with placed(place, len(values)):
            _measure(value, len(body))
            found.append(read(value))
    ids = seeded_ids(seed, len(found))
    return [replace(event, id=event.id or given) for event, given in zip(found, ids, strict=True)]


@contextmanager
def placed(place: int, count: int) -> Iterator[None]:
    """While inside, a refusal says which event of the request is meant."""
    try:
        yield
    except BadEvent as error:
        if count == 1:
            raise
        raise BadEvent(f"Event {place} of {count}: {error.message}") from None


def _measure(value: Any, most: int) -> None:
    """HTTPException (413) if the event, written compactly, is too large; `most`: it cannot be larger."""
    if most <= EVENT_BYTES:
        return
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:  # read refuses it for its depth
        return
    if len(text.encode(errors="surrogatepass")) > EVENT_BYTES:
        raise HTTPException(
            413, f"An event may have {EVENT_BYTES // 1024} KiB; one of these has more."
        )
