"""The event history: what was accepted, and what may be done about it by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.context.history import open_history
from fisioflow_cli.errors import UnknownEvent, UsageError
from fisioflow_cli.ledger import events
from fisioflow_cli.ledger.tables import EventStatus

if TYPE_CHECKING:
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class EventHistory:
    """Questions about the events of one ledger, and the two remedies."""

    ledger: "Ledger"

    def newest(self, *, name: str | None, status: str | None, most: int) -> "list[EventRow]":
        """The newest events; UsageError for a status that does not exist."""
        if status is not None and status not in list(EventStatus):
            raise UsageError(f"There is no status {status}; write one of {', '.join(EventStatus)}.")
        if name is not None and not _storable(name):
            return []
        return events.newest(self.ledger, most=most, name=name, status=status)

    def find(self, prefix: str) -> "EventRow":
        """The event with this id, or the only one whose id begins so; UnknownEvent otherwise."""
        known = _storable(prefix)
        if known and (exact := events.get(self.ledger, prefix)):
            return exact
        found = events.matching(self.ledger, prefix) if known and prefix.strip() else []
        if len(found) != 1:
            said = "More than one event" if found else "No event"
            raise UnknownEvent(
                f"{said} has an id beginning with {prefix!r}; `fisioflow events list` shows them."
            )
        return found[0]

    def retry(self, prefix: str) -> "EventRow":
        """Let a dead event be due again, its attempts counted anew; UsageError for any other."""
        event = self.find(prefix)
        changed = events.retry(self.ledger, event.id)
        if changed is None:
            raise UsageError(f"Event {event.id} is {event.status}; only a dead one is retried.")
        return changed

    def discard(self, prefix: str) -> "EventRow":
        """Give up a waiting or dead event for good; UsageError for any other."""
        event = self.find(prefix)
        changed = events.discard(self.ledger, event.id)
        if changed is None:
            raise UsageError(
                f"Event {event.id} is {event.status}; only a waiting or dead one is discarded."
            )
        return changed


def _storable(typed: str) -> bool:
    """Whether a database could have it: no bytes that were no text on the command line."""
    return typed.isprintable()


@contextmanager
def open_event_history() -> Iterator[EventHistory]:
    """The event history of this process's settings; LedgerMissing where nothing has ever run."""
    with open_history() as history:
        yield EventHistory(ledger=history.ledger)
