"""One event for up to 1,000 of the same kind; the dispatch makes an event of its own of each.

All take `id` and `ts` by name and raise as `send` does; one item that does not fit refuses them all.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.events.fields import Email, Identity, Notification, Options, Whatsapp
from fisioflow_cli.events.payload import camel
from fisioflow_cli.events.sending import send


def send_bulk_notifications(
    notifications: Sequence[Notification], **options: Unpack[Options]
) -> str:
    """Notify many users, each item with the fields of `send_notification`."""
    return _send(Events.NOTIFICATION_SEND_BATCH, notifications, Notification, options)


def send_bulk_emails(emails: Sequence[Email], **options: Unpack[Options]) -> str:
    """Send many e-mails, each item with the fields of `send_email`."""
    return _send(Events.EMAIL_SEND_BATCH, emails, Email, options)


def send_bulk_whatsapp(messages: Sequence[Whatsapp], **options: Unpack[Options]) -> str:
    """Send many WhatsApp messages, each item with the fields of `send_whatsapp`."""
    return _send(Events.WHATSAPP_SEND_BATCH, messages, Whatsapp, options)


def generate_bulk_insights(
    patient_ids: Sequence[Identity], *, organization_id: Identity, **options: Unpack[Options]
) -> str:
    """Have insights suggested about many patients of one organization."""
    items = [{"patientId": each} for each in patient_ids]
    data = {"organizationId": organization_id, "items": items}
    return send(Events.AI_BATCH_INSIGHTS, data, **options)


def _send(
    name: str, items: Sequence[Mapping[str, Any]], known: type, options: Mapping[str, Any]
) -> str:
    return send(name, {"items": [camel(item, known) for item in items]}, **options)
