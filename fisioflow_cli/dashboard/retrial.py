"""Another attempt at a scheduled run, in a process of its own: it may take longer than a request."""

import subprocess
import sys
import threading
from collections import deque
from typing import TYPE_CHECKING

from fisioflow_cli.console import plain
from fisioflow_cli.context.run_care import workflow_of
from fisioflow_cli.engine import by_hand, owner
from fisioflow_cli.engine.start import timetable
from fisioflow_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.ledger.runs import RunRow

OURS = "fisioflow: "
"""What a command's sentences begin with on stderr."""
MOST_LINES = 5
LONGEST_LINE = 400


def begin(facts: "Facts", run: "RunRow") -> None:
    """Start `fisioflow runs retry` on it; UsageError at once if there is nothing to try, or it is too late.

    How that ended is told to `facts.trials` and `facts.say`; the ledger has the rest.
    """
    if run.leased and not owner.gone(run.owner):
        raise UsageError(f"Run {run.id} is being worked on.")
    table = timetable(workflow_of(run), facts.ledger.clock, facts.zone)
    by_hand.check_retry(facts.ledger, run, table, allow_late=False)
    if not facts.trials.begin(run.id, facts.now()):
        raise UsageError(f"Another attempt at run {run.id} is at work already.")
    try:
        process = subprocess.Popen(  # noqa: S603  # our own program, and an id out of the ledger
            [
                sys.executable,
                "-m",
                "fisioflow_cli",
                "--log-format",
                "auto",
                "runs",
                "retry",
                run.id,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        _end(facts, run, ExitCode.FAILED, f"Its process could not be started ({error.strerror}).")
        return

    def wait() -> None:
        with process:
            told = "\n".join(sentences(process.stderr or ()))
        _end(facts, run, process.returncode, told)

    threading.Thread(target=wait, name="retrial", daemon=True).start()


def sentences(lines: "Iterable[str]") -> list[str]:
    """The last of a command's own sentences, of all that it wrote to stderr."""
    kept = deque((line for line in lines if line.startswith(OURS)), maxlen=MOST_LINES)
    return [plain(line.removeprefix(OURS).strip())[:LONGEST_LINE] for line in kept]


def _end(facts: "Facts", run: "RunRow", code: int, told: str) -> None:
    facts.trials.end(run.id, code, told)
    because = f": {told}" if told and code else ""
    facts.say(f"retry of run {run.id} ended with exit code {code}{because}")
