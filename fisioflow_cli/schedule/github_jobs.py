"""What the jobs of a GitHub workflow run of ours, as far as their text tells."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fisioflow_cli.schedule.invocations import Invocation, invocations, mentioned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WHICH = re.compile(r"github\.event\.schedule\s*==\s*'([^'\n]{1,200})'(?:\s*&&\s*'([a-z-]+)')?")
OTHER_EVENT = re.compile(r"github\.event_name\s*==\s*'(?!schedule')")


@dataclass(frozen=True, kw_only=True)
class Start:
    """A command that some job runs; on the schedules that `only` names, if it names any."""

    said: Invocation
    only: frozenset[str]


def starts(jobs: "Mapping[str, Any]", known: frozenset[str]) -> "Iterator[Start]":
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
                    yield Start(said=found, only=only)
                else:
                    yield from _chosen(job, found, only, known)


def _chosen(
    job: "Mapping[str, Any]", found: Invocation, only: frozenset[str], known: frozenset[str]
) -> "Iterator[Start]":
    """What a job runs whose command is an expression, or one value after the other of a matrix."""
    for text in _texts(job):
        if text in known:
            yield Start(said=found._replace(command=text), only=only)
        for cron, command in WHICH.findall(text):
            if command:
                yield Start(said=found._replace(command=command), only=frozenset({cron}))


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
