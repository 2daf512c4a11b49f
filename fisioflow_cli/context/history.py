"""The history: what the ledger remembers, for the commands that show it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from fisioflow_cli import settings
from fisioflow_cli.clock import Clock
from fisioflow_cli.console import shortened
from fisioflow_cli.context.databases import open_databases
from fisioflow_cli.context.moments import parse_instant
from fisioflow_cli.delivery.decision import Channel
from fisioflow_cli.errors import LedgerMissing, UnknownRun, UsageError
from fisioflow_cli.ledger import deliveries, pages, runs, steps
from fisioflow_cli.ledger.delivery_filter import DeliveryFilter
from fisioflow_cli.ledger.run_filter import RunFilter
from fisioflow_cli.ledger.tables import DeliveryState, RunStatus
from fisioflow_cli.workflows.names import workflow_id

if TYPE_CHECKING:
    from datetime import datetime

    from fisioflow_cli.ledger.deliveries import DeliveryRow, Tally
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.pages import Page
    from fisioflow_cli.ledger.runs import RunRow
    from fisioflow_cli.ledger.steps import StepRow

LONGEST_ID = 1000
"""Of anything that a person may type: what is longer is no id of ours."""
TROUBLE = (DeliveryState.FAILED, DeliveryState.IN_DOUBT)
MOST_TROUBLED = 20
"""So many are named with their run; the others are in `deliveries list`."""
CALLED: dict[type[StrEnum], str] = {DeliveryState: "state", Channel: "channel"}
"""What is no status."""
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class Detail:
    """One run with all that belongs to it."""

    run: "RunRow"
    steps: "list[StepRow]"
    deliveries: "list[Tally]"
    troubled: "tuple[DeliveryRow, ...]" = ()
    """Those that failed or are in doubt, the first few."""


@dataclass(frozen=True, kw_only=True)
class WantedRuns:
    """Which runs are meant, as typed."""

    workflow: str | None = None
    """A command's name, a workflow's id or the name of an event that starts one."""
    status: str | None = None
    since: str | None = None
    until: str | None = None
    slot: str | None = None
    scope: str | None = None


@dataclass(frozen=True, kw_only=True)
class History:
    """Questions to one ledger; what is typed wrongly is a UsageError."""

    ledger: "Ledger"
    zone: ZoneInfo
    """FISIOFLOW_TIMEZONE: what dates mean."""

    def page(self, wanted: WantedRuns, *, after: str | None, most: int) -> "Page[RunRow]":
        """The newest runs that are meant, behind the cursor `after`."""
        return pages.page(self.ledger, self.filter(wanted), after=after, most=most)

    def filter(self, wanted: WantedRuns) -> RunFilter:
        """What was typed, as the ledger takes it."""
        return RunFilter(
            workflow=workflow_id(wanted.workflow),
            status=one_of(RunStatus, wanted.status),
            since=self.instant(wanted.since),
            until=self.instant(wanted.until),
            slot=storable(wanted.slot),
            scope=storable(wanted.scope),
        )

    def instant(self, typed: str | None) -> "datetime | None":
        """The instant that was typed, if one was."""
        if typed is None:
            return None
        return parse_instant(typed, now=self.ledger.clock.now(), zone=self.zone)

    def detail(self, prefix: str) -> Detail:
        """The run whose id begins with `prefix`; UnknownRun if none or more than one does."""
        run = find_run(self.ledger, prefix)
        mine = replace(self.ledger, environment=run.environment)
        troubled = [
            row
            for state in TROUBLE
            for row in pages.page(
                mine, DeliveryFilter(run_id=run.id, state=state), most=MOST_TROUBLED
            ).rows
        ]
        return Detail(
            run=run,
            steps=steps.of_run(self.ledger, run.id),
            deliveries=deliveries.tally(self.ledger, run.id),
            troubled=tuple(troubled[:MOST_TROUBLED]),
        )


def find_run(ledger: "Ledger", prefix: str) -> "RunRow":
    """The run whose id begins with `prefix`; UnknownRun if none or more than one does."""
    wanted = prefix.strip().lower()
    typable = wanted.isascii() and wanted.isprintable() and len(wanted) <= LONGEST_ID
    found = runs.matching(ledger, wanted) if wanted and typable else []
    if len(found) != 1:
        said = "More than one run" if found else "No run"
        raise UnknownRun(
            f"{said} has an id beginning with {shortened(prefix)}; `fisioflow runs list` shows them."
        )
    return found[0]


@contextmanager
def open_history(environment: str | None = None) -> Iterator[History]:
    """The history of this process's settings; LedgerMissing where nothing has ever run.

    `environment`: another one's rows in the same ledger, to look at.
    """
    loaded = settings.from_process()
    databases = open_databases(loaded, Clock())
    try:
        if not databases.inspect():
            raise LedgerMissing
        ledger = databases.ledger
        if environment is not None:
            ledger = replace(ledger, environment=storable(environment) or ledger.environment)
        yield History(ledger=ledger, zone=ZoneInfo(loaded.timezone))
    finally:
        databases.close()


def storable(typed: str | None) -> str | None:
    """What was typed; UsageError if no database could have it: bytes that were no text, or too many."""
    if typed is not None and not (typed.isprintable() and len(typed) <= LONGEST_ID):
        raise UsageError(f"{shortened(typed)} is no name or id that the ledger could hold.")
    return typed


def one_of(kind: type[E], typed: str | None) -> E | None:
    """The member that was typed; UsageError, with all of them, if there is none such."""
    if typed is None:
        return None
    if typed not in list(kind):
        what = CALLED.get(kind, "status")
        raise UsageError(f"There is no {what} {shortened(typed)}; write one of {', '.join(kind)}.")
    return kind(typed)
