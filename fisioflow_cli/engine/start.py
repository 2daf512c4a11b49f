"""Starting a workflow: which slots it does, in which order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, TypeVar
from zoneinfo import ZoneInfo

from fisioflow_cli.engine import slots
from fisioflow_cli.engine.report import ALREADY_RUNNING
from fisioflow_cli.errors import ExitCode, FutureSlot, ImpossibleDate, SlotTooOld
from fisioflow_cli.ledger import runs
from fisioflow_cli.ledger.runs import Occasion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fisioflow_cli.engine.perform import Performer
    from fisioflow_cli.engine.report import Report
    from fisioflow_cli.engine.slots import Slot
    from fisioflow_cli.engine.workflow import Workflow

S = TypeVar("S")
YEARS = range(1900, 3000)
"""A year beyond them is a slip of the finger; the calendar itself ends in 9999."""
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
        now = self.performer.clock.now().astimezone(self.zone).replace(tzinfo=None)
        slot, as_of = self._asked(now)
        self._refuse(slot, now)
        self.performer.control.limit(self.request.maximum_duration or self.workflow.deadline)
        if self.request.dry_run:
            return self.performer.rehearse(slot, as_of)
        caught_up = self._given_up(slot, now)
        for missed in self._missed(slot, now):
            report = self.performer.perform(missed, self._scheduled(missed))
            if report.status != ALREADY_RUNNING:
                caught_up.append(report)
            if report.exit_code in ENDED:
                return report.after(caught_up[:-1])
        return self.performer.perform(slot, as_of, force=self.request.force).after(caught_up)

    def _asked(self, now: datetime) -> "tuple[Slot, datetime]":
        if self.request.as_of is None:
            return self.workflow.rule.slot(now), self._instant(now)
        moment, whole_day = parse_moment(self.request.as_of)
        slot = self.workflow.rule.slot(moment)
        as_of = self._scheduled(slot) if whole_day else self._instant(moment)
        return slot, as_of if self.request.dry_run else min(as_of, self._instant(now))

    def _refuse(self, slot: "Slot", now: datetime) -> None:
        if slot.begins > now and not self.request.dry_run:
            raise FutureSlot(
                f"Slot {slot.label} has not begun yet; add --dry-run to see what it would do."
            )
        if not self.request.allow_late and not self.request.dry_run and self._too_old(slot, now):
            raise SlotTooOld(
                f"Slot {slot.label} is past the maximum age of {self.workflow.command}; "
                "add --allow-late to run it all the same."
            )

    def _too_old(self, slot: "Slot", now: datetime) -> bool:
        if self.workflow.maximum_age is None:
            return slot.ends <= now
        return now.date() - slot.day > self.workflow.maximum_age

    def _given_up(self, own: "Slot", now: datetime) -> "list[Report]":
        """The unfinished runs that are past the maximum age now, each closed with the reason."""
        if not self.request.catch_up:
            return []
        ledger, zone = self.performer.ledger, self.zone
        reports = []
        for run in runs.unfinished(ledger, self.workflow.id, self.request.organization):
            slot = self.workflow.rule.slot(run.as_of.astimezone(zone).replace(tzinfo=None))
            if run.slot != own.label and self._too_old(slot, now):
                replaced = self.workflow.maximum_age is None or self._done(slot)
                note, code = REPLACED if replaced else TOO_LATE
                reports.append(self.performer.give_up(run, slot, note, code))
        return [report for report in reports if report is not None]

    def _missed(self, own: "Slot", now: datetime) -> "list[Slot]":
        """The slots before `own`, oldest first, since the first run, that are not settled yet."""
        if not self.request.catch_up or self.workflow.maximum_age is None:
            return []
        ledger, scopes = self.performer.ledger, self._scopes()
        first = runs.first_slot(ledger, self.workflow.id, scopes)
        return [
            slot
            for slot in reversed(list(self._young(own, now)))
            if first is not None and slot.label >= first and not self._done(slot)
        ]

    def _young(self, own: "Slot", now: datetime) -> "Iterator[Slot]":
        slot = slots.before(self.workflow.rule, own)
        while not self._too_old(slot, now):
            yield slot
            slot = slots.before(self.workflow.rule, slot)

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
        return ("all",) if self.request.organization is None else ("all", self.request.organization)

    def _scheduled(self, slot: "Slot") -> datetime:
        offset = timedelta(hours=self.workflow.at.hour, minutes=self.workflow.at.minute)
        return self._instant(slot.begins + offset)

    def _instant(self, moment: datetime) -> datetime:
        return moment.replace(tzinfo=self.zone)


def parse_moment(text: str) -> tuple[datetime, bool]:
    """The wall-clock time that --as-of names, and whether it is a whole day; ImpossibleDate otherwise."""
    for form in ("%Y-%m-%d", "%Y-%m-%dT%H:%M"):
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007  # wall-clock on purpose
        except ValueError:
            continue
        if moment.year in YEARS:
            return moment, form == "%Y-%m-%d"
    raise ImpossibleDate(
        "--as-of takes a real date such as 2026-11-23, or a local time such as 2026-11-23T06:00."
    )
