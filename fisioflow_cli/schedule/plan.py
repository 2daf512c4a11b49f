"""The schedule itself: when each workflow starts, and for how long its slot may still be done."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fisioflow_cli.engine.slots import Daily, Hourly, Weekly
from fisioflow_cli.schedule.instants import after

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fisioflow_cli.engine.slots import SlotRule
    from fisioflow_cli.engine.workflow import Workflow


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One workflow's place in the schedule."""

    command: str
    id: str
    cron: str
    """In the clinic's time."""
    next_start: datetime
    """In the clinic's time zone."""
    slots: str
    """What a slot lasts: `day`, `week`, `6 h`."""
    maximum_age: timedelta | None
    """None: only the present slot may be done."""
    deadline: timedelta


def plan(workflows: "Iterable[Workflow[Any]]", *, clinic: ZoneInfo, now: datetime) -> list[Planned]:
    """Each workflow with its next start after `now`, in the order of the registry."""
    return [
        Planned(
            command=workflow.command,
            id=workflow.id,
            cron=workflow.cron,
            next_start=_next(workflow.cron, clinic, now),
            slots=slot_rule(workflow.rule),
            maximum_age=workflow.maximum_age,
            deadline=workflow.deadline,
        )
        for workflow in workflows
    ]


def slot_rule(rule: "SlotRule") -> str:
    """How long the slots of a rule last."""
    match rule:
        case Daily():
            return "day"
        case Weekly():
            return "week"
        case Hourly(hours):
            return f"{hours} h"
    return type(rule).__name__.lower()


def _next(cron: str, clinic: ZoneInfo, now: datetime) -> datetime:
    found = after(cron, clinic, now)
    if found is None:
        raise ValueError(f"{cron} never comes")
    return found.astimezone(clinic)
