"""Showing deliveries: tables for people, documents for programs; never a text or an address."""

from typing import TYPE_CHECKING, Any

from fisioflow_cli import console
from fisioflow_cli.commands.columns import Row, print_rows
from fisioflow_cli.commands.facts import minute_of, print_facts
from fisioflow_cli.commands.show_page import Listed
from fisioflow_cli.console import plain
from fisioflow_cli.delivery.reasons import brief, words

if TYPE_CHECKING:
    from fisioflow_cli.ledger.deliveries import DeliveryRow

REFERENCE = 32
"""So much of the provider key stands in the request itself."""
LOOK_UP = {
    "resend": "the tag send_id, or the idempotency key",
    "whatsapp-cloud": "biz_opaque_callback_data in the status webhooks",
    "whatsapp-evolution": "the number and the time: Evolution keeps no reference",
    "web-push": "nothing: push services keep no log",
    "outbox": "the file in the outbox",
}
"""By what a message is found at its provider."""


def show_list(rows: "list[DeliveryRow]") -> None:
    """One line per message, newest first."""
    if not rows:
        console.err().print("No such messages.")
        return
    listed = [
        Row(cells=(plain(row.message_key), outcome_of(row), way_of(row), minute_of(row.updated_at)))
        for row in rows
    ]
    print_rows(("message", "outcome", "by", "changed (UTC)"), listed)


def outcome_of(row: "DeliveryRow") -> str:
    """`skipped opted_out`."""
    return plain(" ".join(filter(None, (row.state, brief(row.reason)))))


def way_of(row: "DeliveryRow") -> str:
    """`email p•••@example.com`."""
    return plain(" ".join(filter(None, (row.channel, row.recipient))))


def show(row: "DeliveryRow") -> None:
    """One message, a fact per line."""
    print_facts(document(row))


def show_doubts(rows: "list[DeliveryRow]") -> None:
    """Each message in doubt with what to look for."""
    if not rows:
        console.err().print("Nothing is in doubt.")
        return
    for number, row in enumerate(rows):
        if number:
            console.out().print()
        print_facts(doubt_document(row))


def document(row: "DeliveryRow") -> dict[str, Any]:
    """The JSON form of a delivery; instants in ISO 8601, UTC."""
    return {
        "key": row.message_key,
        "environment": row.environment,
        "state": row.state,
        "reason": row.reason,
        "meaning": words(row.state, row.reason),
        "channel": row.channel,
        "recipient": row.recipient,
        "recipient_id": row.recipient_id,
        "organization_id": row.organization_id,
        "run_id": row.run_id,
        "tries": row.tries,
        "provider": row.provider,
        "provider_id": row.provider_id,
        "provider_key": row.provider_key,
        "has_text": row.payload is not None,
        "payload_sha256": row.payload_sha256,
        "created_at": row.created_at.isoformat(),
        "first_attempt_at": row.first_attempt_at.isoformat() if row.first_attempt_at else None,
        "updated_at": row.updated_at.isoformat(),
    }


def doubt_document(row: "DeliveryRow") -> dict[str, Any]:
    """The JSON form of a delivery in doubt: what a person looks up."""
    asked = row.first_attempt_at or row.updated_at
    return {
        "key": row.message_key,
        "asked_at": asked.isoformat(),
        "changed_at": row.updated_at.isoformat(),
        "recipient": row.recipient,
        "channel": row.channel,
        "provider": row.provider,
        "look_for": LOOK_UP.get(row.provider or ""),
        "reference": row.provider_key[:REFERENCE],
        "provider_key": row.provider_key,
        "provider_id": row.provider_id,
        "reason": row.reason,
        "meaning": words(row.state, row.reason),
        "run_id": row.run_id,
    }


LISTED = Listed(name="deliveries", document=document, table=show_list)
DOUBTS = Listed(name="deliveries", document=doubt_document, table=show_doubts)
