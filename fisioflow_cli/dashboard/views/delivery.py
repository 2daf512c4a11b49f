"""One delivery: to whom (masked), by which way, what became of it and when; its message if asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fisioflow_cli.dashboard.view import View
from fisioflow_cli.delivery.reasons import words
from fisioflow_cli.errors import NotThere
from fisioflow_cli.gateways import outbox_page
from fisioflow_cli.gateways.legible import legible
from fisioflow_cli.ledger import deliveries, runs
from fisioflow_cli.ledger.tables import DeliveryState
from fisioflow_cli.workflows.message_kinds import kind_of

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import Wishes
    from fisioflow_cli.ledger.deliveries import DeliveryRow

SHOW = "message"
OUTCOMES = {
    DeliveryState.PENDING: "Waits for a later start",
    DeliveryState.SENDING: "Its request is on the way, or its process died",
    DeliveryState.SENT: "Accepted by the provider",
    DeliveryState.FAILED: "Refused for good",
    DeliveryState.IN_DOUBT: "In doubt: it may have arrived",
    DeliveryState.SKIPPED: "Not sent",
}


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Something that happened to a delivery."""

    at: datetime
    what: str


def look(facts: "Facts", wishes: "Wishes") -> View:
    """The delivery of this id; NotThere if this environment has none."""
    delivery = find(facts, wishes.text("id") or "")
    kind = kind_of(delivery.message_key)
    return View(
        template="delivery.html.j2",
        title="Delivery",
        shown={
            "delivery": delivery,
            "run": runs.get(facts.ledger, delivery.run_id),
            "moments": list(_moments(delivery)),
            "why": words(delivery.state, delivery.reason),
            "rule": kind.rule if kind else None,
            "message": legible(delivery.payload) if delivery.payload else None,
            "shows_message": wishes.text("show") == SHOW,
        },
    )


def find(facts: "Facts", delivery_id: str) -> "DeliveryRow":
    """The delivery of this id; NotThere if this environment has none."""
    found = deliveries.get(facts.ledger, delivery_id)
    if found is None:
        raise NotThere("This ledger has no such delivery; the list shows those there are.")
    return found


def message(facts: "Facts", delivery_id: str) -> str:
    """Its message as a page of its own, to be shown in a frame; NotThere if it is not kept."""
    payload = find(facts, delivery_id).payload
    found = legible(payload) if payload else None
    if found is None:
        raise NotThere("The text of this message is not kept, or not yet written.")
    return found.html or outbox_page.plain(found.text)


def _moments(delivery: "DeliveryRow") -> "list[Moment]":
    """What the ledger knows the time of, oldest first."""
    moments = [Moment(at=delivery.created_at, what="First looked at")]
    if delivery.first_attempt_at is not None:
        moments.append(Moment(at=delivery.first_attempt_at, what="First request to the provider"))
    moments.append(Moment(at=delivery.updated_at, what=OUTCOMES[delivery.state]))
    return moments
