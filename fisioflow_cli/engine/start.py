"""Starting a workflow: which slots it does, in which order."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from fisioflow_cli.engine.report import ALREADY_RUNNING
from fisioflow_cli.engine.timetable import Timetable
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.ledger import runs
from fisioflow_cli.ledger.runs import Occasion

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
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

    def start(self) -> "Report":
        """Heal, then do the slot asked for; UsageError before anything happens if it cannot be."""
        table = timetable(self.workflow, self.performer.clock, self.zone)
        slot, as_of = table.asked(self.request)
        self.performer.control.limit(self.request.maximum_duration or self.workflow.deadline)
        if self.request.dry_run:
            return self.performer.rehearse(slot, as_of)
        caught_up = self._given_up(slot, table)
        for missed in self._missed(slot, table):
            report = self.performer.perform(missed, table.scheduled(missed))
            if report.status != ALREADY_RUNNING:
                caught_up.append(report)
            if report.exit_code in ENDED:
                return report.after(caught_up[:-1])
        return self.performer.perform(slot, as_of, force=self.request.force).after(caught_up)

    def _given_up(self, own: "Slot", table: Timetable) -> "list[Report]":
        """The unfinished runs that are past the maximum age now, each closed with the reason."""
        if not self.request.catch_up:
            return []
        ledger, reports = self.performer.ledger, []
        for run in runs.unfinished(ledger, self.workflow.id, self.request.organization):
            slot = table.slot_of(run.as_of)
            if run.slot != own.label and table.too_old(slot):
                replaced = self.workflow.maximum_age is None or self._done(slot)
                note, code = REPLACED if replaced else TOO_LATE
                reports.append(self.performer.give_up(run, slot, note, code))
        return [report for report in reports if report is not None]

    def _missed(self, own: "Slot", table: Timetable) -> "list[Slot]":
        """The slots before `own`, oldest first, since the first run, that are not settled yet."""
        if not self.request.catch_up or self.workflow.maximum_age is None:
            return []
        first = runs.first_slot(self.performer.ledger, self.workflow.id, self._scopes())
        return [
            slot
            for slot in reversed(list(table.young(own)))
            if first is not None and slot.label >= first and not self._done(slot)
        ]

    def _done(self, slot: "Slot") -> bool:
        """A slot is done for one organization as well when it is done for all."""
        found = (
            runs.latest(
                self.performer.ledger,
                Occasion(workflow=self.workflow.id, slot=slot.label, scope=scope),
            )
            for scope in self._scopes()
        )
        return any(run is not None and run.settled for run in found)

    def _scopes(self) -> tuple[str, ...]:
        organization = self.request.organization
        return ("all",) if organization is None else ("all", organization)


def timetable(workflow: "Workflow[Any]", clock: "Clock", zone: ZoneInfo) -> Timetable:
    """A workflow's timetable as it looks now."""
    return Timetable(
        workflow=workflow, zone=zone, now=clock.now().astimezone(zone).replace(tzinfo=None)
    )
