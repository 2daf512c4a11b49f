"""What bears on every message besides its reader: the settings, the organization, and what it is about."""

from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DataError, StatementError

from fisioflow_cli.clinic.appointments import appointment
from fisioflow_cli.clinic.patients import voucher
from fisioflow_cli.errors import ConfigurationError

if TYPE_CHECKING:
    from fisioflow_cli.clinic.clinic import Clinic
    from fisioflow_cli.clinic.organizations import Organization
    from fisioflow_cli.context.context import Context

Facts = dict[str, Any]
"""Booleans, None where nothing is recorded, and text."""


def of_settings(context: "Context") -> Facts:
    """What this deployment allows and is able to do; outside production an outbox stands in for all."""
    read = context.settings
    facts = {
        "consent_required": read.require_consent,
        "minors_written_to": read.message_minors,
        "send_window": read.send_window,
    }
    try:
        with context.channels(()) as channels:
            usable = sorted(channels.outboxes or channels.gateways)
            templates = channels.templates
    except ConfigurationError as error:  # half of a channel is set: no start gets past that either
        return {"channels_configured": error.message, **facts}
    named = "none needed" if templates is None else ", ".join(sorted(templates)) or "none"
    return {
        "channels_configured": ", ".join(usable) or "none",
        **facts,
        "whatsapp_templates": named,
    }


def of_organization(house: "Organization | None") -> Facts:
    """Whether an organization works, and by which channels it writes."""
    return {
        "organization_id": house.id if house else None,
        "organization_active": house.active if house else None,
        "email_enabled": house.email_enabled if house else None,
        "whatsapp_enabled": house.whatsapp_enabled if house else None,
    }


def of_subject(clinic: "Clinic", message_key: str) -> Facts | None:
    """The appointment or voucher that a message is about, as it is now; None if it is about neither."""
    kind, _, rest = message_key.partition("/")
    named = rest.partition("/")[0]
    try:
        if kind == "voucher-expiry":
            return _of_voucher(clinic, named)
        return _of_appointment(clinic, named) if kind.startswith("appointment-") else None
    except (StatementError, DataError, UnicodeEncodeError):
        return None


def _of_voucher(clinic: "Clinic", voucher_id: str) -> Facts:
    found = voucher(clinic, voucher_id)
    if found is None:
        return {"voucher_found": False}
    return {
        "voucher_found": True,
        "active": found.active,
        "sessions_left": found.sessions_left,
        "expires_on": found.expires_on.isoformat() if found.expires_on else None,
    }


def _of_appointment(clinic: "Clinic", appointment_id: str) -> Facts:
    found = appointment(clinic, appointment_id)
    if found is None:
        return {"appointment_found": False}
    return {
        "appointment_found": True,
        "status": found.status,
        "starts_at": f"{found.starts_at:%Y-%m-%d %H:%M}",
    }
