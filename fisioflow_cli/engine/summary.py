"""What a dispatch came to: events and messages counted, and the exit code they amount to."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fisioflow_cli.engine.report import URGENCY, of_doubts
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.ledger.tables import EventStatus

if TYPE_CHECKING:
    from fisioflow_cli.ledger.events import EventRow

MESSAGES = ("sent", "failed", "in_doubt", "pending")


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How one attempt at an event ended."""

    event: "EventRow"
    """As the ledger has it now: completed, waiting or dead."""
    result: Mapping[str, Any] = field(default_factory=dict)
    """What the workflow's `summarise` told."""


@dataclass(kw_only=True)
class Summary:
    """What a dispatch came to."""

    events: Counter[str] = field(default_factory=Counter)
    """Attempts by the status they ended with."""
    messages: Counter[str] = field(default_factory=Counter)
    """Messages by outcome: sent, failed, in_doubt, pending, skipped."""
    exit_code: ExitCode = ExitCode.DONE
    note: str | None = None
    """For a person: why it ended early, or what to type next."""


@dataclass(kw_only=True)
class Account:
    """Adds up the attempts of one dispatch."""

    summary: Summary = field(default_factory=Summary)
    _notes: dict[ExitCode, str | None] = field(default_factory=dict)
    _unfinished: dict[str, Counter[str]] = field(default_factory=dict)
    """The messages of the events that wait: a later attempt counts them anew."""

    def add(self, done: Finished) -> None:
        """Count an attempt; an event's messages count as they stand after its last one."""
        status, messages = done.event.status, messages_of(done.result)
        self.summary.events[status] += 1
        self.summary.messages.subtract(self._unfinished.pop(done.event.id, Counter()))
        self.summary.messages.update(messages)
        if status is EventStatus.WAITING:
            self._unfinished[done.event.id] = messages
        if status is EventStatus.DEAD:
            self.remark(ExitCode.PARTIAL, "See `fisioflow events list --status dead`.")

    def remark(self, code: ExitCode, note: str | None) -> None:
        """Remember something that the shell shall know; of each code the first note is kept."""
        if code is not ExitCode.DONE:
            self._notes.setdefault(code, note)

    def close(self) -> Summary:
        """The summary with its exit code: a signal's, else the most urgent."""
        for code in (ExitCode.INTERRUPTED, ExitCode.TERMINATED, *URGENCY):
            if code in self._notes:
                self.summary.exit_code, self.summary.note = code, self._notes[code]
                break
        if doubts := self.summary.messages["in_doubt"]:
            self.summary.note = " ".join(filter(None, (self.summary.note, of_doubts(doubts))))
        return self.summary


def messages_of(result: Mapping[str, Any]) -> Counter[str]:
    """A result's messages by outcome; empty if it counts none."""
    found = {key: result[key] for key in MESSAGES if isinstance(result.get(key), int)}
    skipped = result.get("skipped")
    if isinstance(skipped, Mapping):
        found["skipped"] = sum(skipped.values())
    return Counter(found)
