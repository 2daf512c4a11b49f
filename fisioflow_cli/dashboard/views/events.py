"""The list of events."""

from typing import TYPE_CHECKING

from fisioflow_cli.catalogue.catalogue import ENTRIES
from fisioflow_cli.dashboard.view import View
from fisioflow_cli.dashboard.views.listing import MOST_COUNTED, ROWS, listing
from fisioflow_cli.ledger import event_list
from fisioflow_cli.ledger.tables import EventStatus

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes


def look(facts: "Facts", wishes: "Wishes") -> View:
    """The newest events that fit; UsageError for a filter that means nothing."""
    wanted = event_list.EventFilter(
        name=wishes.text("name"),
        status=wishes.choice("status", EventStatus),
        since=wishes.day("since", facts),
        until=wishes.end_of_day("until", facts),
    )
    page = event_list.page(facts.ledger, wanted, after=wishes.text("after"), most=ROWS)
    count = event_list.count(facts.ledger, wanted, most=MOST_COUNTED + 1)
    return View(
        template="events.html.j2",
        title="Events",
        shown={
            "list": listing("/events", wishes, page, count),
            "names": [(entry.name, entry.name) for entry in ENTRIES],
            "statuses": [(status, status) for status in EventStatus],
        },
    )
