"""Starts as a bad scheduler makes them: late, twice, never, and not at all for three days."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cronsim import CronSim

from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.week.clinic import DAYS, FIRST, SUNDAY
from tests.workflows.people import SAO_PAULO

DROPPED = DAYS[2:5]
"""Wednesday to Friday: nothing is started at all."""
MINUTE = timedelta(minutes=1)
DUE = "due"


@dataclass(frozen=True, order=True)
class Start:
    """Somebody starts a command."""

    at: datetime
    command: str


def quiet_sunday() -> list[Start]:
    """Every workflow once, when it is due: what the week begins with."""
    evening = datetime(SUNDAY.year, SUNDAY.month, SUNDAY.day, 18, tzinfo=SAO_PAULO)
    return [Start(evening + n * MINUTE, each.command) for n, each in enumerate(WORKFLOWS)]


def github(seed: int) -> list[Start]:
    """Every workflow by its own cron line, as GitHub Actions does it on a bad week, in order of time.

    On the last day only delays are left, so that one can say what must have been done by its end.
    """
    dice = random.Random(seed)
    return sorted(start for each in WORKFLOWS for start in _starts(each.command, each.cron, dice))


def _starts(command: str, cron: str, dice: random.Random) -> Iterator[Start]:
    for due in _times(cron):
        last = due.date() == DAYS[-1]
        fate = 0.0 if last else dice.random()
        if fate > 0.85:
            continue  # never
        late = dice.choice((0, 3, 11, 40, 95)) if fate < 0.6 else dice.randrange(60, 8 * 60)
        first = due + late * MINUTE
        for at in (first, first + dice.randrange(1, 30) * MINUTE):
            if at.date() not in DROPPED and at.date() in DAYS:
                yield Start(at, command)
            if dice.random() < 0.75:
                break  # not twice


def _times(cron: str) -> Iterator[datetime]:
    midnight = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=SAO_PAULO)
    for moment in CronSim(cron, midnight - MINUTE):
        if moment.date() > DAYS[-1]:
            return
        yield moment


def every(minutes: int, days: Iterable[date] = DAYS) -> list[Start]:
    """`due` at this distance, all day long but on the dropped days."""
    moments = (
        datetime(day.year, day.month, day.day, tzinfo=SAO_PAULO) + n * minutes * MINUTE
        for day in days
        if day not in DROPPED
        for n in range(24 * 60 // minutes)
    )
    return [Start(moment, DUE) for moment in moments]
