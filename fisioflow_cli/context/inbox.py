"""The inbox: where events become durable before anybody works on them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.clock import Clock
from fisioflow_cli.context.databases import open_databases
from fisioflow_cli.intake.offer import as_new, new_id
from fisioflow_cli.ledger import events

if TYPE_CHECKING:
    from fisioflow_cli.catalogue.event import Event
    from fisioflow_cli.ledger.events import Offered
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """The inbox of one ledger; safe to share between threads."""

    ledger: "Ledger"

    def accept(self, offered: "Sequence[Event]", *, source: str) -> "list[Offered]":
        """Make all of them durable, in order, or raise BadEvent and accept none.

        Those without an id get a new one. What became of each: see Verdict.
        """
        clock = self.ledger.clock
        new = [as_new(event, source=source, event_id=new_id(clock)) for event in offered]
        return events.accept(self.ledger, new)


@contextmanager
def open_inbox(settings: "Settings", clock: Clock | None = None) -> Iterator[Inbox]:
    """The inbox these settings name, its database ready; closed at the end.

    Raises as `Databases.prepare` does: LedgerMissing, LedgerBehind, …
    """
    databases = open_databases(settings, clock or Clock())
    try:
        databases.prepare()
        yield Inbox(ledger=databases.ledger)
    finally:
        databases.close()
