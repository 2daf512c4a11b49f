"""The channels of a command: which gateways the settings configure."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.clinic.contact import usable_email, usable_phone
from fisioflow_cli.delivery.channels import Channels
from fisioflow_cli.delivery.decision import Channel
from fisioflow_cli.errors import MissingSetting
from fisioflow_cli.gateways.email_resend import Resend
from fisioflow_cli.gateways.outbox import Outbox
from fisioflow_cli.gateways.push_web import WebPush
from fisioflow_cli.gateways.whatsapp_cloud import CLOUD_URL, WhatsAppCloud
from fisioflow_cli.gateways.whatsapp_evolution import Evolution

if TYPE_CHECKING:
    from pydantic import SecretStr

    from fisioflow_cli.clock import Clock
    from fisioflow_cli.gateways.gateway import Gateway
    from fisioflow_cli.settings import Settings

NOWHERE = "http://127.0.0.1:9"
SENDER = "FisioFlow <fisioflow@example.com>"


def build_channels(settings: "Settings", clock: "Clock", needs: Sequence[str]) -> Channels:
    """The channels as configured; in production MissingSetting if one that is needed is not.

    WhatsApp and push may be left out altogether: then nobody can be reached by them.
    """
    gateways: dict[Channel, Gateway] = {}
    if (
        email := _email(settings, required=settings.production and Channel.EMAIL in needs)
    ) is not None:
        gateways[Channel.EMAIL] = email
    if (whatsapp := _whatsapp(settings)) is not None:
        gateways[Channel.WHATSAPP] = whatsapp
    if (push := _push(settings)) is not None:
        gateways[Channel.PUSH] = push
    return Channels(
        gateways=gateways,
        outboxes=None if settings.production else _outboxes(settings, clock, gateways),
        allowed=frozenset(filter(None, map(_address, settings.allow_recipients))),
        templates=_templates(settings) if settings.whatsapp_provider == "cloud" else None,
        require_consent=settings.require_consent,
    )


def outbox_folder(settings: "Settings") -> Path | None:
    """Where messages go that must not leave; None: nowhere."""
    if settings.outbox == "none":
        return None
    return (
        Path(settings.outbox).expanduser()
        if settings.outbox
        else settings.home.expanduser() / "outbox"
    )


def _address(typed: str) -> str | None:
    email = usable_email(typed)
    return email.lower() if email else usable_phone(typed)


def _templates(settings: "Settings") -> dict[str, str]:
    named = {
        "birthday": settings.whatsapp_template_birthday,
        "voucher_expiry": settings.whatsapp_template_voucher_expiry,
        "appointment_reminder": settings.whatsapp_template_appointment_reminder,
        "appointment_confirmation": settings.whatsapp_template_appointment_confirmation,
        "appointment_cancellation": settings.whatsapp_template_appointment_cancellation,
    }
    return {kind: template for kind, template in named.items() if template}


def _email(settings: "Settings", *, required: bool) -> Resend | None:
    key, sender = settings.resend_api_key, settings.resend_from
    if key is None or not sender:
        if required or (key is not None and settings.production):
            missing = "RESEND_API_KEY" if key is None else "RESEND_FROM"
            raise MissingSetting(
                f"{missing} is not set, and in production e-mail needs it; set it and start again."
            )
        return None
    return Resend(key.get_secret_value(), sender, settings.resend_api_url)


def _whatsapp(settings: "Settings") -> "Gateway | None":
    """None if nothing of WhatsApp is set; MissingSetting if only a part of it is."""
    if settings.whatsapp_provider == "evolution":
        key, instance = settings.whatsapp_api_key, settings.whatsapp_instance
        named = {
            "WHATSAPP_API_KEY": key,
            "WHATSAPP_INSTANCE": instance,
            "WHATSAPP_API_URL": settings.whatsapp_api_url,
        }
        if not _complete("WhatsApp", named):
            return None
        return Evolution(_reveal(key), instance or "", settings.whatsapp_api_url or "")
    token, number = settings.whatsapp_access_token, settings.whatsapp_phone_number_id
    named = {"WHATSAPP_ACCESS_TOKEN": token, "WHATSAPP_PHONE_NUMBER_ID": number}
    if not _complete("WhatsApp", named):
        return None
    url = settings.whatsapp_api_url or CLOUD_URL
    return WhatsAppCloud(_reveal(token), number or "", url, settings.whatsapp_template_language)


def _push(settings: "Settings") -> WebPush | None:
    key, subject = settings.vapid_private_key, settings.vapid_subject
    if not _complete("Web push", {"VAPID_PRIVATE_KEY": key, "VAPID_SUBJECT": subject}):
        return None
    return WebPush(_reveal(key), subject or "")


def _complete(channel: str, named: "Mapping[str, SecretStr | str | None]") -> bool:
    """Whether all of a channel's settings are there; MissingSetting if only some are."""
    missing = [name for name, value in named.items() if not value]
    if missing and len(missing) < len(named):
        raise MissingSetting(
            f"{channel} is only half configured: {missing[0]} is not set; set it, or unset the others."
        )
    return not missing


def _reveal(secret: "SecretStr | None") -> str:
    return secret.get_secret_value() if secret else ""


def _outboxes(
    settings: "Settings", clock: "Clock", gateways: "dict[Channel, Gateway]"
) -> "dict[Channel, Gateway]":
    """Stand-ins that show what the real gateways would send, with or without their keys."""
    composers: dict[Channel, Gateway] = {
        Channel.EMAIL: gateways.get(Channel.EMAIL)
        or Resend("none", settings.resend_from or SENDER, NOWHERE),
        Channel.WHATSAPP: gateways.get(Channel.WHATSAPP)
        or (
            Evolution("none", "none", NOWHERE)
            if settings.whatsapp_provider == "evolution"
            else WhatsAppCloud("none", "0", NOWHERE, settings.whatsapp_template_language)
        ),
        Channel.PUSH: gateways.get(Channel.PUSH) or WebPush(None, ""),
    }
    folder, zone = outbox_folder(settings), ZoneInfo(settings.timezone)
    return {
        channel: Outbox(folder, composer, clock, timezone=zone)
        for channel, composer in composers.items()
    }
