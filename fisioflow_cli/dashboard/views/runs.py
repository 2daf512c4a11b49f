"""The list of runs."""

from typing import TYPE_CHECKING

from fisioflow_cli.dashboard.view import View
from fisioflow_cli.dashboard.views.listing import listing
from fisioflow_cli.ledger.run_filter import RunFilter
from fisioflow_cli.ledger.tables import RunStatus
from fisioflow_cli.workflows.names import WORKFLOW_NAMES

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes


def look(facts: "Facts", wishes: "Wishes") -> View:
    """The newest runs that fit; UsageError for a filter that means nothing."""
    workflow, slot = wishes.text("workflow"), wishes.text("slot")
    wanted = RunFilter(
        workflow=workflow,
        status=wishes.choice("status", RunStatus),
        since=wishes.day("since", facts),
        until=wishes.end_of_day("until", facts),
        slot=slot,
        scope=wishes.text("scope"),
        workflows=tuple(WORKFLOW_NAMES) if slot and not workflow else (),
    )
    return View(
        template="runs.html.j2",
        title="Runs",
        shown={
            "list": listing("/runs", facts, wishes, wanted),
            "workflows": list(WORKFLOW_NAMES.items()),
            "statuses": [(status, status.replace("_", " ")) for status in RunStatus],
        },
    )
