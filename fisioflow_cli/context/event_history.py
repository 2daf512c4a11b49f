"""The event history: what was accepted, and what may be done about it by hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fisioflow_cli.console import shortened
from fisioflow_cli.context.history import History, one_of, open_history, storable
from fisioflow_cli.errors import UnknownEvent, UsageError
from fisioflow_cli.ledger import events, pages
from fisioflow_cli.ledger.cancelling import BY_HAND
from fisioflow_cli.ledger.event_filter import EventFilter
from fisioflow_cli.ledger.tables import EventStatus

if TYPE_CHECKING:
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.pages import Page

DISCARDABLE = (EventStatus.WAITING, EventStatus.DEAD)


@dataclass(frozen=True, kw_only=True)
class WantedEvents:
    """Which events are meant, as typed."""

    name: str | None = None
    status: str | None = None
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, kw_only=True)
class EventHistory:
    """Questions about the events of one ledger, and the two remedies."""

    history: History

    @property
    def ledger(self) -> "Ledger":
        """Where the events are."""
        return self.history.ledger

    def page(self, wanted: WantedEvents, *, after: str | None, most: int) -> "Page[EventRow]":
        """The newest events that are meant, behind the cursor `after`."""
        return pages.page(self.ledger, self.filter(wanted), after=after, most=most)

    def filter(self, wanted: WantedEvents) -> EventFilter:
        """What was typed, as the ledger takes it; UsageError for what there cannot be."""
        return EventFilter(
            name=storable(wanted.name),
            status=one_of(EventStatus, wanted.status),
            since=self.history.instant(wanted.since),
            until=self.history.instant(wanted.until),
        )

    def find(self, prefix: str) -> "EventRow":
        """The event with this id, or the only one whose id begins so; UnknownEvent otherwise."""
        known = _storable(prefix)
        if known and (exact := events.get(self.ledger, prefix)):
            return exact
        found = events.matching(self.ledger, prefix) if known and prefix.strip() else []
        if len(found) != 1:
            said = "More than one event" if found else "No event"
            raise UnknownEvent(
                f"{said} has an id beginning with {shortened(prefix)}; `fisioflow events list` shows "
                "them."
            )
        return found[0]

    def to_retry(self, wanted: WantedEvents, *, now: bool) -> "Iterator[EventRow]":
        """The events that are meant and dead, with `now` those too that wait; read in pages."""
        statuses = (EventStatus.DEAD, EventStatus.WAITING) if now else (EventStatus.DEAD,)
        due = self.ledger.clock.now()

        def is_meant(event: "EventRow") -> bool:
            return event.status is EventStatus.DEAD or event.due_at > due

        return self._of(wanted, statuses, is_meant)

    def to_discard(self, wanted: WantedEvents) -> "Iterator[EventRow]":
        """The events that are meant and wait or are dead; read in pages."""
        return self._of(wanted, DISCARDABLE, lambda _: True)

    def retry(self, event: "EventRow", *, now: bool = False) -> "EventRow":
        """Let a dead event be due again, its attempts counted anew, or with `now` one that waits.

        UsageError for any other.
        """
        hasten = now and event.status is EventStatus.WAITING
        change = events.hasten if hasten else events.retry
        changed = change(self.ledger, event.id)
        if changed is None:
            raise _not_retried(event)
        return changed

    def check_retry(self, event: "EventRow", *, now: bool = False) -> None:
        """Raise UsageError for an event that `retry` would not let be due."""
        by_hand = event.status is EventStatus.DISCARDED and event.error == BY_HAND
        waits = now and event.status is EventStatus.WAITING
        if not (event.status is EventStatus.DEAD or by_hand or waits):
            raise _not_retried(event)

    def check_discard(self, event: "EventRow") -> None:
        """Raise UsageError for an event that `discard` would not give up."""
        if event.status not in DISCARDABLE:
            raise _not_discarded(event)

    def discard(self, event: "EventRow") -> "EventRow":
        """Give up a waiting or dead event for good; UsageError for any other."""
        changed = events.discard(self.ledger, event.id)
        if changed is None:
            raise _not_discarded(event)
        return changed

    def _of(
        self,
        wanted: WantedEvents,
        statuses: tuple[EventStatus, ...],
        is_meant: "Callable[[EventRow], bool]",
    ) -> "Iterator[EventRow]":
        asked = self.filter(wanted)
        for status in statuses:
            if asked.status not in {None, status}:
                continue
            yield from filter(is_meant, pages.every(self.ledger, replace(asked, status=status)))


def _not_discarded(event: "EventRow") -> UsageError:
    return UsageError(
        f"Event {event.id} is {event.status}; only a waiting or dead one is discarded, and "
        "`fisioflow runs cancel` ends the run of one that is worked on."
    )


def _not_retried(event: "EventRow") -> UsageError:
    return UsageError(f"Event {event.id} is {event.status}; {_what_is_retried(event)}.")


def _what_is_retried(event: "EventRow") -> str:
    if event.status is EventStatus.WAITING:
        return "add --now to let it be due at once"
    if event.status is EventStatus.DISCARDED and event.error != BY_HAND:
        return "send it again under another id"
    return "only a dead one is retried"


def _storable(typed: str) -> bool:
    """Whether a database could have it: no bytes that were no text on the command line."""
    try:
        storable(typed)
    except UsageError:
        return False
    return True


@contextmanager
def open_event_history(environment: str | None = None) -> Iterator[EventHistory]:
    """The event history of this process's settings; LedgerMissing where nothing has ever run."""
    with open_history(environment) as history:
        yield EventHistory(history=history)
