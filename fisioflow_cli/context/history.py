"""The history: what the ledger remembers, for the commands that show it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli import settings
from fisioflow_cli.clock import Clock
from fisioflow_cli.context.databases import open_databases
from fisioflow_cli.errors import LedgerMissing, UnknownRun, UsageError
from fisioflow_cli.ledger import deliveries, runs, steps
from fisioflow_cli.ledger.tables import RunStatus
from fisioflow_cli.workflows.registry import EVENT_WORKFLOWS, WORKFLOWS

if TYPE_CHECKING:
    from fisioflow_cli.ledger.deliveries import Tally
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.runs import RunRow
    from fisioflow_cli.ledger.steps import StepRow


@dataclass(frozen=True, kw_only=True)
class Detail:
    """One run with all that belongs to it."""

    run: "RunRow"
    steps: "list[StepRow]"
    deliveries: "list[Tally]"


@dataclass(frozen=True, kw_only=True)
class History:
    """Questions to one ledger."""

    ledger: "Ledger"

    def newest(self, *, workflow: str | None, status: str | None, most: int) -> "list[RunRow]":
        """The newest runs; UsageError for a workflow or a status that does not exist."""
        if status is not None and status not in list(RunStatus):
            raise UsageError(f"There is no status {status}; write one of {', '.join(RunStatus)}.")
        return runs.newest(self.ledger, most=most, workflow=_workflow_id(workflow), status=status)

    def detail(self, prefix: str) -> Detail:
        """The run whose id begins with `prefix`; UnknownRun if none or more than one does."""
        wanted = prefix.strip().lower()
        found = runs.matching(self.ledger, wanted) if wanted and wanted.isascii() else []
        if len(found) != 1:
            said = "More than one run" if found else "No run"
            raise UnknownRun(
                f"{said} has an id beginning with {prefix!r}; `fisioflow runs list` shows them."
            )
        run = found[0]
        return Detail(
            run=run,
            steps=steps.of_run(self.ledger, run.id),
            deliveries=deliveries.tally(self.ledger, run.id),
        )


@contextmanager
def open_history() -> Iterator[History]:
    """The history of this process's settings; LedgerMissing where nothing has ever run."""
    databases = open_databases(settings.from_process(), Clock())
    try:
        if not databases.inspect():
            raise LedgerMissing
        yield History(ledger=databases.ledger)
    finally:
        databases.close()


def _workflow_id(name: str | None) -> str | None:
    if name is None:
        return None
    of_events = {workflow.id: workflow.id for workflow in EVENT_WORKFLOWS}
    found = next((w.id for w in WORKFLOWS if name in {w.id, w.command}), of_events.get(name))
    if found is None:
        raise UsageError(
            f"There is no workflow {name}; write one of {', '.join(w.command for w in WORKFLOWS)}."
        )
    return found
