"""What the GitHub workflows of a checkout start on a schedule."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fisioflow_cli.clock import zone_named
from fisioflow_cli.schedule.entry import DUE, Drift, Entry, Kind, Reading
from fisioflow_cli.schedule.github_jobs import Start, starts
from fisioflow_cli.schedule.instants import readable
from fisioflow_cli.schedule.invocations import mentioned
from fisioflow_cli.schedule.yaml import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

UTC = ZoneInfo("UTC")
WHICH = re.compile(r"github\.event\.schedule\s*==\s*'([^'\n]{1,200})'(?:\s*&&\s*'([a-z-]+)')?")
OTHER_EVENT = re.compile(r"github\.event_name\s*==\s*'(?!schedule')")


@dataclass(frozen=True, kw_only=True)
class Timer:
    """One item of `on: schedule:`."""

    place: str
    cron: str
    zone: ZoneInfo


@dataclass(frozen=True, kw_only=True)
class GitHubWorkflow:
    """The text of one file of .github/workflows."""

    name: str
    text: str
    known: frozenset[str]

    def found(self) -> "Iterator[Entry | Drift]":
        """The starts it schedules, and what is wrong with it whatever the registry says."""
        if not mentioned(self.text):
            return
        document = parsed(self.text)
        if not isinstance(document, dict) or not isinstance(document.get("jobs"), dict):
            yield _unreadable(self.name, "This is no GitHub workflow: its YAML cannot be read.")
            return
        events = document.get("on")
        timers = []
        for one in self._timers(events):
            if isinstance(one, Timer):
                timers.append(one)
            else:
                yield one
        run = list(starts(document["jobs"], self.known))
        for timer in timers:
            yield from _entries(timer, run)
        if timers and run and "workflow_dispatch" not in (events or ()):
            yield Drift(
                kind=Kind.BY_HAND,
                place=self.name,
                message="It cannot be started by hand when GitHub leaves a start out.",
                remedy="Add workflow_dispatch beside schedule.",
            )

    def _timers(self, events: Any) -> "Iterator[Timer | Drift]":
        items = events.get("schedule") if isinstance(events, dict) else None
        for item in items if isinstance(items, list) else ():
            cron = item.get("cron") if isinstance(item, dict) else None
            if not isinstance(cron, str) or not readable(cron):
                yield _unreadable(self.name, "GitHub cannot read when one of its schedules is due.")
                continue
            name = item.get("timezone", "UTC")
            zone = zone_named(name) if isinstance(name, str) else None
            place = f"{self.name}, cron {cron}"
            if zone is None:
                yield _unreadable(place, "Its timezone is no IANA time zone.")
            else:
                yield Timer(place=place, cron=cron, zone=zone)


def read_github(files: "Mapping[str, str]", known: frozenset[str]) -> Reading:
    """The scheduled starts of all files; `files` are texts by the names of their files."""
    found = [
        one
        for name, text in sorted(files.items())
        for one in GitHubWorkflow(name=name, text=text, known=known).found()
    ]
    return Reading(
        name="GitHub",
        printer="fisioflow schedule github",
        entries=tuple(one for one in found if isinstance(one, Entry)),
        drifts=tuple(one for one in found if isinstance(one, Drift)),
    )


def _entries(timer: Timer, run: "Iterable[Start]") -> "Iterator[Entry | Drift]":
    own = dict.fromkeys(start.said for start in run if not start.only or timer.cron in start.only)
    for said in own:
        yield Entry(
            place=timer.place,
            command=said.command or "",
            options=said.options,
            words=said.words,
            cron=timer.cron,
            zone=timer.zone,
        )
    if own and timer.cron.split()[0] in {"0", "00"}:
        yield Drift(
            kind=Kind.MINUTE_ZERO,
            place=timer.place,
            workflow=next((said.command for said in own if said.command != DUE), None),
            message="At minute 0 GitHub is at its busiest: it starts late and may drop the start.",
            remedy="Choose an odd minute, as `fisioflow schedule github` does.",
        )


def _unreadable(place: str, message: str) -> Drift:
    return Drift(
        kind=Kind.UNREADABLE,
        place=place,
        message=message,
        remedy="Correct it, or print it anew with `fisioflow schedule github`.",
    )
