"""Moving in from Vercel: which command does an entry's work, when it may go, what to look at first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fisioflow_cli.schedule.instants import after, readable, within

if TYPE_CHECKING:
    from fisioflow_cli.engine.workflow import Workflow
    from fisioflow_cli.schedule.vercel import Scheduled

INNGEST = "/api/inngest"
DAY = timedelta(days=1)


class Doubt(StrEnum):
    """Why an entry needs a decision before it goes."""

    UNKNOWN = "unknown"
    DIFFERENT = "different"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One thing to know about an entry; without a doubt it is only worth knowing."""

    doubt: Doubt | None
    message: str


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What becomes of one entry."""

    entry: "Scheduled"
    command: str | None
    """The command that does its work; None: none of ours."""
    delete: str | None
    """When the entry may be deleted; None: that is not for us to say."""
    remarks: tuple[Remark, ...]

    @property
    def needs_decision(self) -> bool:
        """Whether something is in doubt."""
        return any(remark.doubt for remark in self.remarks)


@dataclass(frozen=True, kw_only=True)
class Move:
    """The entries of one file against the registry, at the moment `now`."""

    workflows: "Sequence[Workflow[Any]]"
    clinic: ZoneInfo
    now: datetime

    def advise(self, entries: "Sequence[Scheduled]") -> list[Advice]:
        """What becomes of each entry, in the file's order."""
        times = Counter(found.command for each in entries if (found := self._workflow(each)))
        return [self._of(entry, times) for entry in entries]

    def absent(self, advice: Sequence[Advice]) -> list[str]:
        """The commands whose work no entry does: somebody else started it, or nobody did."""
        there = {each.command for each in advice}
        return [w.command for w in self.workflows if w.command not in there]

    def _of(self, entry: "Scheduled", times: "Counter[str]") -> Advice:
        workflow = self._workflow(entry)
        remarks = [*self._unknown(entry, workflow), *self._unreadable(entry)]
        if not remarks and workflow is not None:
            remarks += [*self._different(entry, workflow), *self._often(entry)]
        if workflow is not None and times[workflow.command] > 1:
            said = (
                f"{times[workflow.command]} entries of this file start it; all of them have to go."
            )
            remarks.append(Remark(doubt=Doubt.DUPLICATE, message=said))
        return Advice(
            entry=entry,
            command=workflow.command if workflow else None,
            delete=_when(workflow) if workflow else None,
            remarks=tuple(remarks),
        )

    def _workflow(self, entry: "Scheduled") -> "Workflow[Any] | None":
        return next((w for w in self.workflows if entry.name in {w.command, w.id}), None)

    def _unknown(self, entry: "Scheduled", found: "Workflow[Any] | None") -> Iterator[Remark]:
        if found is not None:
            return
        if entry.target.startswith(INNGEST):
            said = (
                "Inngest's own route: it goes when the last function has moved (docs/migrating.md)."
            )
        else:
            said = "None of our commands does this; the entry stays, or you know what replaces it."
        yield Remark(doubt=Doubt.UNKNOWN, message=said)

    def _unreadable(self, entry: "Scheduled") -> Iterator[Remark]:
        if not readable(entry.cron):
            said = "The schedule is not five cron fields: nobody can say when it starts."
            yield Remark(doubt=Doubt.UNREADABLE, message=said)
        elif entry.zone is None:
            said = "There is no such time zone: nobody can say when it starts."
            yield Remark(doubt=Doubt.UNREADABLE, message=said)

    def _different(self, entry: "Scheduled", workflow: "Workflow[Any]") -> Iterator[Remark]:
        zone = entry.zone or self.clinic
        theirs = within(entry.cron, zone, self.now)
        ours = within(workflow.cron, self.clinic, self.now)
        for there, here in zip_longest(theirs, ours):
            if there != here:
                first = min(moment for moment in (there, here) if moment is not None)
                yield Remark(
                    doubt=Doubt.DIFFERENT, message=self._difference(entry, workflow, zone, first)
                )
                return

    def _difference(
        self, entry: "Scheduled", workflow: "Workflow[Any]", zone: ZoneInfo, since: datetime
    ) -> str:
        there = self._told(after(entry.cron, zone, since))
        here = self._told(after(workflow.cron, self.clinic, since))
        same = entry.cron.split() == workflow.cron.split()
        why = f" The fields are ours, but Vercel reads them in {zone.key}." if same else ""
        return (
            f"Starts next {there}; `fisioflow {workflow.command}` {here} ({self.clinic.key}).{why}"
        )

    def _told(self, moment: datetime | None) -> str:
        return f"{moment.astimezone(self.clinic):%a %Y-%m-%d %H:%M}" if moment else "never"

    def _often(self, entry: "Scheduled") -> Iterator[Remark]:
        first = list(islice(within(entry.cron, entry.zone or self.clinic, self.now), 2))
        if len(first) == 2 and first[1] - first[0] < DAY:
            said = "More than once a day: on Vercel's Hobby plan that is not even deployed."
            yield Remark(doubt=None, message=said)


def _when(workflow: "Workflow[Any]") -> str:
    """When both may run, and when not: the old route knows nothing of our ledger."""
    command = workflow.command
    if workflow.needs:
        return (
            f"once `fisioflow status` has a first success of {command} outside production, and before "
            "its first start in production: both would write to the same people"
        )
    return (
        f"once `fisioflow status` has a first success of {command} in production: it writes to nobody, "
        "and one finds nothing left of what the other has done"
    )
