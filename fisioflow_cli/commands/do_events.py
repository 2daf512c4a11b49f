"""Doing something about one event or many: which, whether it is confirmed, and what came of it."""

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer

from fisioflow_cli import console
from fisioflow_cli.commands import show_events
from fisioflow_cli.commands.confirm import confirm, tell_done
from fisioflow_cli.console import plain
from fisioflow_cli.context.event_history import EventHistory, WantedEvents, open_event_history
from fisioflow_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fisioflow_cli.ledger.events import EventRow


@dataclass(kw_only=True)
class Remedy(ABC):
    """A remedy as a command offers it."""

    dry_run: bool
    yes: bool
    as_json: bool
    what: str = field(init=False)
    """`events are to be discarded`."""
    said: str = field(init=False)
    """What an event does after it."""

    def one_or_many(self, prefix: str | None, wanted: WantedEvents) -> None:
        """Apply it to the event named, or to all that are meant."""
        if (prefix is None) == (wanted == WantedEvents()):
            raise UsageError("Name one event, or say which with --name, --status or --since.")
        with open_event_history() as history:
            if prefix is None:
                self._many(history, wanted)
            elif self.dry_run:
                self._list([history.find(prefix)])
            else:
                event = self.apply(history, history.find(prefix))
                document = json.dumps(show_events.document(event))
                typer.echo(document if self.as_json else f"{plain(event.id)} {self.said}.")

    @abstractmethod
    def meant(self, history: EventHistory, wanted: WantedEvents) -> "Iterator[EventRow]":
        """The events it would change."""

    @abstractmethod
    def apply(self, history: EventHistory, event: "EventRow") -> "EventRow":
        """Apply it to one; UsageError if that cannot be."""

    def _many(self, history: EventHistory, wanted: WantedEvents) -> None:
        if self.dry_run:
            self._list(list(self.meant(history, wanted)))
            return
        # these and no others: what one of them becomes, or what comes meanwhile, was not confirmed
        ids = [event.id for event in self.meant(history, wanted)]
        if ids:
            confirm(len(ids), self.what, yes=self.yes)
        done: list[EventRow] = []
        left: list[str] = []
        for event_id in ids:
            try:
                done.append(self.apply(history, history.find(event_id)))
            except UsageError as error:  # somebody else was faster
                left.append(error.message)
        self._tell(done, left)

    def _tell(self, done: "list[EventRow]", left: list[str]) -> None:
        if self.as_json:
            document = {"events": [show_events.document(event) for event in done], "left": left}
            typer.echo(json.dumps(document))
            return
        for event in done:
            console.out().print(f"{plain(event.id)} {self.said}.")
        tell_done(len(done), left)

    def _list(self, found: "list[EventRow]") -> None:
        if self.as_json:
            typer.echo(json.dumps({"events": [show_events.document(event) for event in found]}))
        else:
            show_events.show_list(found)


@dataclass(kw_only=True)
class Retrying(Remedy):
    """`events retry`."""

    now: bool
    what: str = field(init=False, default="events are to be retried")
    said: str = field(init=False, default="waits for the next dispatch")

    def meant(self, history: EventHistory, wanted: WantedEvents) -> "Iterator[EventRow]":
        """The dead ones, with --now those too that wait for later."""
        return history.to_retry(wanted, now=self.now)

    def apply(self, history: EventHistory, event: "EventRow") -> "EventRow":
        """Let it be due."""
        return history.retry(event, now=self.now)


@dataclass(kw_only=True)
class Discarding(Remedy):
    """`events discard`."""

    what: str = field(init=False, default="events are to be discarded")
    said: str = field(init=False, default="is discarded")

    def meant(self, history: EventHistory, wanted: WantedEvents) -> "Iterator[EventRow]":
        """Those that wait or are dead."""
        return history.to_discard(wanted)

    def apply(self, history: EventHistory, event: "EventRow") -> "EventRow":
        """Give it up."""
        return history.discard(event)
