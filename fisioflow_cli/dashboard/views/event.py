"""One event: where it stands, what it carries with every value masked, what came of it."""

from typing import TYPE_CHECKING

from fisioflow_cli.dashboard.masked import fields
from fisioflow_cli.dashboard.view import View
from fisioflow_cli.errors import NotThere
from fisioflow_cli.ledger import events, pages
from fisioflow_cli.ledger.run_filter import RunFilter

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.ledger.runs import RunRow

PRIORITIES = ("critical", "high", "normal", "low")
MOST_RUNS = 10


def look(facts: "Facts", wishes: "Wishes") -> View:
    """The event of this id; NotThere if this environment has none."""
    event = find(facts, wishes.text("id") or "")
    return View(
        template="event.html.j2",
        title=f"Event {event.name}",
        shown={
            "event": event,
            "priority": PRIORITIES[event.priority],
            "fields": fields(event.data) if event.data is not None else None,
            "runs": _runs(facts, event),
        },
    )


def find(facts: "Facts", event_id: str) -> "EventRow":
    """The event of this id; NotThere if this environment has none."""
    event = events.get(facts.ledger, event_id)
    if event is None:
        raise NotThere("This ledger has no such event; the list of events shows those there are.")
    return event


def _runs(facts: "Facts", event: "EventRow") -> "list[RunRow]":
    """The runs of all its generations, newest first."""
    if event.workflow is None:
        return []
    wanted = RunFilter(workflow=event.workflow, slot=event.id)
    return pages.page(facts.ledger, wanted, most=MOST_RUNS).rows
