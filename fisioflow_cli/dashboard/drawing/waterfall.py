"""A run's steps as a waterfall: each a bar that begins when it began and is as long as it took."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fisioflow_cli.ledger.steps import StepRow

MOST_STEPS = 200
WIDTH = 1000.0
NARROWEST = 6.0
"""A step too short to be seen is drawn as wide as this."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One step on the scale of its attempt, which is a thousand units wide."""

    step: "StepRow"
    took: timedelta
    after: timedelta
    """From the attempt's first step to this one."""
    x: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """The steps of one attempt: each attempt has a scale of its own, since hours may lie between."""

    number: int
    began: datetime
    took: timedelta
    bars: list[Bar]


def draw(steps: "Sequence[StepRow]") -> list[Attempt]:
    """The attempts, oldest first."""
    shown = sorted(steps, key=lambda step: (step.attempt, step.started_at))
    grouped = groupby(shown, key=lambda step: step.attempt)
    return [_attempt(number, list(of_attempt)) for number, of_attempt in grouped]


def _attempt(number: int, steps: "list[StepRow]") -> Attempt:
    began = min(step.started_at for step in steps)
    took = max(step.finished_at for step in steps) - began
    return Attempt(number=number, began=began, took=took, bars=list(_bars(steps, began, took)))


def _bars(steps: "Iterable[StepRow]", began: datetime, whole: timedelta) -> "Iterable[Bar]":
    scale = WIDTH / max(whole.total_seconds(), 1e-6)
    for step in steps:
        took, after = step.finished_at - step.started_at, step.started_at - began
        width = max(NARROWEST, took.total_seconds() * scale)
        x = min(after.total_seconds() * scale, WIDTH - width)
        yield Bar(step=step, took=took, after=after, x=round(max(0, x), 1), width=round(width, 1))
