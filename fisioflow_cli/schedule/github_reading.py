"""What the GitHub workflows of a checkout start on a schedule."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fisioflow_cli.schedule.entry import DUE, Drift, Entry, Kind, Reading
from fisioflow_cli.schedule.instants import readable
from fisioflow_cli.schedule.invocations import Invocation, invocations, mentioned
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
        starts = list(_starts(document["jobs"], self.known))
        for timer in timers:
            yield from _entries(timer, starts)
        if timers and starts and "workflow_dispatch" not in (events or ()):
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
            zone = _zone(item.get("timezone", "UTC"))
            place = f"{self.name}, cron {cron}"
            if zone is None:
                yield _unreadable(place, "Its timezone is no IANA time zone.")
            else:
                yield Timer(place=place, cron=cron, zone=zone)


@dataclass(frozen=True, kw_only=True)
class Start:
    """A command that some job runs; on one of the schedules only, if `only` names it."""

    command: str
    options: frozenset[str]
    only: frozenset[str]


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


def _entries(timer: Timer, starts: "Iterable[Start]") -> "Iterator[Entry | Drift]":
    own = {
        (start.command, start.options): start
        for start in starts
        if not start.only or timer.cron in start.only
    }
    for start in own.values():
        yield Entry(
            place=timer.place,
            command=start.command,
            options=start.options,
            cron=timer.cron,
            zone=timer.zone,
        )
    if own and timer.cron.split()[0] in {"0", "00"}:
        yield Drift(
            kind=Kind.MINUTE_ZERO,
            place=timer.place,
            workflow=next((s.command for s in own.values() if s.command != DUE), None),
            message="At minute 0 GitHub is at its busiest: it starts late and may drop the start.",
            remedy="Choose an odd minute, as `fisioflow schedule github` does.",
        )


def _starts(jobs: "Mapping[str, Any]", known: frozenset[str]) -> "Iterator[Start]":
    """What the jobs run: as their steps say it, or as an expression chooses by the schedule."""
    for job in jobs.values():
        if not isinstance(job, dict) or _elsewhere(job):
            continue
        scripts = [
            (step, script)
            for step in _list(job.get("steps"))
            if isinstance(step, dict) and not _elsewhere(step)
            if isinstance(script := step.get("run"), str) and mentioned(script)
        ]
        for step, script in scripts:
            only = _only(job.get("if")) | _only(step.get("if"))
            for found in _invocations(script, known):
                if found.command is not None:
                    yield Start(command=found.command, options=found.options, only=only)
                else:
                    yield from _chosen(job, found, only, known)


def _chosen(
    job: "Mapping[str, Any]", found: Invocation, only: frozenset[str], known: frozenset[str]
) -> "Iterator[Start]":
    """What a job runs whose command is an expression, or one value after the other of a matrix."""
    for text in _texts(job):
        if text in known:
            yield Start(command=text, options=found.options, only=only)
        for cron, command in WHICH.findall(text):
            if command:
                yield Start(command=command, options=found.options, only=frozenset({cron}))


def _invocations(script: str, known: frozenset[str]) -> "Iterator[Invocation]":
    for line in script.replace("\\\n", " ").splitlines():
        yield from invocations(line, known)


def _only(condition: Any) -> frozenset[str]:
    """The schedules that an `if:` names."""
    text = condition if isinstance(condition, str) else ""
    return frozenset(cron for cron, _ in WHICH.findall(text))


def _elsewhere(part: "Mapping[str, Any]") -> bool:
    """Whether a job or a step is never for a schedule."""
    condition = str(part.get("if", "")).strip()
    return condition == "false" or OTHER_EVENT.search(condition) is not None


def _texts(part: Any) -> "Iterator[str]":
    """Every text inside, but those of `run:`, each node once however often it is named."""
    seen: set[int] = set()
    waiting = [part]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
        elif id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, dict):
                waiting += [value for key, value in node.items() if key != "run"]
            else:
                waiting += _list(node)


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []


def _zone(name: Any) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if isinstance(name, str) else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _unreadable(place: str, message: str) -> Drift:
    return Drift(
        kind=Kind.UNREADABLE,
        place=place,
        message=message,
        remedy="Correct it, or print it anew with `fisioflow schedule github`.",
    )
