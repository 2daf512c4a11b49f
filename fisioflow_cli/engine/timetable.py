"""The timetable of one workflow: which slot a request means, and which slots may still be done."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fisioflow_cli.engine import slots
from fisioflow_cli.errors import FutureSlot, ImpossibleDate, SlotTooOld

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fisioflow_cli.engine.slots import Slot
    from fisioflow_cli.engine.start import Request
    from fisioflow_cli.engine.workflow import Workflow

YEARS = range(1900, 3000)
"""A year beyond them is a slip of the finger; the calendar itself ends in 9999."""


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """A workflow's slots as they look at the instant `now`, in FISIOFLOW_TIMEZONE."""

    workflow: "Workflow[Any]"
    zone: ZoneInfo
    now: datetime
    """Wall-clock time in `zone`."""

    def asked(self, request: "Request") -> "tuple[Slot, datetime]":
        """The slot that a request means, and the instant it is done for.

        Raises ImpossibleDate, and unless it is a dry run FutureSlot or SlotTooOld.
        """
        if request.as_of is None:
            return self.workflow.rule.slot(self.now), self._instant(self.now)
        moment, whole_day = parse_moment(request.as_of)
        slot = self.workflow.rule.slot(moment)
        as_of = self.scheduled(slot) if whole_day else self._instant(moment)
        if request.dry_run:
            return slot, as_of
        self.refuse(slot, allow_late=request.allow_late)
        return slot, min(as_of, self._instant(self.now))

    def slot_of(self, instant: datetime) -> "Slot":
        """The slot that an aware instant falls into."""
        return self.workflow.rule.slot(instant.astimezone(self.zone).replace(tzinfo=None))

    def scheduled(self, slot: "Slot") -> datetime:
        """When a slot is due."""
        at = self.workflow.at
        return self._instant(slot.begins + timedelta(hours=at.hour, minutes=at.minute))

    def meant(self, slot: "Slot") -> datetime:
        """The instant a slot is done for: its scheduled one, never one to come."""
        return min(self.scheduled(slot), self._instant(self.now))

    def expires(self, slot: "Slot") -> datetime:
        """From when on a slot is past the workflow's maximum age, or replaced by the next one."""
        return self._instant(self._end(slot))

    def too_old(self, slot: "Slot") -> bool:
        """Whether a slot is past the workflow's maximum age."""
        return self._end(slot) <= self.now

    def young(self, own: "Slot") -> "Iterator[Slot]":
        """The slots before `own` that may still be done, newest first."""
        slot = slots.before(self.workflow.rule, own)
        while not self.too_old(slot):
            yield slot
            slot = slots.before(self.workflow.rule, slot)

    @property
    def present(self) -> "Slot":
        """The slot that holds `now`."""
        return self.workflow.rule.slot(self.now)

    @property
    def next(self) -> "Slot":
        """The first slot whose time is still to come."""
        slot = self.present
        while self.scheduled(slot) <= self._instant(self.now):
            slot = slots.after(self.workflow.rule, slot)
        return slot

    @property
    def oldest(self) -> "Slot":
        """The first of the slots that may still be done."""
        return [self.present, *self.young(self.present)][-1]

    def between(self, first: "Slot", last: "Slot") -> "Iterator[Slot]":
        """The slots from one to another, both included, oldest first."""
        slot = first
        while slot.begins <= last.begins:
            yield slot
            slot = slots.after(self.workflow.rule, slot)

    def _end(self, slot: "Slot") -> datetime:
        if self.workflow.maximum_age is None:
            return slot.ends
        return datetime.combine(slot.day + self.workflow.maximum_age + timedelta(days=1), time())

    def refuse(self, slot: "Slot", *, allow_late: bool) -> None:
        """Raise FutureSlot for a slot to come, SlotTooOld for one past the maximum age."""
        if slot.begins > self.now:
            raise FutureSlot(
                f"Slot {slot.label} has not begun yet; add --dry-run to see what it would do."
            )
        if not allow_late and self.too_old(slot):
            raise SlotTooOld(
                f"Slot {slot.label} is past the maximum age of {self.workflow.command}; "
                "add --allow-late to run it all the same."
            )

    def _instant(self, moment: datetime) -> datetime:
        return moment.replace(tzinfo=self.zone)


def require_year(option: str, moment: datetime) -> None:
    """Raise ImpossibleDate for a date, typed at this option, that is none to work for."""
    if moment.year not in YEARS:
        raise ImpossibleDate(
            f"{option} names the year {moment.year}; dates go from {YEARS[0]}-01-01 to {YEARS[-1]}-12-31."
        )


def parse_moment(text: str) -> tuple[datetime, bool]:
    """The wall-clock time that --as-of names, and whether it is a whole day; ImpossibleDate otherwise."""
    for form in ("%Y-%m-%d", "%Y-%m-%dT%H:%M"):
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007  # wall-clock on purpose
        except ValueError:
            continue
        require_year("--as-of", moment)
        return moment, form == "%Y-%m-%d"
    raise ImpossibleDate(
        "--as-of takes a real date such as 2026-11-23, or a local time such as 2026-11-23T06:00."
    )
