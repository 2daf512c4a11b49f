"""Dispatching: what the source brings is accepted, and what is due is worked on."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from fisioflow_cli import log
from fisioflow_cli.context.feeding import Feeding
from fisioflow_cli.context.monitor import open_monitor
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.dispatcher import Dispatcher, Limits
from fisioflow_cli.engine.signals import heeded
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.intake.feed import Counts, Feeder
from fisioflow_cli.intake.rejects import Rejects
from fisioflow_cli.intake.source import open_source
from fisioflow_cli.ledger.writer import GroupWriter
from fisioflow_cli.workflows.registry import EVENT_WORKFLOWS

if TYPE_CHECKING:
    from fisioflow_cli.context.context import Context
    from fisioflow_cli.engine.summary import Finished, Summary
    from fisioflow_cli.ledger.events import Offered
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.settings import Settings

REJECTS_FILE = "rejects.jsonl"
PATIENCE = 10.0
"""Seconds; an event that a provider keeps waiting for longer makes room for others."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the command line asks for."""

    source: str | None = None
    """`-` for stdin, a queue file, or None: only what is in the inbox."""
    follow: bool = False
    limits: Limits = field(default_factory=Limits)
    timeout: timedelta | None = None
    id_from: str | None = None
    rejects: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Who is told what, from any thread, while it happens."""

    finished: "Callable[[Finished], None]"
    offered: "Callable[[list[Offered]], None]"
    noted: Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a dispatch came to."""

    counts: Counts
    summary: "Summary"
    rejects: Path

    @property
    def exit_code(self) -> ExitCode:
        """A signal's code, else the most urgent of what happened; see docs/cli.md."""
        code = self.summary.exit_code
        if code is ExitCode.DONE and self.counts.rejected:
            return ExitCode.BAD_INPUT
        return code

    @property
    def text(self) -> str:
        """What happened, in figures."""
        counted = {"rejected": self.counts.rejected, **self.summary.events, **self.summary.messages}
        figures = ", ".join(f"{name} {number}" for name, number in counted.items() if number)
        return f"dispatch: {figures or 'nothing was due'}"


def dispatch(context: "Context", wishes: Wishes, audience: Audience) -> Outcome:
    """Accept what the source brings, work on what is due; every precondition is checked before."""
    control = Control(clock=context.clock)
    if wishes.timeout is not None:
        control.limit(wishes.timeout)
    rejects = wishes.rejects or rejects_file(context.settings)
    with (
        open_monitor(
            context.settings, context.noted, telling=not wishes.follow, shared=False
        ) as monitor,
        monitor.watching("dispatch") as watch,
        context.databases() as databases,
        context.channels(()) as channels,
    ):
        ledger_id = context.require_ledger(databases)
        with open_source(wishes.source) as source, GroupWriter(databases.ledger) as writer:
            ledger = replace(databases.ledger, writer=writer)
            feeder = _feeder(ledger, rejects, wishes, audience)
            feeding = Feeding(feeder=feeder, source=source, follow=wishes.follow, control=control)
            dispatcher = Dispatcher(
                ledger=ledger,
                workflows=EVENT_WORKFLOWS,
                services=context.services(databases, channels, ledger_id, patience=PATIENCE),
                control=control,
                limits=wishes.limits,
                lease_seconds=context.settings.lease_seconds,
                zone=context.zone,
                finished=audience.finished,
            )
            log.tell("dispatch.started", concurrency=wishes.limits.concurrency)
            with heeded(control), feeding:
                summary = dispatcher.work(feeding.going_on)
            outcome = Outcome(counts=feeder.counts, summary=summary, rejects=rejects)
            _tell(outcome)
            watch.came_to(outcome.exit_code, outcome.text)
            return outcome


def _feeder(ledger: "Ledger", rejects: Path, wishes: Wishes, audience: Audience) -> Feeder:
    return Feeder(
        ledger=ledger,
        rejects=Rejects(rejects),
        id_from=wishes.id_from,
        noted=audience.noted,
        offered=audience.offered,
    )


def _tell(outcome: Outcome) -> None:
    counts, summary = outcome.counts, outcome.summary
    log.tell(
        "dispatch.ended",
        exit_code=int(outcome.exit_code),
        lines=counts.lines,
        accepted=counts.accepted,
        duplicate=counts.duplicate,
        ignored=counts.ignored,
        rejected=counts.rejected,
        events={str(status): count for status, count in summary.events.items()},
        messages=dict(summary.messages),
        note=summary.note,
    )


def rejects_file(settings: "Settings") -> Path:
    """Where lines go that cannot be accepted, unless --rejects names another file."""
    if settings.rejects:
        return Path(settings.rejects).expanduser()
    return settings.home.expanduser() / REJECTS_FILE
