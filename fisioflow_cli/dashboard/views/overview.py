"""The overview: at a glance what ran, what did not, and what needs a person."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from fisioflow_cli.dashboard.agendas import agendas, alarming
from fisioflow_cli.dashboard.view import View
from fisioflow_cli.dashboard.views.charts import daily
from fisioflow_cli.ledger import backlog, recent_runs
from fisioflow_cli.ledger.tables import RunStatus
from fisioflow_cli.workflows.names import workflow_name
from fisioflow_cli.workflows.registry import EVENT_WORKFLOWS, WORKFLOWS

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes
    from fisioflow_cli.engine.agenda import Agenda, Entry
    from fisioflow_cli.ledger.recent_runs import Recent

DAYS = 14


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How one workflow is doing."""

    id: str
    name: str
    summary: str
    latest: "Recent | None"
    """Its newest run."""
    success: "Recent | None"
    """The last one that was done, wholly or in part."""
    slots: "tuple[Entry, ...]" = ()
    """The slots of the last fortnight, oldest first, the present one last."""

    @property
    def present(self) -> "Entry | None":
        """The slot that it is now."""
        return self.slots[-1] if self.slots else None


def look(facts: "Facts", wishes: "Wishes") -> View:
    """Counts, the workflows and a fortnight's volumes."""
    del wishes
    return View(template="overview.html.j2", title="Overview", shown=shown(facts))


def shown(facts: "Facts") -> dict[str, object]:
    """The same, for the export too."""
    now = facts.now()
    since = datetime.combine(now.date() - timedelta(days=DAYS - 1), time(), facts.zone)
    found = agendas(facts, since, now)
    return {
        "counts": backlog.counts(facts.ledger),
        "amiss": alarming(facts, found),
        "most": backlog.MOST_COUNTED,
        "scheduled": _scheduled(facts, found),
        "of_events": [
            standing
            for standing in standings(facts, {w.id: w.summary for w in EVENT_WORKFLOWS})
            if standing.latest
        ],
        "volumes": daily(facts),
    }


def _scheduled(facts: "Facts", found: "list[Agenda]") -> list[Standing]:
    by_id = {agenda.workflow.id: agenda for agenda in found}
    plain = standings(facts, {workflow.id: workflow.summary for workflow in WORKFLOWS})
    return [replace(standing, slots=by_id[standing.id].entries) for standing in plain]


def standings(facts: "Facts", summaries: dict[str, str]) -> list[Standing]:
    """How each of these workflows is doing."""
    newest = _newest(facts, list(summaries))
    not_done = [each for each, run in newest.items() if run.status != RunStatus.COMPLETED]
    done = newest | _newest(facts, not_done, [RunStatus.COMPLETED])
    return [
        Standing(
            id=each,
            name=workflow_name(each),
            summary=summary,
            latest=newest.get(each),
            success=run if (run := done.get(each)) and run.status == RunStatus.COMPLETED else None,
        )
        for each, summary in summaries.items()
    ]


def _newest(
    facts: "Facts", workflows: list[str], statuses: "list[RunStatus] | None" = None
) -> "dict[str, Recent]":
    found = recent_runs.latest(facts.ledger, workflows, most=1, statuses=statuses)
    return {workflow: runs[0] for workflow, runs in found.items() if runs}
