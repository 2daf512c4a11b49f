"""What is done about events by hand, one or many."""

from abc import ABC
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from fisioflow_cli.commands import show_events
from fisioflow_cli.commands.remedy import Remedy
from fisioflow_cli.console import plain
from fisioflow_cli.context.event_history import EventHistory, WantedEvents, open_event_history
from fisioflow_cli.ledger.events import EventRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager


class EventRemedy(Remedy[EventHistory, WantedEvents, EventRow, EventRow], ABC):
    """One for events."""

    listed = show_events.LISTED
    which = "Name one event, or say which with --name, --status or --since."
    said: ClassVar[str]
    """What an event does after it."""

    def opened(self) -> "AbstractContextManager[EventHistory]":
        """The events of this process's settings."""
        return open_event_history()

    def document(self, outcome: EventRow) -> dict[str, Any]:
        """The event as it is now."""
        return show_events.document(outcome)

    def line(self, outcome: EventRow) -> str:
        """Which event, and what it does."""
        return f"{plain(outcome.id)} {self.said}."


@dataclass(kw_only=True)
class Retrying(EventRemedy):
    """`events retry`."""

    what = "events are to be retried"
    said = "waits for the next dispatch"
    now: bool

    def meant(self, care: EventHistory, wanted: WantedEvents) -> "Iterator[EventRow]":
        """The dead ones, with --now those too that wait for later."""
        return care.to_retry(wanted, now=self.now)

    def check(self, care: EventHistory, row: EventRow) -> None:
        """Whether it is dead, or with --now waits."""
        care.check_retry(row, now=self.now)

    def apply(self, care: EventHistory, row: EventRow) -> EventRow:
        """Let it be due."""
        return care.retry(row, now=self.now)


class Discarding(EventRemedy):
    """`events discard`."""

    what = "events are to be discarded"
    said = "is discarded"

    def meant(self, care: EventHistory, wanted: WantedEvents) -> "Iterator[EventRow]":
        """Those that wait or are dead."""
        return care.to_discard(wanted)

    def check(self, care: EventHistory, row: EventRow) -> None:
        """Whether it waits or is dead."""
        care.check_discard(row)

    def apply(self, care: EventHistory, row: EventRow) -> EventRow:
        """Give it up."""
        return care.discard(row)
