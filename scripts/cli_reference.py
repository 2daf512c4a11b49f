"""docs/cli.md: the help of every command, the exit codes and the document that --json prints."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import typer
from typer.testing import CliRunner

from fisioflow_cli.cli import app
from fisioflow_cli.delivery.decision import Reason
from fisioflow_cli.engine.report import ALREADY_RUNNING, PLANNED, Report
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.ledger.tables import RunStatus

WIDTH = 98  # what a terminal of 100 columns shows
SHOWN = (*(status for status in RunStatus if status != RunStatus.RUNNING), ALREADY_RUNNING, PLANNED)

MEANINGS = {
    ExitCode.DONE: "done, nothing to do, or somebody else is doing it",
    ExitCode.FAILED: "failed: the reason is on stderr; or `status`, `schedule check` or `data-integrity "
    "--fail-on-issues` found something: what, is on stdout",
    ExitCode.USAGE: "the command line asks for something impossible",
    ExitCode.PARTIAL: "partial: some items failed for good, are in doubt (`fisioflow deliveries "
    "in-doubt`) or need a decision, or a person cancelled it",
    ExitCode.BAD_INPUT: "bad input: some lines were rejected, or what `migrate` was given is no vercel.json",
    ExitCode.TRY_LATER: "try again later: timed out, quota used up, or something is pending",
    ExitCode.CONFIGURATION: "settings, profile or database do not fit; see `fisioflow doctor`",
    ExitCode.INTERRUPTED: "stopped by SIGINT after the step in hand",
    ExitCode.TERMINATED: "stopped by SIGTERM after the step in hand",
}

DOCUMENT = {
    "run_id": "the run, as `fisioflow runs show` takes it; null in a dry run",
    "workflow": "the workflow's stable id",
    "slot": "the business period it was for",
    "environment": "`production`, `preview:<branch>` or `development`",
    "status": ", ".join(f"`{status}`" for status in SHOWN),
    "reused": "true if the slot was finished before and this is that result",
    "attempt": "how many processes have worked on the run",
    "started_at": "ISO 8601, UTC",
    "finished_at": "ISO 8601, UTC; null while it is not over",
    "result": "ids and figures of the workflow, never people",
    "caught_up": "the slots done on the way, each in the same form; absent if there were none",
}

RESULT = {
    "candidates": "sent + failed + in_doubt + pending + all skipped",
    "sent": "accepted by the provider",
    "failed": "refused for good, or not readable as a message",
    "in_doubt": "may or may not have been sent; nobody sends them again by themselves",
    "pending": "left for a later start",
    "skipped": "number by reason: " + ", ".join(f"`{reason}`" for reason in Reason),
    "by_channel": "what was sent, by channel",
    "plan": "dry run only: each message with `key`, `action`, `channel`, `recipient`, `reason`",
}


def example() -> Report:
    """The report of a morning that had a missed slot to do."""
    figures = {"candidates": 4, "sent": 2, "failed": 0, "in_doubt": 0, "pending": 0}
    own = Report(
        run_id="0b7e5f0a-6c1d-4a53-9b0e-3f2a8c9d1e47",
        workflow="fisioflow-birthday-messages",
        slot="2026-03-02",
        environment="production",
        status=RunStatus.COMPLETED,
        attempt=1,
        started_at=datetime(2026, 3, 2, 12, 0, 3, tzinfo=UTC),
        finished_at=datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC),
        result=figures
        | {"skipped": {"minor": 1, "opted_out": 1}, "by_channel": {"email": 1, "whatsapp": 1}},
    )
    nothing = {**dict.fromkeys(figures, 0), "skipped": {}, "by_channel": {}}
    missed = Report(
        run_id="5d2c9c1e-7e0f-4f0c-8a55-64c1b7a0e9d2",
        workflow=own.workflow,
        slot="2026-03-01",
        environment=own.environment,
        status=RunStatus.COMPLETED,
        attempt=1,
        started_at=datetime(2026, 3, 2, 12, 0, 2, tzinfo=UTC),
        finished_at=datetime(2026, 3, 2, 12, 0, 3, tzinfo=UTC),
        result=nothing,
    )
    return own.after([missed])


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command, groups included: `("runs", "show")`; the program itself first."""
    found: Any = command or typer.main.get_command(app)
    yield path
    if hasattr(found, "list_commands"):
        context = found.make_context("fisioflow", [], resilient_parsing=True)
        for name in found.list_commands(context):
            yield from commands(found.get_command(context, name), (*path, name))


def output(*arguments: str) -> str:
    """What `fisioflow` prints, at a fixed width and without anybody's settings."""
    nobody = {name: None for name in os.environ if name.startswith("FISIOFLOW_")}
    environ = {**nobody, "NO_COLOR": "1", "FISIOFLOW_ENV": "preview:docs"}
    done = CliRunner().invoke(
        app, arguments, prog_name="fisioflow", env=environ, terminal_width=WIDTH
    )
    if done.exit_code:
        raise SystemExit(f"fisioflow {' '.join(arguments)} ended with {done.exit_code}")
    return done.stdout


def cli(generated: str) -> str:
    """The whole page; `generated` says where it comes from."""
    parts = [f"# Command line\n\n{generated}\n\n## Commands"]
    for words in commands():
        title = " ".join(("fisioflow", *words))
        parts.append(f"### {title}\n\n```\n{output(*words, '--help').rstrip()}\n```")
    parts.append("## Exit codes\n\n| code | meaning |\n|---|---|")
    parts[-1] += "".join(f"\n| {code.value} | {MEANINGS[code]} |" for code in ExitCode)
    parts.append(
        "A slot that was finished before gives the code of its own run; of several slots, the first of "
        "78, 1, 75, 3, 65 counts."
    )
    document = json.dumps(example().document(), indent=2)
    parts.append(f"## `--json` of a workflow\n\n```json\n{document}\n```")
    parts.append(_table("key", DOCUMENT))
    parts.append("The result of a workflow that writes to people:")
    parts.append(_table("key", RESULT))
    return "\n\n".join(parts) + "\n"


def _table(title: str, rows: dict[str, str]) -> str:
    lines = (f"| `{name}` | {meaning} |" for name, meaning in rows.items())
    return "\n".join((f"| {title} | meaning |", "|---|---|", *lines))
