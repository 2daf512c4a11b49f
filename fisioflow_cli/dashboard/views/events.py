"""The list of events."""

from typing import TYPE_CHECKING

from fisioflow_cli.catalogue.catalogue import ENTRIES
from fisioflow_cli.dashboard.view import View
from fisioflow_cli.dashboard.views.listing import listing
from fisioflow_cli.ledger.event_filter import EventFilter
from fisioflow_cli.ledger.tables import EventStatus

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes


def look(facts: "Facts", wishes: "Wishes") -> View:
    """The newest events that fit; UsageError for a filter that means nothing."""
    wanted = EventFilter(
        name=wishes.text("name"),
        status=wishes.choice("status", EventStatus),
        since=wishes.day("since", facts),
        until=wishes.end_of_day("until", facts),
    )
    return View(
        template="events.html.j2",
        title="Events",
        shown={
            "list": listing("/events", facts, wishes, wanted),
            "names": [(entry.name, entry.name) for entry in ENTRIES],
            "statuses": [(status, status) for status in EventStatus],
        },
    )
