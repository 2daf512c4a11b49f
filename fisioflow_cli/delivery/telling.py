"""What the log is told of messages: the key, how far it came and why; the recipient masked."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fisioflow_cli import log
from fisioflow_cli.ledger.tables import DeliveryState

if TYPE_CHECKING:
    from fisioflow_cli.ledger.deliveries import DeliveryRow

LEVELS = {
    DeliveryState.SENDING: log.DEBUG,
    DeliveryState.FAILED: log.ERROR,
    DeliveryState.IN_DOUBT: log.ERROR,
}


def delivery(row: "DeliveryRow", values: Mapping[str, Any]) -> None:
    """A delivery was written: `row` as it is or was, `values` what changed."""
    state, reason = values["state"], values.get("reason")
    log.tell(
        "delivery",
        level=LEVELS.get(state, log.INFO),
        state=str(state),
        key=log.event_key(row.message_key),
        channel=values.get("channel", row.channel),
        recipient=row.recipient,
        provider=row.provider,
        reason=str(reason) if reason is not None else None,
        tries=values.get("tries", row.tries),
    )
