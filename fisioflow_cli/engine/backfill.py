"""Filling in: the slots of a stretch of time that nobody has done, oldest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from fisioflow_cli.engine.agenda import Reader
from fisioflow_cli.engine.foresight import foresee
from fisioflow_cli.engine.slots import period
from fisioflow_cli.engine.start import ENDED, Starter
from fisioflow_cli.engine.timetable import require_year
from fisioflow_cli.errors import FutureSlot, ImpossibleDate, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fisioflow_cli.engine.agenda import Entry
    from fisioflow_cli.engine.report import Report
    from fisioflow_cli.engine.slots import Slot
    from fisioflow_cli.engine.timetable import Timetable

S = TypeVar("S")
MOST_SLOTS = 400
Span = tuple["Slot", "Slot"]


def span(table: "Timetable", since: str, until: str | None) -> "Span":
    """The slots from one that a label, date or time names to another; `until` None: up to now.

    Raises ImpossibleDate, FutureSlot or UsageError. A day that has begun counts up to now.
    """
    first = table.workflow.rule.slot(_period("--from", since)[0])
    last = table.present
    if until is not None:
        begins, ends = _period("--to", until)
        last = table.workflow.rule.slot(max(begins, min(ends - datetime.resolution, table.now)))
    elif table.scheduled(last) > table.meant(last):
        last = next(table.young(last), last)
    for slot in (first, last):
        if slot.begins > table.now:
            raise FutureSlot(
                f"Slot {slot.label} has not begun yet; only what was can be filled in."
            )
    if first.begins > last.begins:
        raise UsageError(f"--from is {first.label} and --to {last.label}; exchange them.")
    return first, last


def _period(option: str, text: str) -> tuple[datetime, datetime]:
    try:
        begins, ends = period(text)
    except OverflowError:
        begins = ends = datetime.max  # noqa: DTZ901  # a year that is refused
    except ValueError:
        raise ImpossibleDate(
            f"{option} takes a slot or a date: 2026-11-23, 2026-W48 or 2026-11-23T06."
        ) from None
    require_year(option, begins)
    return begins, ends


@dataclass(frozen=True, kw_only=True)
class Backfill(Generic[S]):
    """Does the slots of a span by the rules of `starter`: its scope, its ages, its deadline."""

    starter: Starter[S]
    told: "Callable[[Report], None]"
    """Told of each slot as soon as it is done."""

    def fill(self, first: "Slot", last: "Slot") -> "list[Report]":
        """The slots in turn, those done before included; SlotTooOld before anything happens."""
        starter, table = self.starter, self.starter.table
        starter.limit()
        slots = list(table.between(first, last))
        if len(slots) > MOST_SLOTS:
            raise UsageError(f"That is {len(slots)} slots; take {MOST_SLOTS} at a time at most.")
        entries = self._entries(table, slots)
        for slot in slots:
            if not _settled(entries.get(slot.label)):
                table.refuse(slot, allow_late=starter.request.allow_late)
        if not starter.request.dry_run and starter.request.organization is None:
            foresee(starter.performer.ledger, table, first)
        reports: list[Report] = []
        for slot in slots:
            reports.append(self._do(table, slot, entries.get(slot.label)))
            self.told(reports[-1])
            if reports[-1].exit_code in ENDED:
                break
        return reports

    def _do(self, table: "Timetable", slot: "Slot", entry: "Entry | None") -> "Report":
        performer = self.starter.performer
        if entry is not None and entry.run is not None and entry.run.settled:
            return performer.elsewhere(entry.run)
        do = performer.rehearse if self.starter.request.dry_run else performer.perform
        return do(slot, table.meant(slot))

    def _entries(self, table: "Timetable", slots: "list[Slot]") -> "dict[str, Entry]":
        performer = self.starter.performer
        reader = Reader(
            ledger=performer.ledger, scopes=self.starter.scopes, remembers=performer.remembers
        )
        [agenda] = reader.read(
            [table], since=table.scheduled(slots[0]), until=table.scheduled(slots[-1])
        )
        return {entry.slot.label: entry for entry in agenda.entries}


def _settled(entry: "Entry | None") -> bool:
    return entry is not None and entry.run is not None and entry.run.settled
