"""Everything that is due: the start that heals, for all workflows at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fisioflow_cli.context.context import Context
from fisioflow_cli.context.monitor import Monitor, open_monitor
from fisioflow_cli.engine.agenda import Reader
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.ending import of_error
from fisioflow_cli.engine.outlook import Outlook, outlooks
from fisioflow_cli.engine.report import Report, most_urgent
from fisioflow_cli.engine.signals import heeded
from fisioflow_cli.engine.start import Request, Starter, timetable
from fisioflow_cli.errors import DeadlineReached, ExitCode, FisioFlowError, SignalReceived

if TYPE_CHECKING:
    from fisioflow_cli.context.databases import Databases
    from fisioflow_cli.engine.workflow import Workflow
    from fisioflow_cli.workflows.services import Services

    Workflows = Sequence[Workflow[Services]]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a round through the workflows came to."""

    reports: tuple[Report, ...]
    """One per workflow that had something to do, in their order; slots on the way are in it."""
    left: tuple[str, ...] = ()
    """The commands whose turn did not come, because of a signal or the deadline."""
    stopped: ExitCode = ExitCode.DONE
    """What ended the round early."""

    @property
    def exit_code(self) -> ExitCode:
        """A signal's, else the most urgent of all workflows'."""
        return most_urgent([self.stopped, *(report.final_code for report in self.reports)])

    def document(self) -> dict[str, Any]:
        """The JSON form: the workflows' own documents, each with its note and exit code."""
        reports = [report.detailed() for report in self.reports]
        return {"reports": reports, "left": list(self.left), "exit_code": self.exit_code}


def outlook(context: Context, workflows: "Workflows") -> list[Outlook]:
    """What `due` would do now, and what it would leave alone; changes nothing."""
    with context.databases() as databases:
        return _outlooks(context, databases, workflows, remembers=databases.inspect())


def due(
    context: Context,
    workflows: "Workflows",
    *,
    maximum_duration: timedelta | None = None,
) -> Outcome:
    """Do whatever is due, missed within its maximum age or unfinished, and nothing else.

    When that is nothing, nothing is written and a handful of queries is all.
    """
    control = Control(clock=context.clock)
    if maximum_duration is not None:
        control.limit(maximum_duration)
    with open_monitor(context.settings, context.noted) as monitor, context.databases() as databases:
        if not databases.is_ready():
            context.require(databases, Request())
        found = _outlooks(context, databases, workflows, remembers=True)
        busy = [each for each in found if each.anything]
        if not busy:
            return Outcome(reports=())
        _require(context, databases, monitor, busy)
        turns = Turns(context=context, databases=databases, monitor=monitor, control=control)
        with heeded(control):
            return turns.take(busy)


def _outlooks(
    context: Context, databases: "Databases", workflows: "Workflows", *, remembers: bool
) -> list[Outlook]:
    tables = [timetable(workflow, context.clock, context.zone) for workflow in workflows]
    return outlooks(Reader(ledger=databases.ledger, remembers=remembers), tables)


def _require(
    context: Context, databases: "Databases", monitor: Monitor, busy: Iterable[Outlook]
) -> None:
    """Look at all preconditions once; what is wrong with them concerns every workflow."""
    try:
        context.require(databases, Request())
    except FisioFlowError as error:
        for each in busy:
            monitor.watch(each.agenda.workflow.command).stopped(error)
        raise


@dataclass(frozen=True, kw_only=True)
class Turns:
    """The workflows in turn: none keeps another from it."""

    context: Context
    databases: "Databases"
    monitor: Monitor
    control: Control

    def take(self, busy: Sequence[Outlook]) -> Outcome:
        """Heal each; what a signal or the deadline leaves is told by name."""
        reports: list[Report] = []
        for number, each in enumerate(busy):
            if (stopped := self._stopped()) is not None:
                left = tuple(one.agenda.workflow.command for one in busy[number:])
                return Outcome(reports=tuple(reports), left=left, stopped=stopped)
            if (report := self._heal(each)) is not None:
                reports.append(report)
        return Outcome(reports=tuple(reports))

    def _stopped(self) -> ExitCode | None:
        try:
            self.control.check()
        except SignalReceived as stop:
            return ExitCode(128 + stop.signal_number)
        except DeadlineReached:
            return ExitCode.TRY_LATER
        return None

    def _heal(self, found: Outlook) -> Report | None:
        workflow = found.agenda.workflow
        try:
            with (
                self.monitor.watching(workflow.command) as watch,
                self.context.channels(workflow.needs) as channels,
            ):
                performer = self.context.performer(self.databases, channels, workflow, None)
                starter = Starter(
                    workflow=workflow,
                    request=Request(),
                    performer=replace(
                        performer,
                        control=self.control.child(workflow.deadline),
                        begun=watch.begun,
                    ),
                    zone=self.context.zone,
                )
                report = starter.heal()
                if report is not None:
                    watch.ended(report, self.databases.ledger)
                return report
        except Exception as error:  # noqa: BLE001  # the others shall have their turn
            return self._failed(found, error)

    def _failed(self, found: Outlook, error: Exception) -> Report:
        ended = of_error(error)
        slots = [
            *(entry.slot.label for entry in found.agenda.to_do),
            *(r.slot for r in found.overdue),
        ]
        return Report(
            run_id=None,
            workflow=found.agenda.workflow.id,
            slot=slots[0],
            environment=self.context.settings.environment,
            status=ended.status,
            result={},
            note=ended.note,
            exit_code=ended.exit_code,
        )
