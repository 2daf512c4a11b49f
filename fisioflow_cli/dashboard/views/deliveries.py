"""The list of deliveries."""

from typing import TYPE_CHECKING

from fisioflow_cli.dashboard.view import View
from fisioflow_cli.dashboard.views.listing import listing
from fisioflow_cli.delivery.decision import Channel
from fisioflow_cli.ledger.delivery_filter import DeliveryFilter
from fisioflow_cli.ledger.tables import DeliveryState

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes


def look(facts: "Facts", wishes: "Wishes") -> View:
    """The newest deliveries that fit; UsageError for a filter that means nothing."""
    wanted = DeliveryFilter(
        state=wishes.choice("state", DeliveryState),
        channel=wishes.text("channel"),
        reason=wishes.text("reason"),
        run_id=wishes.text("run"),
        recipient_id=wishes.text("recipient"),
        organization_id=wishes.text("organization"),
        key=wishes.text("key"),
        since=wishes.day("since", facts),
        until=wishes.end_of_day("until", facts),
    )
    return View(
        template="deliveries.html.j2",
        title="Deliveries",
        shown={
            "list": listing("/deliveries", facts, wishes, wanted),
            "states": [(state, state.replace("_", " ")) for state in DeliveryState],
            "channels": [(channel, channel) for channel in Channel],
        },
    )
