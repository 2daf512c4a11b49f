"""The agenda of a workflow: its slots, and what has become of each.

The one place for this judgement: what a start heals, what `due` does, what `status` names and what a
calendar shows cannot disagree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fisioflow_cli.engine import owner
from fisioflow_cli.ledger import slot_runs
from fisioflow_cli.ledger.tables import RunStatus

if TYPE_CHECKING:
    from fisioflow_cli.engine.slots import Slot
    from fisioflow_cli.engine.timetable import Timetable
    from fisioflow_cli.engine.workflow import Workflow
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.runs import RunRow

ALL = ("all",)
GRACE = timedelta(minutes=30)
"""How long after its time a slot may be left undone without being late."""
A_NIGHT = timedelta(hours=24)
"""The same for what only has something pending: by then it has been day everywhere."""


class Fate(StrEnum):
    """What has become of a slot at the instant one asks."""

    DONE = "done"
    PARTIAL = "partial"
    """Done, but some items failed for good or are in doubt."""
    CANCELLED = "cancelled"
    """Called off by a person; no start takes it up by itself."""
    RUNNING = "running"
    UNFINISHED = "unfinished"
    """Stopped, killed, or with something pending; the next start resumes it."""
    FAILED = "failed"
    """It ended badly; the next start tries again."""
    DUE = "due"
    """Its time has come and nothing has started it."""
    LATE = "late"
    """The same, for longer than the grace period."""
    MISSED = "missed"
    """Past its maximum age, or replaced by the next one, without having been done."""
    UPCOMING = "upcoming"


SETTLED: Mapping[RunStatus, Fate] = {
    RunStatus.COMPLETED: Fate.DONE,
    RunStatus.PARTIAL: Fate.PARTIAL,
    RunStatus.CANCELLED: Fate.CANCELLED,
}
TODO = (Fate.UNFINISHED, Fate.FAILED, Fate.DUE, Fate.LATE)
"""What a start that heals does now."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One slot as it stands; instants in UTC."""

    slot: "Slot"
    due_at: datetime
    """When it is scheduled."""
    expires_at: datetime
    """From when on it is missed unless it is done."""
    fate: Fate
    run: "RunRow | None" = None
    """Its newest run; None: nothing has started it."""
    late: bool = False
    """Whether it could be done, is not, nobody works on it, and the grace period is over."""

    @property
    def to_do(self) -> bool:
        """Whether a start that heals does it now."""
        return self.fate in TODO


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """The slots of one workflow within a window, oldest first.

    They begin with the first one ever started; of a workflow never started with the present one.
    """

    workflow: "Workflow[Any]"
    entries: tuple[Entry, ...]
    started: bool
    """Whether it was ever started."""

    @property
    def to_do(self) -> list[Entry]:
        """What a start that heals does now, oldest first."""
        return [entry for entry in self.entries if entry.to_do]


@dataclass(frozen=True, kw_only=True)
class Reader:
    """How agendas are read."""

    ledger: "Ledger"
    scopes: Sequence[str] = ALL
    """A slot is done if it is done for one of these: `all`, and an organization's id after it."""
    grace: timedelta = GRACE
    remembers: bool = True
    """False: there is no ledger yet, so nothing was ever started."""

    def read(
        self,
        tables: "Iterable[Timetable]",
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Agenda]:
        """The agendas between two aware instants, in two queries whatever their number.

        Without them: from the oldest slot that may still be done to the present one.
        """
        spans = {
            table.workflow.id: (
                table,
                table.slot_of(since) if since else table.oldest,
                table.slot_of(until) if until else table.present,
            )
            for table in tables
        }
        firsts, runs = self._remembered({k: (a.label, b.label) for k, (_, a, b) in spans.items()})
        return [
            self._agenda(table, (first, last), firsts.get(key), runs)
            for key, (table, first, last) in spans.items()
        ]

    def _agenda(
        self,
        table: "Timetable",
        span: "tuple[Slot, Slot]",
        first: str | None,
        runs: "Mapping[tuple[str, str], RunRow]",
    ) -> Agenda:
        begins = first or table.present.label
        entries = (
            self._entry(table, slot, runs.get((table.workflow.id, slot.label)))
            for slot in table.between(*span)
            if slot.label >= begins
        )
        return Agenda(workflow=table.workflow, entries=tuple(entries), started=first is not None)

    def _entry(self, table: "Timetable", slot: "Slot", run: "RunRow | None") -> Entry:
        due_at = table.scheduled(slot).astimezone(UTC)
        waited = self.ledger.clock.now() - due_at
        fate = self._fate(table, slot, run, waited)
        grace = A_NIGHT if run is not None and _waits(run) else self.grace
        return Entry(
            slot=slot,
            due_at=due_at,
            expires_at=table.expires(slot).astimezone(UTC),
            fate=fate,
            run=run,
            late=fate in TODO and waited > grace,
        )

    def _fate(
        self, table: "Timetable", slot: "Slot", run: "RunRow | None", waited: timedelta
    ) -> Fate:
        if run is not None and run.settled:
            return SETTLED[run.status]
        if run is not None and run.leased and not owner.gone(run.owner):
            return Fate.RUNNING
        if table.too_old(slot):
            return Fate.MISSED
        if run is not None:
            return Fate.FAILED if run.status is RunStatus.FAILED else Fate.UNFINISHED
        if waited < timedelta():
            return Fate.UPCOMING
        return Fate.LATE if waited > self.grace else Fate.DUE

    def _remembered(
        self, spans: Mapping[str, slot_runs.Span]
    ) -> "tuple[dict[str, str], dict[tuple[str, str], RunRow]]":
        """The first slot by workflow, and by workflow and slot the run that counts.

        That is a settled one, else the one of the last scope.
        """
        if not self.remembers:
            return {}, {}
        found = slot_runs.within(self.ledger, spans, self.scopes)
        found.sort(key=lambda run: (run.settled, self.scopes.index(run.scope)))
        firsts = slot_runs.firsts(self.ledger, list(spans), self.scopes)
        return firsts, {(run.workflow, run.slot): run for run in found}


def _waits(run: "RunRow") -> bool:
    """Whether a run came to its end with something pending: for daylight, or for a provider."""
    pending = run.result.get("pending") if isinstance(run.result, dict) else None
    return run.status is RunStatus.TIMED_OUT and bool(pending)
