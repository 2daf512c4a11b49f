"""Another attempt at a scheduled run, in a process of its own: it may take longer than a request."""

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from fisioflow_cli.context.run_care import workflow_of
from fisioflow_cli.engine import by_hand, owner
from fisioflow_cli.engine.start import timetable
from fisioflow_cli.errors import UsageError

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.ledger.runs import RunRow


def begin(facts: "Facts", run: "RunRow") -> None:
    """Start `fisioflow runs retry` on it; UsageError at once if there is nothing to try, or it is too late.

    How that ended is told to `facts.say`; the ledger has the rest.
    """
    if run.leased and not owner.gone(run.owner):
        raise UsageError(f"Run {run.id} is being worked on.")
    table = timetable(workflow_of(run), facts.ledger.clock, facts.zone)
    by_hand.check_retry(facts.ledger, run, table, allow_late=False)
    process = subprocess.Popen(  # noqa: S603  # our own program, and an id out of the ledger
        [sys.executable, "-m", "fisioflow_cli", "runs", "retry", run.id],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def wait() -> None:
        facts.say(f"retry of run {run.id} ended with exit code {process.wait()}")

    threading.Thread(target=wait, name="retrial", daemon=True).start()
