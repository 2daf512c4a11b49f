"""Showing local work: what is where, and a line for whatever happens."""

from datetime import datetime
from typing import TYPE_CHECKING

import typer

from fisioflow_cli.console import plain
from fisioflow_cli.context.dispatching import Audience
from fisioflow_cli.engine.summary import messages_of
from fisioflow_cli.ledger.events import Verdict
from fisioflow_cli.ledger.tables import EventStatus

if TYPE_CHECKING:
    from fisioflow_cli.context.dispatching import Outcome
    from fisioflow_cli.dev import Served
    from fisioflow_cli.engine.summary import Finished
    from fisioflow_cli.ledger.events import Offered

IDLE = {
    Verdict.DUPLICATE: "this id was there before, and runs once",
    Verdict.IGNORED: "nobody handles this name",
}


def say(line: str) -> None:
    """One line on stderr."""
    typer.echo(plain(line), err=True)


def ready(served: "Served") -> None:
    """What is where."""
    say(f"FisioFlow for local work: {served.environment}, {served.database}")
    say(f"  Events for {served.url}/e/<key> (in the application: INNGEST_DEV={served.url})")
    say(f"  {served.welcome}")
    say(
        f"  Outbox {served.outbox}" if served.outbox else "  Outbox: none, FISIOFLOW_OUTBOX says so"
    )
    say("  Ctrl-C ends it.")


def audience() -> Audience:
    """Those that are told: a line per event that is over, waits, or is not worked on at all."""
    return Audience(finished=_finished, offered=_offered, noted=say)


def ended(outcome: "Outcome") -> None:
    """Why it ended, unless somebody asked for it."""
    if outcome.summary.note:
        say(f"fisioflow: {outcome.summary.note}")


def _offered(offered: "list[Offered]") -> None:
    for each in offered:
        if each.verdict in IDLE:
            say(f"{each.event.name}  {each.event.id}  {each.verdict}: {IDLE[each.verdict]}")


def _finished(done: "Finished") -> None:
    event = done.event
    figures = ", ".join(
        f"{name} {count}" for name, count in messages_of(done.result).items() if count
    )
    said = [event.name, event.id, f"{event.status}{': ' if figures else ''}{figures}"]
    if event.status is EventStatus.WAITING:
        said.append(f"until {_local(event.due_at)}")
    if event.error:
        said.append(f"({event.error})")
    say("  ".join(said))


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%H:%M:%S}"
