"""Showing a dispatch: a line per finished event for programs, figures for people."""

import json
import threading
from collections import Counter
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

import typer

from fisioflow_cli import console
from fisioflow_cli.console import plain
from fisioflow_cli.context.dispatching import Audience, Outcome
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.ledger.events import Verdict
from fisioflow_cli.ledger.tables import EventStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fisioflow_cli.engine.summary import Finished
    from fisioflow_cli.ledger.events import EventRow, Offered

MOST_DEAD = 100
ORDER = ("sent", "failed", "in_doubt", "pending", "skipped")


class Display:
    """What a dispatch tells while it works; safe to be told from several threads."""

    def __init__(self, *, as_json: bool, live: bool) -> None:
        self._as_json, self._live = as_json, live
        self._lock = threading.Lock()
        self._seen: Counter[str] = Counter()
        self.dead: list[EventRow] = []
        """The first of the events that need a person."""
        self._open = ExitStack()
        self._show: Callable[[str], None] | None = None

    def __enter__(self) -> "Display":
        if self._live:
            self._show = self._open.enter_context(_progress())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def audience(self) -> Audience:
        """The callbacks that `dispatch` takes."""
        return Audience(finished=self._finished, offered=self._offered, noted=self._noted)

    def summarise(self, outcome: Outcome) -> None:
        """The figures on stderr; silent if all is well and nobody looks."""
        code, summary = outcome.exit_code, outcome.summary
        if self._as_json or self._live or code is not ExitCode.DONE:
            for line in _figures(outcome):
                console.err().print(plain(line))
        if summary.note:
            console.err().print(f"fisioflow: {plain(summary.note)}")

    def _finished(self, done: "Finished") -> None:
        if done.event.status is EventStatus.DEAD and len(self.dead) < MOST_DEAD:
            self.dead.append(done.event)
        self._tell(done.event, str(done.event.status))

    def _offered(self, offered: "list[Offered]") -> None:
        with self._lock:
            self._seen.update(str(one.verdict) for one in offered)
        for one in offered:
            if one.verdict is Verdict.DUPLICATE:
                self._tell(one.event, "duplicate", duplicate=True)
            elif one.verdict is Verdict.IGNORED:
                self._tell(one.event, "ignored")
        self._refresh()

    def _noted(self, note: str) -> None:
        console.err().print(f"fisioflow: {plain(note)}")

    def _tell(self, event: "EventRow", counted: str, **more: Any) -> None:
        with self._lock:
            self._seen[counted] += counted not in set(Verdict)
            if self._as_json:
                typer.echo(json.dumps(_document(event) | more))
        self._refresh()

    def _refresh(self) -> None:
        if self._show is not None:
            self._show(", ".join(f"{count} {name}" for name, count in self._seen.items() if count))


def _document(event: "EventRow") -> dict[str, Any]:
    document = {
        "event_id": event.id,
        "name": event.name,
        "status": event.status,
        "run_id": event.run_id,
        "error": event.error,
    }
    return document if event.ack is None else document | {"ack": event.ack}


def _figures(outcome: Outcome) -> "list[str]":
    counts, summary = outcome.counts, outcome.summary
    lines = []
    if counts.lines:
        read = ("accepted", "ignored", "duplicate", "rejected")
        lines.append(f"lines {counts.lines}: " + _told({k: getattr(counts, k) for k in read}))
    lines.append(f"events: {_told(summary.events)}")
    if summary.messages.total():
        lines.append(f"messages: {_told({k: summary.messages[k] for k in ORDER})}")
    if counts.rejected:
        lines.append(f"rejected lines: {outcome.rejects}")
    return lines


def _told(figures: "dict[str, int] | Counter[str]") -> str:
    return ", ".join(f"{name} {count}" for name, count in figures.items() if count) or "none"


@contextmanager
def _progress() -> "Iterator[Callable[[str], None]]":
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console.err(), transient=True) as shown:
        task = shown.add_task("waiting for events", total=None)
        yield lambda text: shown.update(task, description=text)
