"""Telling what happens: a name, a few facts, and the run that the telling thread works on."""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

INFO, WARNING, ERROR, DEBUG = logging.INFO, logging.WARNING, logging.ERROR, logging.DEBUG
LOGGER = logging.getLogger("fisioflow")
LOGGER.addHandler(logging.NullHandler())
LOGGER.propagate = False
LOGGER.setLevel(logging.CRITICAL + 1)

Fact = str | int | float | None | Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The run that a record belongs to; all None outside of one."""

    run_id: str | None = None
    workflow: str | None = None
    slot: str | None = None
    """None for an event's run, too: the application chose the event's id, and may have put a name in it."""


UNBOUND = Bound()
_BOUND: ContextVar[Bound] = ContextVar("fisioflow_run", default=UNBOUND)


@contextmanager
def bound(run_id: str, workflow: str | None, slot: str | None) -> Iterator[None]:
    """While inside, what this thread tells belongs to that run."""
    token = _BOUND.set(Bound(run_id=run_id, workflow=workflow, slot=slot))
    try:
        yield
    finally:
        _BOUND.reset(token)


def is_on() -> bool:
    """Whether records are written anywhere."""
    return LOGGER.isEnabledFor(logging.ERROR)


def tell(event: str, *, level: int = logging.INFO, **facts: Fact) -> None:
    """Write a record: ids, figures and short words only, never a person's data, a text or a key.

    `event` is a stable name such as `step.done`; docs/logging.md lists them all.
    """
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, event, extra={"facts": facts, "bound": _BOUND.get()})


def event_key(key: str) -> str:
    """A message key as a log may hold it: of an event's, whose id anybody chose, only a hash."""
    kind, slash, _ = key.partition("/")
    if kind != "event" or not slash:
        return key
    return f"event/•••{hashlib.sha256(key.encode(errors='backslashreplace')).hexdigest()[:12]}"
