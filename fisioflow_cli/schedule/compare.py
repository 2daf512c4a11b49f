"""What a scheduler has been told, held against the registry: the one place that judges."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fisioflow_cli.schedule.entry import DISPATCH, DUE, Drift, Entry, Kind, Reading
from fisioflow_cli.schedule.entry_options import remarks, undone
from fisioflow_cli.schedule.entry_starts import distance, longest_gap, nearest, some_starts
from fisioflow_cli.schedule.instants import HOUR, MINUTE, grace, unserved

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from fisioflow_cli.engine.workflow import Workflow

HOURS_A_DAY = 24


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One reading against the workflows, for the year after `now`."""

    reading: Reading
    workflows: "Sequence[Workflow[Any]]"
    clinic: ZoneInfo
    host: ZoneInfo
    now: datetime

    def drifts(self, commands: "Collection[str]" = ()) -> list[Drift]:
        """Everything that departs, the reading's own drifts first.

        `commands` are all that the program has; without them no command is called unknown.
        """
        if not self.reading.legible:
            return list(self.reading.drifts)
        found = [*self.reading.drifts, *self._unknown(commands), *self._seldom()]
        for workflow in self.workflows:
            found += self._of(workflow)
        return [*found, *self._dispatch()]

    def _of(self, workflow: "Workflow[Any]") -> "Iterator[Drift]":
        entries = self._entries(workflow)
        whole = self._whole(workflow)
        if not entries:
            yield self._missing(workflow)
        elif not whole:
            yield undone(workflow.command, entries, self.reading.printer)
        elif (missed := self._missed(workflow, whole)) is None:
            yield from self._doubled(workflow, whole)
        elif any(entry.command != DUE for entry in whole):
            yield self._wrong(workflow, whole, missed)
        yield from remarks(workflow.command, whole)

    def _entries(self, workflow: "Workflow[Any]") -> list[Entry]:
        return [entry for entry in self.reading.entries if entry.starts(workflow.command)]

    def _whole(self, workflow: "Workflow[Any]") -> list[Entry]:
        """Those of its entries that do all of its work."""
        return [entry for entry in self._entries(workflow) if not entry.leaving]

    def _missed(self, workflow: "Workflow[Any]", entries: "Sequence[Entry]") -> datetime | None:
        """When the workflow is first not started by any of the entries; None: never."""
        found = [(entry.cron, entry.zone) for entry in entries if entry.cron is not None]
        return unserved(workflow.cron, self.clinic, found, self.now, self._grace)

    def _meant_for(
        self, workflow: "Workflow[Any]", entries: "Sequence[Entry]", zone: ZoneInfo
    ) -> bool:
        """Whether the entries would be right if they were read in `zone`.

        Not if an hour late all year: that is as likely the right zone's other half of the year.
        """
        found = [(entry.cron, zone) for entry in entries if entry.cron is not None]
        late = grace(self.clinic, [zone], self.now, least=HOUR - MINUTE)
        return unserved(workflow.cron, self.clinic, found, self.now, late) is None

    @cached_property
    def _grace(self) -> timedelta:
        return grace(self.clinic, {entry.zone for entry in self.reading.entries}, self.now)

    def _missing(self, workflow: "Workflow[Any]") -> Drift:
        return Drift(
            kind=Kind.MISSING,
            place=self.reading.name,
            workflow=workflow.command,
            message=f"Nothing in {self.reading.name} starts {workflow.command}.",
            remedy=f"Add what `{self.reading.printer}` prints.",
        )

    def _wrong(
        self, workflow: "Workflow[Any]", entries: "Sequence[Entry]", missed: datetime
    ) -> Drift:
        """Why the entries do not start it when it is due: another zone's hours, or other hours."""
        entry = nearest((entry for entry in entries if entry.command != DUE), missed)
        zones = {zone.key: zone for zone in (self.clinic, self.host, ZoneInfo("UTC"))}
        for key, zone in zones.items():
            others = any(entry.zone.key != key for entry in entries)
            if others and self._meant_for(workflow, entries, zone):
                return self._drift(
                    Kind.WRONG_ZONE,
                    entry,
                    workflow,
                    f"The hours of {workflow.command} are those of {key}, but "
                    f"{self.reading.name} reads them in {entry.zone.key}.",
                )
        return self._drift(Kind.DIFFERENT, entry, workflow, self._difference(entry, missed))

    def _difference(self, entry: Entry, missed: datetime) -> str:
        due = f"{missed.astimezone(self.clinic):%Y-%m-%d %H:%M} ({self.clinic.key})"
        return f"{entry.command} is due {due}, but {distance(entry, missed)}."

    def _drift(self, kind: Kind, entry: Entry, workflow: "Workflow[Any]", message: str) -> Drift:
        return Drift(
            kind=kind,
            place=entry.place,
            workflow=workflow.command,
            message=message,
            remedy=f"Replace it by what `{self.reading.printer}` prints.",
        )

    def _doubled(self, workflow: "Workflow[Any]", entries: "Sequence[Entry]") -> "Iterator[Drift]":
        """The entries that start a workflow when an earlier entry does so as well."""
        seen: dict[tuple[datetime, ...], Entry] = {}
        for entry in entries if len(entries) > 1 else ():
            if entry.cron is None or entry.command == DUE:
                continue
            starts = tuple(some_starts(entry, self.now))
            first = seen.setdefault(starts, entry)
            if first is not entry:
                yield Drift(
                    kind=Kind.DOUBLED,
                    place=entry.place,
                    workflow=workflow.command,
                    message=f"{workflow.command} is started at the same times by {first.place}.",
                    remedy="Take one of them out; until then one finds the other at work.",
                )

    def _seldom(self) -> "Iterator[Drift]":
        """`fisioflow due`, where it is all that starts some workflow and comes too seldom for it."""
        late: dict[str, list[str]] = defaultdict(list)
        for workflow in self.workflows:
            whole = self._whole(workflow)
            only_due = all(entry.command == DUE for entry in whole)
            if whole and only_due and self._missed(workflow, whole) is not None:
                late[whole[0].place].append(workflow.command)
        for place, commands in late.items():
            yield Drift(
                kind=Kind.DIFFERENT,
                place=place,
                message=f"due comes too seldom: more than an hour late for {', '.join(commands)}.",
                remedy="Start `fisioflow due` every 10 minutes; where nothing is due it does nothing.",
            )

    def _unknown(self, commands: "Collection[str]") -> "Iterator[Drift]":
        for entry in self.reading.entries:
            if commands and entry.command not in commands:
                yield Drift(
                    kind=Kind.UNKNOWN_COMMAND,
                    place=entry.place,
                    message=f"fisioflow has no command {entry.command}.",
                    remedy="Correct its name: `fisioflow --help` lists the commands.",
                )

    def _dispatch(self) -> "Iterator[Drift]":
        entries = [entry for entry in self.reading.entries if entry.command == DISPATCH]
        if not entries:
            message = f"Nothing in {self.reading.name} starts dispatch: events would wait."
        elif all(longest_gap(entry, self.now) > HOUR for entry in entries):
            message = (
                f"{self.reading.name} starts dispatch less than once an hour: events would wait."
            )
        else:
            return
        yield Drift(
            kind=Kind.NO_DISPATCH,
            place=self.reading.name,
            message=message,
            remedy="If the application sends events, start `fisioflow dispatch` every minute.",
        )
