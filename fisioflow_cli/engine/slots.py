"""Slots: the business periods that scheduled runs are for."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

PERIODS = (
    (r"\d{4}-\d\d-\d\d", "%Y-%m-%d", timedelta(days=1)),
    (r"\d{4}-\d\d-\d\dT\d\d", "%Y-%m-%dT%H", timedelta(hours=1)),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d", "%Y-%m-%dT%H:%M", timedelta(minutes=1)),
)
"""What names a period, how it is read and how long it is; an ISO week aside."""
WEEK = re.compile(r"(\d{4})-W(\d\d)")


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One business period; `begins` and `ends` are wall-clock times in FISIOFLOW_TIMEZONE."""

    label: str
    begins: datetime
    ends: datetime

    @property
    def day(self) -> date:
        """The first day of the period."""
        return self.begins.date()


class SlotRule(Protocol):
    """Which slot a moment falls into."""

    def slot(self, moment: datetime) -> Slot:
        """The slot that holds `moment`, a wall-clock time in FISIOFLOW_TIMEZONE."""


@dataclass(frozen=True)
class Daily:
    """A slot per calendar day: `2026-11-23`."""

    def slot(self, moment: datetime) -> Slot:
        """The day of `moment`."""
        begins = datetime.combine(moment.date(), time())
        return Slot(label=f"{begins:%Y-%m-%d}", begins=begins, ends=begins + timedelta(days=1))


@dataclass(frozen=True)
class Weekly:
    """A slot per ISO week, Monday to Sunday: `2026-W48`."""

    def slot(self, moment: datetime) -> Slot:
        """The ISO week of `moment`."""
        monday = moment.date() - timedelta(days=moment.weekday())
        begins = datetime.combine(monday, time())
        return Slot(label=f"{begins:%G-W%V}", begins=begins, ends=begins + timedelta(weeks=1))


@dataclass(frozen=True)
class Hourly:
    """A slot per `hours` of the day, a divisor of 24, named after its first hour: `2026-11-23T06`."""

    hours: int

    def slot(self, moment: datetime) -> Slot:
        """The part of the day that holds `moment`."""
        first = moment.hour // self.hours * self.hours
        begins = datetime.combine(moment.date(), time(first))
        return Slot(
            label=f"{begins:%Y-%m-%dT%H}", begins=begins, ends=begins + timedelta(hours=self.hours)
        )


def before(rule: SlotRule, slot: Slot) -> Slot:
    """The slot right before `slot`."""
    return rule.slot(slot.begins - timedelta(microseconds=1))


def after(rule: SlotRule, slot: Slot) -> Slot:
    """The slot right after `slot`."""
    return rule.slot(slot.ends)


def period(text: str) -> tuple[datetime, datetime]:
    """When the period begins and ends that a slot's label, a date or a local time names.

    `2026-11-23`, `2026-W48`, `2026-11-23T06` and `2026-11-23T06:30`; ValueError for anything else,
    OverflowError for one that the calendar ends in.
    """
    if week := WEEK.fullmatch(text):
        monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        return _lasting(datetime.combine(monday, time()), timedelta(weeks=1))
    for shape, form, length in PERIODS:
        if re.fullmatch(shape, text):
            return _lasting(datetime.strptime(text, form), length)  # noqa: DTZ007  # wall-clock
    raise ValueError(f"{text!r} names no slot")


def _lasting(begins: datetime, length: timedelta) -> tuple[datetime, datetime]:
    if begins > datetime.max - length:  # noqa: DTZ901  # the calendar's own end
        raise OverflowError("the calendar ends before this period does")
    return begins, begins + length
