"""What is owed in that week, worked out from the calendar and the list of starts alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tests.week.clinic import APPOINTMENTS, BIRTHDAYS, DAYS, READERS, SUNDAY, ZONES, begins
from tests.week.scheduler import DUE, Start
from tests.week.world import Look, Slot
from tests.workflows.people import SAO_PAULO

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BEGINNING = datetime.combine(SUNDAY, time(18), SAO_PAULO)
"""When everything was started for the first time."""
GRACE, NAMED = timedelta(minutes=30), timedelta(hours=48)
AT = {
    "cleanup": 3,
    "daily-reports": 8,
    "birthdays": 9,
    "weekly-summary": 9,
    "expiring-vouchers": 10,
    "appointment-reminders": 18,
}
AGES = {
    "daily-reports": 7,
    "birthdays": 1,
    "weekly-summary": 7,
    "expiring-vouchers": 7,
    "appointment-reminders": 1,
}
"""Days; the others only have their present slot."""


@dataclass(frozen=True)
class Term:
    """A slot: when it is due, and when it is too late for it."""

    slot: Slot
    due: datetime
    expires: datetime


def terms() -> Iterator[Term]:
    """The slots of the week, by a calendar of our own."""
    for day in (SUNDAY, *DAYS):
        for command, hour in AT.items():
            if command == "weekly-summary" and day.weekday() != 0:
                continue
            label = f"{day:%Y-%m-%d}" if command != "weekly-summary" else f"{day:%G-W%V}"
            end = day + (1 + AGES.get(command, 0)) * DAY
            yield Term((command, label), _at(day, hour), _at(end, 0))
        for hour in (0, 6, 12, 18):
            label = f"{day:%Y-%m-%d}T{hour:02}"
            due = _at(day, hour)
            yield Term(("data-integrity", label), due, due + 6 * HOUR)


def owed_to_be_named(look: Look) -> tuple[set[Slot], set[Slot]]:
    """Which slots `status` must name at that instant: late ones, missed ones.

    What was begun and waits for daylight need not be named before a day is over: it is left out.
    """
    late, missed = set(), set()
    for term in terms():
        if term.slot in look.settled or term.expires <= BEGINNING:
            continue
        if term.expires <= look.at:
            if look.at - term.expires < NAMED:
                missed.add(term.slot)
        elif look.at > term.due + GRACE and term.slot not in look.begun:
            late.add(term.slot)
    return late, missed


def birthdays(starts: Iterable[Start]) -> set[str]:
    """Who must have been greeted: somebody started it on the day or the next, by daylight.

    On the day itself before its time only what is overdue is done, and by `due` nothing.
    """
    times = [start.at for start in starts if start.command in {DUE, "birthdays"}]

    def fits(at: datetime, day: date, house: str) -> bool:
        end = datetime.combine(day + 2 * DAY, time(), SAO_PAULO)
        return _at(day, 9) <= at < end and 8 <= at.astimezone(ZONES[house]).hour < 20

    return {
        name
        for name, (house, day) in BIRTHDAYS.items()
        if any(fits(at, day, house) for at in times)
    }


def reminders(starts: Iterable[Start]) -> set[str]:
    """Whose appointment must have been announced: by a start of its evening, or the next morning."""
    times = [start.at for start in starts if start.command in {DUE, "appointment-reminders"}]

    def fits(at: datetime, name: str) -> bool:
        house, day, _ = APPOINTMENTS[name]
        light = 8 <= at.astimezone(ZONES[house]).hour < 20
        return light and _at(day - DAY, 18) <= at < begins(name)

    return {name for name in APPOINTMENTS if any(fits(at, name) for at in times)}


def reports() -> set[tuple[str, date]]:
    """Every reader and every day reported: the one before each slot, as each has appointments."""
    return {(reader, day - DAY) for reader in READERS for day in (SUNDAY, *DAYS)}


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SAO_PAULO).astimezone(UTC)
