"""One run: what it was for, what became of it, its steps one after the other, its messages."""

from typing import TYPE_CHECKING

from fisioflow_cli.dashboard.drawing import waterfall
from fisioflow_cli.dashboard.view import View
from fisioflow_cli.engine import owner
from fisioflow_cli.errors import ExitCode, NotThere
from fisioflow_cli.ledger import deliveries, pages, runs, steps
from fisioflow_cli.ledger.delivery_filter import DeliveryFilter
from fisioflow_cli.ledger.tables import DeliveryState, RunStatus

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.trials import Trial
    from fisioflow_cli.dashboard.view import Wishes
    from fisioflow_cli.ledger.runs import RunRow

MOST_TROUBLED = 20
TROUBLED = (DeliveryState.FAILED, DeliveryState.IN_DOUBT, DeliveryState.PENDING)


def look(facts: "Facts", wishes: "Wishes") -> View:
    """The run of this id; NotThere if this environment has none."""
    run = find(facts, wishes.text("id") or "")
    done = steps.of_run(facts.ledger, run.id, most=waterfall.MOST_STEPS)
    newer = runs.newer(facts.ledger, run)
    trial = _trial(facts, run)
    at_work = run.leased or (trial is not None and trial.code is None)
    return View(
        template="run.html.j2",
        title=f"Run {run.id[:8]}",
        shown={
            "run": run,
            "took": run.finished_at - run.started_at
            if run.finished_at and run.started_at
            else None,
            "newer": newer,
            "may_retry": not (run.status is RunStatus.COMPLETED or at_work or newer),
            "may_cancel": not run.settled and not run.cancelled_by_hand,
            "trial": trial,
            "worker": owner.describe(run.owner) if run.owner else None,
            "attempts": waterfall.draw(done),
            "left_out": steps.count(facts.ledger, run.id) - len(done),
            "tallies": sorted(
                deliveries.tally(facts.ledger, run.id), key=lambda tally: -tally.count
            ),
            "troubled": _troubled(facts, run),
        },
    )


def find(facts: "Facts", run_id: str) -> "RunRow":
    """The run of this id; NotThere if this environment has none."""
    run = runs.get(facts.ledger, run_id)
    if run is None or run.environment != facts.ledger.environment:
        raise NotThere("This ledger has no such run; the list of runs shows those there are.")
    return run


def _trial(facts: "Facts", run: "RunRow") -> "Trial | None":
    """The attempt that was begun from here, as long as there is more to say of it than the run says."""
    trial = facts.trials.of(run.id)
    if run.status is RunStatus.COMPLETED or (trial and trial.code == ExitCode.DONE):
        return None
    return trial


def _troubled(facts: "Facts", run: "RunRow") -> list[deliveries.DeliveryRow]:
    found = []
    for state in TROUBLED:
        wanted = DeliveryFilter(run_id=run.id, state=state)
        found += pages.page(facts.ledger, wanted, most=MOST_TROUBLED).rows
    return found
