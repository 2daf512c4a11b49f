"""How long runs took, and how much there was, as small charts with their figures."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from fisioflow_cli.dashboard.drawing.bars import Bar, stacked
from fisioflow_cli.dashboard.view import View
from fisioflow_cli.ledger import recent_runs, volumes
from fisioflow_cli.ledger.tables import DeliveryState, EventStatus, RunStatus
from fisioflow_cli.workflows.names import WORKFLOW_NAMES, workflow_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from enum import StrEnum

    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes
    from fisioflow_cli.ledger.recent_runs import Recent
    from fisioflow_cli.ledger.volumes import Volumes

DAYS = 14
MOST_RUNS = 30


@dataclass(frozen=True, kw_only=True)
class Durations:
    """How long the last runs of one workflow took, oldest first."""

    name: str
    runs: "list[Recent]"
    bars: list[Bar]
    last: timedelta
    median: timedelta
    longest: timedelta


@dataclass(frozen=True, kw_only=True)
class Daily:
    """How much there was on each of the last days."""

    name: str
    path: str
    kinds: list[str]
    """Those that occur."""
    days: list[tuple[date, Counter[str]]]
    bars: list[Bar]
    since: datetime | None
    """From when on all is counted; None: all of these days."""


def look(facts: "Facts", wishes: "Wishes") -> View:
    """Fourteen days of volumes, thirty runs of durations."""
    del wishes
    return View(
        template="charts.html.j2",
        title="Charts",
        shown={"volumes": daily(facts), "durations": durations(facts), "days": DAYS},
    )


def daily(facts: "Facts") -> list[Daily]:
    """Deliveries, events and runs of the last fourteen days, today included."""
    today = facts.now().date()
    first = datetime.combine(today - timedelta(days=DAYS - 1), time(), facts.zone)
    asked: tuple[tuple[str, str, Volumes, Iterable[StrEnum]], ...] = (
        ("Deliveries", "/deliveries", volumes.deliveries(facts.ledger, first), DeliveryState),
        ("Events", "/events", volumes.events(facts.ledger, first), EventStatus),
        ("Runs", "/runs", volumes.runs(facts.ledger, first), RunStatus),
    )
    return [_daily(facts, name, path, found, kinds) for name, path, found, kinds in asked]


def _daily(
    facts: "Facts", name: str, path: str, found: "Volumes", kinds: "Iterable[StrEnum]"
) -> Daily:
    today = facts.now().date()
    by_day = {today - timedelta(days=age): Counter[str]() for age in reversed(range(DAYS))}
    for volume in found.rows:
        day = volume.hour.astimezone(facts.zone).date()
        if day in by_day:
            by_day[day][volume.kind] += volume.count
    there = [str(kind) for kind in kinds if any(counts[kind] for counts in by_day.values())]
    columns = [(f"{day:%d %b}", {kind: n[kind] for kind in there}) for day, n in by_day.items()]
    begins = datetime.combine(min(by_day), time(), facts.zone)
    return Daily(
        name=name,
        path=path,
        kinds=there,
        days=list(by_day.items()),
        bars=stacked(columns),
        since=found.since if found.since > begins else None,
    )


def durations(facts: "Facts") -> list[Durations]:
    """Per workflow that has run, its last thirty runs that are over."""
    latest = recent_runs.latest(facts.ledger, list(WORKFLOW_NAMES), most=MOST_RUNS)
    over = {
        workflow: [run for run in reversed(runs) if run.took is not None]
        for workflow, runs in latest.items()
    }
    return [_durations(workflow, runs) for workflow, runs in over.items() if runs]


def _durations(workflow: str, runs: "Sequence[Recent]") -> Durations:
    took = [run.took for run in runs if run.took is not None]
    columns = [
        (run.slot, {str(run.status): round(length.total_seconds() * 1000)})
        for run, length in zip(runs, took, strict=True)
    ]
    return Durations(
        name=workflow_name(workflow),
        runs=list(runs),
        bars=stacked(columns),
        last=took[-1],
        median=sorted(took)[len(took) // 2],
        longest=max(took),
    )
