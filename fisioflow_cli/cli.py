"""The command line: a list of commands, each imported only when it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from fisioflow_cli import __version__
from fisioflow_cli.actions import runner
from fisioflow_cli.commands.options import PLAIN, LogFormat, LogFormatOption


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One command: where it lives and the line that the overview shows for it."""

    name: str
    module: str
    summary: str


COMMANDS = (
    Entry(
        name="demo",
        module="demo",
        summary="Build a demo clinic and run the six workflows on it, twice.",
    ),
    Entry(
        name="cleanup",
        module="cleanup",
        summary="Delete what has served its time; keep every health record.",
    ),
    Entry(
        name="daily-reports",
        module="daily_reports",
        summary="E-mail yesterday's figures to the staff who receive reports.",
    ),
    Entry(name="birthdays", module="birthdays", summary="Greet the patients whose birthday it is."),
    Entry(
        name="weekly-summary",
        module="weekly_summary",
        summary="E-mail last week's figures to the staff who receive reports.",
    ),
    Entry(
        name="expiring-vouchers",
        module="expiring_vouchers",
        summary="Remind patients of vouchers that expire within a week.",
    ),
    Entry(
        name="data-integrity",
        module="data_integrity",
        summary="Look for records that contradict each other; change nothing.",
    ),
    Entry(
        name="appointment-reminders",
        module="appointment_reminders",
        summary="Remind patients of tomorrow's appointments.",
    ),
    Entry(
        name="due",
        module="due",
        summary="Do whatever is due, missed or unfinished, of every workflow.",
    ),
    Entry(
        name="backfill",
        module="backfill",
        summary="Do the slots of a stretch of time that are not done, oldest first.",
    ),
    Entry(
        name="status",
        module="status",
        summary="Show how the schedule stands: done, due, late, missed; exit 1 if something is.",
    ),
    Entry(
        name="dispatch",
        module="dispatch",
        summary="Accept events from a queue file or stdin, then work on all that are due.",
    ),
    Entry(
        name="emit",
        module="emit",
        summary="Write one event to the inbox, a queue file or stdout, and print its id.",
    ),
    Entry(
        name="listen",
        module="listen",
        summary="Receive events over HTTP, as Inngest's event API does.",
    ),
    Entry(
        name="dev",
        module="dev",
        summary="Receive events, work on them and show what became of them: all of it, for local work.",
    ),
    Entry(
        name="events",
        module="events",
        summary="Show events; retry or discard those that are dead.",
    ),
    Entry(
        name="runs",
        module="runs",
        summary="Show what ran, what did not and why; watch, retry or cancel it.",
    ),
    Entry(
        name="deliveries",
        module="deliveries",
        summary="Show what became of every message; resolve those in doubt.",
    ),
    Entry(
        name="why",
        module="why",
        summary="Say why somebody was written to, or not: run, rule, consent, time, template, provider id.",
    ),
    Entry(
        name="dashboard",
        module="dashboard",
        summary="Show the ledger as pages for a browser, live.",
    ),
    Entry(
        name="doctor",
        module="doctor",
        summary="Check settings, profile, database and ledger; name the remedies.",
    ),
    Entry(
        name="migrate",
        module="migrate",
        summary="Say which of our commands replace the crons and schedules of a vercel.json, and when.",
    ),
    Entry(
        name="preview",
        module="preview",
        summary="Start every scheduled workflow as a preview; say what would have been sent.",
    ),
    Entry(
        name="env",
        module="env",
        summary="Show the ledger's environments; prune the previews of closed branches.",
    ),
    Entry(name="db", module="db", summary="Create, upgrade, inspect or restamp the ledger."),
    Entry(
        name="schedule",
        module="schedule",
        summary="Show the schedule, print it for crontab, GitHub or systemd, and check what is installed.",
    ),
)


class LazyGroup(TyperGroup):
    """A group whose overview is read off COMMANDS, so that --help imports no command."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of COMMANDS."""
        del ctx
        return [entry.name for entry in COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name, imported now; None if there is none."""
        del ctx
        entry = next((entry for entry in COMMANDS if entry.name == cmd_name), None)
        return load(entry) if entry else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The overview, without importing what it lists."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.summary) for entry in COMMANDS])


def load(entry: Entry) -> Any:
    """The command an entry stands for: its module's `command` function or `app` group."""
    module = import_module(f"fisioflow_cli.commands.{entry.module}")
    group: typer.Typer | None = getattr(module, "app", None)
    return typer.main.get_command(
        group if group is not None else _single(entry.name, module.command)
    )


def _single(name: str, function: Callable[..., None]) -> typer.Typer:
    app = typer.Typer(**PLAIN)
    app.command(name)(function)
    return app


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, **PLAIN)


def _version(value: bool) -> None:  # typer's callback
    if value:
        typer.echo(f"fisioflow {__version__}")
        raise typer.Exit


@app.callback()
def fisioflow(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
    log_format: LogFormatOption = LogFormat.AUTO,
) -> None:
    """The background work of physiotherapy clinics: every command may be started twice.

    Example: fisioflow birthdays --dry-run
    """
    del version
    if runner.find() is not None:
        from fisioflow_cli.actions.masks import mask_secrets  # noqa: PLC0415  # nobody else pays

        mask_secrets()
    if log_format is not LogFormat.AUTO:
        from fisioflow_cli.log.setup import set_up  # noqa: PLC0415  # nobody else pays for it

        set_up(log_format)
