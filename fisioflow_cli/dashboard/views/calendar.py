"""The calendar of slots: per workflow, what became of each business period."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from fisioflow_cli.dashboard.agendas import agendas, amiss
from fisioflow_cli.dashboard.view import View
from fisioflow_cli.engine.agenda import Fate
from fisioflow_cli.engine.slots import Weekly

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes
    from fisioflow_cli.engine.agenda import Agenda, Entry
    from fisioflow_cli.engine.workflow import Workflow

WEEKS = 5
EARLIEST = date(2000, 1, 1)
FURTHEST = timedelta(weeks=52)
"""How far ahead one may look."""


@dataclass(frozen=True, kw_only=True)
class Day:
    """One square of a calendar."""

    date: date
    entries: "list[Entry]"
    """Its slots: none, one, or several where a slot is a part of a day."""
    is_today: bool


@dataclass(frozen=True, kw_only=True)
class Month:
    """One workflow's weeks, oldest first, Monday to Sunday."""

    workflow: "Workflow[Any]"
    weekly: bool
    """A slot is a whole week."""
    weeks: list[list[Day]]
    started: bool
    amiss: int
    """How many slots were missed or are late."""


def look(facts: "Facts", wishes: "Wishes") -> View:
    """Five weeks of every scheduled workflow, up to this one or the one asked for."""
    asked = wishes.day("week", facts)
    today = facts.now().date()
    wanted = asked.date() if asked else today
    monday = _monday(min(max(wanted, EARLIEST), today + FURTHEST))
    this_week = _monday(today)
    return View(
        template="calendar.html.j2",
        title="Calendar",
        shown={
            **shown(facts, monday),
            "earlier": monday - timedelta(weeks=WEEKS),
            "later": monday + timedelta(weeks=WEEKS) if monday < this_week else None,
        },
    )


def shown(facts: "Facts", monday: date | None = None) -> dict[str, object]:
    """The weeks up to that of `monday`, this one unless it is given; for the export too."""
    last = monday or _monday(facts.now().date())
    first = last - timedelta(weeks=WEEKS - 1)
    since = datetime.combine(first, time(), facts.zone)
    until = datetime.combine(last + timedelta(days=6), time(23, 59), facts.zone)
    found = agendas(facts, since, until)
    return {
        "months": [_month(agenda, first, facts.now().date()) for agenda in found],
        "fates": list(Fate),
        "first": first,
        "last": last + timedelta(days=6),
        "weekdays": [first + timedelta(days=number) for number in range(7)],
    }


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month(agenda: "Agenda", first: date, today: date) -> Month:
    by_day: dict[date, list[Entry]] = {}
    for entry in agenda.entries:
        by_day.setdefault(entry.slot.day, []).append(entry)
    return Month(
        workflow=agenda.workflow,
        weekly=isinstance(agenda.workflow.rule, Weekly),
        weeks=[_week(first + timedelta(weeks=week), by_day, today) for week in range(WEEKS)],
        started=agenda.started,
        amiss=sum(map(amiss, agenda.entries)),
    )


def _week(monday: date, by_day: "dict[date, list[Entry]]", today: date) -> list[Day]:
    days = [monday + timedelta(days=number) for number in range(7)]
    return [Day(date=day, entries=by_day.get(day, []), is_today=day == today) for day in days]
