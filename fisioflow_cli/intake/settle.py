"""Settling a batch: its events in the inbox, its rejects on the disk and its position, in that order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fisioflow_cli.errors import FisioFlowError
from fisioflow_cli.intake.interpret import Read
from fisioflow_cli.intake.rejects import Rejects
from fisioflow_cli.ledger import events, sources
from fisioflow_cli.ledger.events import NewEvent, Offered, Verdict

if TYPE_CHECKING:
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.sources import Advance

CONFLICT = "id_conflict: this id is known with another name or other data."
UNSTORABLE = "The database cannot store this event."


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What became of the lines that were not blank; `lines` is the sum of the others."""

    lines: int = 0
    accepted: int = 0
    ignored: int = 0
    duplicate: int = 0
    rejected: int = 0

    def plus(self, offered: Sequence[Offered], *, lines: int) -> "Counts":
        """These and those of a batch of `lines`, of which all that was not offered was rejected."""
        verdicts = [each.verdict for each in offered]
        known = {
            "accepted": verdicts.count(Verdict.ACCEPTED),
            "ignored": verdicts.count(Verdict.IGNORED),
            "duplicate": verdicts.count(Verdict.DUPLICATE),
        }
        known |= {"lines": lines, "rejected": lines - sum(known.values())}
        return Counts(**{name: getattr(self, name) + more for name, more in known.items()})


class _OnTrial(Exception):
    """Ends a transaction that was only tried."""


@dataclass(kw_only=True)
class Settler:
    """Makes batches durable, and counts."""

    ledger: "Ledger"
    rejects: Rejects
    offered: Callable[[list[Offered]], None]
    """Told of every batch once it is durable."""
    counts: Counts = field(default_factory=Counts, init=False)

    def settle(self, batch: Sequence[Read], advance: "Advance | None" = None) -> None:
        """Accept the events, record the rejects and move the position, all or nothing.

        PositionTaken, before anything is written, if another process has moved it. An event that no
        database can store, whatever it is, is rejected by itself.
        """
        try:
            self._commit(batch, advance)
        except FisioFlowError:
            raise
        except Exception:
            sound = [self._tried(read) for read in batch]
            if sound == list(batch):
                raise
            self._commit(sound, advance)

    def _commit(self, batch: Sequence[Read], advance: "Advance | None") -> None:
        new = [read.event for read in batch if read.event is not None]
        with self.ledger.writing() as connection:
            if advance is not None:
                sources.advance_in(self.ledger, connection, advance)
            offered = events.accept_in(self.ledger, connection, new)
            # before the commit: a reject may be written twice if we die here, but is never lost
            self.rejects.append([read.reject for read in _refused(batch, offered)])
        # a line that comes again may have another token by which its source knows it
        told = [_with_ack(each, event) for each, event in zip(offered, new, strict=True)]
        self.counts = self.counts.plus(offered, lines=len(batch))
        if told:
            self.offered(told)

    def _tried(self, read: Read) -> Read:
        """The same, or as a reject if no transaction can hold it."""
        if read.event is None:
            return read
        try:
            self._try(read.event)
        except _OnTrial:
            return read
        except FisioFlowError:
            raise
        except Exception:  # noqa: BLE001  # what it says may repeat what the event holds
            return read.but(UNSTORABLE)
        return read

    def _try(self, event: NewEvent) -> None:
        with self.ledger.writing() as connection:
            events.accept_in(self.ledger, connection, [event])
            raise _OnTrial


def _refused(batch: Iterable[Read], offered: Iterable[Offered]) -> Iterable[Read]:
    verdicts = iter(offered)
    for read in batch:
        if read.event is None:
            yield read
        elif next(verdicts).verdict is Verdict.CONFLICT:
            yield read.but(CONFLICT)


def _with_ack(offered: Offered, event: NewEvent) -> Offered:
    return replace(offered, event=replace(offered.event, ack=event.ack))
