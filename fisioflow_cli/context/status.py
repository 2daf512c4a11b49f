"""The status: how the schedule stands, for people and for monitors; it only reads."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

from fisioflow_cli.database import reading
from fisioflow_cli.engine.agenda import GRACE, Fate, Reader
from fisioflow_cli.engine.start import timetable
from fisioflow_cli.errors import LedgerMissing
from fisioflow_cli.ledger import backlog, recent_runs
from fisioflow_cli.ledger.tables import SETTLED, RunStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fisioflow_cli.context.context import Context
    from fisioflow_cli.context.databases import Databases
    from fisioflow_cli.engine.agenda import Agenda, Entry
    from fisioflow_cli.engine.slots import Slot
    from fisioflow_cli.engine.timetable import Timetable
    from fisioflow_cli.engine.workflow import Workflow
    from fisioflow_cli.ledger.backlog import Counts, StuckRun
    from fisioflow_cli.ledger.recent_runs import Recent

NAMED_FOR = timedelta(hours=48)
"""How long a missed slot is named: nothing can be done about it any more."""
HISTORY, FEWEST = 20, 5
"""How many earlier runs a duration is held against, and below how many it is not."""
SLOW_FACTOR, SLOW_SECONDS = 3.0, 60.0
STUCK_AFTER = timedelta(minutes=15)
"""Beyond any lease that still counts down: nobody has come to take the run over."""
A_WEEK = timedelta(weeks=1)
"""The longest slot there is."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long the last run took, against those before it; of runs that one attempt finished."""

    seconds: float
    median: float | None
    """Of up to 20 earlier runs; None: there are fewer than five."""

    @property
    def slow(self) -> bool:
        """Whether it took more than three times as long as usual, and more than a minute."""
        usual = self.median
        slow = usual is not None and self.seconds > SLOW_FACTOR * usual
        return slow and self.seconds > SLOW_SECONDS


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How one workflow stands."""

    workflow: "Workflow[Any]"
    started: bool
    last_success: "Recent | None"
    now: "Entry | None"
    """The newest slot whose time has come; None: none has, since the first run."""
    next: "tuple[Slot, datetime]"
    """The next slot and when it is due, in FISIOFLOW_TIMEZONE."""
    late: "tuple[Entry, ...]"
    missed: "tuple[Entry, ...]"
    pace: Pace | None

    @property
    def in_order(self) -> bool:
        """Whether nothing is late or missed."""
        return not self.late and not self.missed


@dataclass(frozen=True, kw_only=True)
class Status:
    """How everything stands."""

    environment: str
    at: datetime
    standings: tuple[Standing, ...]
    counts: "Counts"
    """Of events and messages; each ends at 10,000."""
    stuck: "tuple[StuckRun, ...]"
    is_demo: bool = False
    """Whether what is late or missed is so at the demo clinic, which nothing starts."""

    @property
    def in_order(self) -> bool:
        """Whether no slot of any workflow is late or missed."""
        return all(standing.in_order for standing in self.standings)


def status(
    context: "Context",
    workflows: "Sequence[Workflow[Any]]",
    *,
    grace: timedelta = GRACE,
    named_for: timedelta = NAMED_FOR,
) -> Status:
    """How the schedule stands, in a few queries; LedgerMissing where nothing has ever run."""
    now = context.clock.now()
    with context.databases() as databases:
        if not databases.inspect():
            raise LedgerMissing
        ledger = databases.ledger
        tables = [timetable(workflow, context.clock, context.zone) for workflow in workflows]
        ages = (workflow.maximum_age or A_WEEK for workflow in workflows)
        since = now - named_for - max(ages, default=A_WEEK) - timedelta(days=1)
        agendas = Reader(ledger=ledger, grace=grace).read(tables, since=since, until=now)
        ids = [workflow.id for workflow in workflows]
        everywhere = partial(recent_runs.latest, ledger, ids, scope="all")
        settled = everywhere(most=HISTORY + 1, statuses=SETTLED)
        done = everywhere(most=1, statuses=[RunStatus.COMPLETED])
        found = Status(
            environment=ledger.environment,
            at=now,
            standings=tuple(
                _standing(
                    table,
                    agenda,
                    now - named_for,
                    done=done[agenda.workflow.id],
                    settled=settled[agenda.workflow.id],
                )
                for table, agenda in zip(tables, agendas, strict=True)
            ),
            counts=backlog.counts(ledger),
            stuck=tuple(backlog.stuck_runs(ledger, since=STUCK_AFTER)),
        )
        return found if found.in_order else replace(found, is_demo=_is_demo(databases))


def _is_demo(databases: "Databases") -> bool:
    from fisioflow_cli.demo import clinic  # noqa: PLC0415  # where all is in order nobody asks

    if not databases.is_default or not databases.is_plain:
        return False
    with reading(databases.clinic.engine) as connection:
        return clinic.present(connection)


def _standing(
    table: "Timetable",
    agenda: "Agenda",
    named_since: datetime,
    *,
    done: "Sequence[Recent]",
    settled: "Sequence[Recent]",
) -> Standing:
    workflow = agenda.workflow
    come = [entry for entry in agenda.entries if entry.fate is not Fate.UPCOMING]
    missed = (entry for entry in come if entry.fate is Fate.MISSED)
    return Standing(
        workflow=workflow,
        started=agenda.started,
        last_success=next(iter(done), None),
        now=come[-1] if come else None,
        next=(table.next, table.scheduled(table.next)),
        late=tuple(entry for entry in come if entry.late),
        missed=tuple(entry for entry in missed if entry.expires_at > named_since),
        pace=_pace(settled),
    )


def _pace(runs: "Sequence[Recent]") -> Pace | None:
    """What several attempts took says nothing: there were pauses between them."""
    took = [run.took.total_seconds() for run in runs if run.attempt == 1 and run.took is not None]
    if not took:
        return None
    last, earlier = took[0], took[1:]
    return Pace(seconds=last, median=median(earlier) if len(earlier) >= FEWEST else None)
