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
        caught_up = []
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
        if not whole_day:
            return slot, self._instant(moment)
        scheduled = self._scheduled(slot)
        return slot, scheduled if self.request.dry_run else min(scheduled, self._instant(now))

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
            return datetime.strptime(text, form), form == "%Y-%m-%d"  # noqa: DTZ007  # wall-clock on purpose
        except ValueError:
            continue
    raise ImpossibleDate(
        "--as-of takes a real date such as 2026-11-23, or a local time such as 2026-11-23T06:00."
    )
