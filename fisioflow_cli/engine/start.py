"""Starting a workflow: which slots it does, in which order."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from fisioflow_cli.engine.agenda import ALL, TODO, Fate, Reader
from fisioflow_cli.engine.foresight import foresee
from fisioflow_cli.engine.report import ALREADY_RUNNING
from fisioflow_cli.engine.timetable import Timetable
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.ledger import runs
from fisioflow_cli.ledger.runs import Occasion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fisioflow_cli.clock import Clock
    from fisioflow_cli.engine.agenda import Agenda
    from fisioflow_cli.engine.perform import Performer
    from fisioflow_cli.engine.report import Report
    from fisioflow_cli.engine.slots import Slot
    from fisioflow_cli.engine.workflow import Workflow

S = TypeVar("S")
TOO_LATE = (
    "Not finished within its maximum age; what was pending is skipped as not due.",
    ExitCode.FAILED,
)
REPLACED = ("Not finished; another run does its work.", ExitCode.DONE)
ENDED = (ExitCode.INTERRUPTED, ExitCode.TERMINATED, ExitCode.CONFIGURATION)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the command line asks for."""

    as_of: str | None = None
    """`2026-11-23` or `2026-11-23T06:00`, in FISIOFLOW_TIMEZONE; None: now."""
    organization: str | None = None
    dry_run: bool = False
    force: bool = False
    catch_up: bool = True
    allow_late: bool = False
    maximum_duration: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Starter(Generic[S]):
    """Starts one workflow as one request asks; `performer` does the slots."""

    workflow: "Workflow[S]"
    request: Request
    performer: "Performer[S]"
    zone: ZoneInfo

    @property
    def table(self) -> Timetable:
        """The workflow's timetable as it looks now."""
        return timetable(self.workflow, self.performer.clock, self.zone)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Where a slot may have been done: for all, or for the one organization asked for."""
        organization = self.request.organization
        return ALL if organization is None else (*ALL, organization)

    def limit(self) -> None:
        """Let the time run that this start may take."""
        self.performer.control.limit(self.request.maximum_duration or self.workflow.deadline)

    def start(self) -> "Report":
        """Heal, then do the slot asked for; UsageError before anything happens if it cannot be."""
        table = self.table
        slot, as_of = table.asked(self.request)
        self.limit()
        if self.request.dry_run:
            return self.performer.rehearse(slot, as_of)
        self._foresee(table, slot)
        caught_up = []
        if self.request.catch_up:
            caught_up = self._given_up(table, but=slot.label)
            caught_up += self._do(self._missed(slot, table), table)
        if caught_up and caught_up[-1].exit_code in ENDED:
            return caught_up[-1].after(caught_up[:-1])
        return self.performer.perform(slot, as_of, force=self.request.force).after(caught_up)

    def heal(self) -> "Report | None":
        """Do whatever is due, missed or unfinished, and nothing else; None if that came to nothing.

        The report is the newest slot's, the others are those caught up on the way to it.
        """
        table = self.table
        self.limit()
        todo = [entry.slot for entry in self._agenda(table).to_do]
        if todo:
            self._foresee(table, todo[0])
        reports = self._given_up(table)
        reports += self._do(todo, table)
        return reports[-1].after(reports[:-1]) if reports else None

    def _do(self, slots: "Iterable[Slot]", table: Timetable) -> "list[Report]":
        """The slots in turn, but those that somebody works on; none after one that ended the start."""
        reports: list[Report] = []
        for slot in slots:
            report = self.performer.perform(slot, table.scheduled(slot))
            if report.status != ALREADY_RUNNING:
                reports.append(report)
            if report.exit_code in ENDED:
                break
        return reports

    def _given_up(self, table: Timetable, *, but: str | None = None) -> "list[Report]":
        """The unfinished runs that are past the maximum age now, each closed with the reason."""
        ledger, reports = self.performer.ledger, []
        for run in runs.unfinished(ledger, self.workflow.id, scope=self.request.organization):
            slot = table.slot_of(run.as_of)
            if run.slot != but and table.too_old(slot):
                replaced = self.workflow.maximum_age is None or self._done(slot)
                note, code = REPLACED if replaced else TOO_LATE
                reports.append(self.performer.give_up(run, slot, note, code))
        return [report for report in reports if report is not None]

    def _missed(self, own: "Slot", table: Timetable) -> "list[Slot]":
        """The slots before `own`, oldest first, since the first run, that are not settled yet."""
        to_do = (*TODO, Fate.RUNNING)  # who works on it may have ended by its turn
        entries = self._agenda(table).entries
        return [e.slot for e in entries if e.slot.begins < own.begins and e.fate in to_do]

    def _agenda(self, table: Timetable) -> "Agenda":
        [agenda] = Reader(ledger=self.performer.ledger, scopes=self.scopes).read([table])
        return agenda

    def _foresee(self, table: Timetable, slot: "Slot") -> None:
        """Let whoever only reads the database know which slots there will be."""
        if self.request.organization is None:
            foresee(self.performer.ledger, table, slot)

    def _done(self, slot: "Slot") -> bool:
        """A slot is done for one organization as well when it is done for all."""
        found = (
            runs.latest(
                self.performer.ledger,
                Occasion(workflow=self.workflow.id, slot=slot.label, scope=scope),
            )
            for scope in self.scopes
        )
        return any(run is not None and run.settled for run in found)


def timetable(workflow: "Workflow[Any]", clock: "Clock", zone: ZoneInfo) -> Timetable:
    """A workflow's timetable as it looks now."""
    return Timetable(
        workflow=workflow, zone=zone, now=clock.now().astimezone(zone).replace(tzinfo=None)
    )
