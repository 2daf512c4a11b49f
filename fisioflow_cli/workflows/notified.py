"""What the clinic's own tables are told of a notification: its outcome, and browsers that are gone."""

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from fisioflow_cli.clinic import changes
from fisioflow_cli.delivery.decision import Channel, Reason
from fisioflow_cli.engine.workflow import Result
from fisioflow_cli.ledger import deliveries
from fisioflow_cli.ledger.tables import DeliveryState
from fisioflow_cli.workflows.errand import errand_result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.workflows.services import Services

HISTORY = "record_notification"
RETIRE = "retire_push_subscription"
GONE = ("http_404", "http_410", "invalid_subscription")
"""A browser that is not there any more (RFC 8030, 7.3), or whose keys never were any."""


def record(
    run: "Run",
    services: "Services",
    event_id: str,
    keys: "Iterable[str]",
    facts: "Mapping[str, Any]",
) -> None:
    """Write the outcome of a notification into the clinic's history, once, where there is one.

    A message that was skipped, or may have been sent, is not known to be sent: it stands there as
    failed, with the reason.
    """
    if not changes.writes(services.clinic, HISTORY):
        return
    error = _why_not(run, keys)
    outcome = {
        "id": str(uuid5(NAMESPACE_URL, f"fisioflow:{run.ledger.environment}:{event_id}")),
        "status": "failed" if error else "sent",
        "error": error,
        "now": services.clock.now(),
    }

    def write(connection: Any) -> int:
        return changes.write(services.clinic, connection, HISTORY, **outcome, **facts)

    run.change("history", services.clinic.engine, write)


def retire_if_gone(run: "Run", services: "Services", subscription_id: str, key: str) -> None:
    """Switch a subscription off once its push service has said that the browser is gone."""
    found = deliveries.find(run.ledger, key)
    if found is None or found.state is not DeliveryState.FAILED or not _gone(found.reason):
        return
    if not changes.writes(services.clinic, RETIRE):
        return

    def write(connection: Any) -> int:
        values = {"id": subscription_id, "now": services.clock.now()}
        return changes.write(services.clinic, connection, RETIRE, **values)

    run.change(f"retire/{subscription_id}", services.clinic.engine, write)


def notified_result(run: "Run", services: "Services") -> Result:
    """What the messages of a notification have come to; a browser that is gone counts as none."""
    result = errand_result(run, services)
    gone = sum(
        row.count
        for row in deliveries.tally(run.ledger, run.id or "")
        if row.state is DeliveryState.FAILED and row.channel == Channel.PUSH and _gone(row.reason)
    )
    if not gone:
        return result
    skipped = dict(result.data["skipped"])
    skipped[Reason.NO_SUBSCRIPTION] = skipped.get(Reason.NO_SUBSCRIPTION, 0) + gone
    data = {**result.data, "failed": result.data["failed"] - gone, "skipped": skipped}
    return Result(data=data, troubled=result.troubled - gone, pending=result.pending)


def _why_not(run: "Run", keys: "Iterable[str]") -> str | None:
    """The reason why nobody surely got it; None if somebody did."""
    found = [row for key in keys if (row := deliveries.find(run.ledger, key))]
    if any(row.state is DeliveryState.SENT for row in found):
        return None
    # of several browsers: one that may have shown it says more than one that is gone
    doubts = [row for row in found if row.state is DeliveryState.IN_DOUBT]
    first = next(iter(doubts or found), None)
    if first is None:
        return "unknown"
    if first.state is DeliveryState.IN_DOUBT:
        return str(DeliveryState.IN_DOUBT)
    return str(Reason.NO_SUBSCRIPTION) if _gone(first.reason) else first.reason or str(first.state)


def _gone(reason: str | None) -> bool:
    return (reason or "").startswith(GONE)
