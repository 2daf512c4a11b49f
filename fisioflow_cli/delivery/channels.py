"""The channels: which gateway serves an address, and what stands in the way of using one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.clinic.contact import usable_email, usable_phone
from fisioflow_cli.delivery.decision import Channel, Option, Reason

if TYPE_CHECKING:
    from fisioflow_cli.clinic.organizations import Organization
    from fisioflow_cli.clinic.patients import Patient
    from fisioflow_cli.gateways.gateway import Gateway

# a browser is no way to reach a patient who has none of the others
OTHER = {Channel.EMAIL: Channel.WHATSAPP, Channel.WHATSAPP: Channel.EMAIL}


@dataclass(frozen=True, kw_only=True)
class Channels:
    """The gateways of this command, and the rules that choose among them."""

    gateways: "Mapping[Channel, Gateway]"
    """The channels that are configured."""
    outboxes: "Mapping[Channel, Gateway] | None"
    """Where messages go that must not leave; None in production."""
    allowed: frozenset[str]
    """Addresses that may receive outside production, as usable_email and usable_phone give them."""
    templates: Mapping[str, str] | None
    """The approved WhatsApp template per kind of message; None: the provider needs none."""
    require_consent: bool

    def gateway(self, option: Option) -> "Gateway":
        """The gateway of a message: outside production the outbox, unless all its readers are allowed."""
        addresses = {address.lower() for address in (option.address, *option.others)}
        if self.outboxes is None or (addresses <= self.allowed and option.channel in self.gateways):
            return self.gateways[option.channel]
        return self.outboxes[option.channel]

    def named(self, name: str | None, channel: Channel) -> "Gateway | None":
        """The gateway that a delivery was begun with, if this command has it."""
        known = [g for served in (self.gateways, self.outboxes or {}) if (g := served.get(channel))]
        return next((gateway for gateway in known if gateway.name == name), None)

    def close(self) -> None:
        """Release the gateways' connections, and let the outbox write its index."""
        for gateway in (*self.gateways.values(), *(self.outboxes or {}).values()):
            gateway.close()

    def template(self, kind: str) -> str | None:
        """The approved template for a kind of message."""
        return (self.templates or {}).get(kind)

    def choose(
        self, patient: "Patient", organization: "Organization", kind: str
    ) -> tuple[Option, ...] | Reason:
        """The channels that reach a patient, preferred first; else what bars the preferred one."""
        preferred = (
            Channel.EMAIL if patient.preferred_channel == Channel.EMAIL else Channel.WHATSAPP
        )
        found = [
            self._option(channel, patient, organization, kind)
            for channel in (preferred, OTHER[preferred])
        ]
        usable = tuple(option for option in found if isinstance(option, Option))
        return usable or next(reason for reason in found if isinstance(reason, Reason))

    def _option(
        self, channel: Channel, patient: "Patient", organization: "Organization", kind: str
    ) -> Option | Reason:
        email = channel is Channel.EMAIL
        enabled = organization.email_enabled if email else organization.whatsapp_enabled
        if not enabled or channel not in (self.outboxes or self.gateways):
            return Reason.CHANNEL_DISABLED
        if not self.permits(patient.allows_email if email else patient.allows_whatsapp):
            return Reason.OPTED_OUT
        typed = patient.email if email else patient.phone
        if not (typed or "").strip():
            return Reason.NO_CONTACT
        address = usable_email(typed) if email else usable_phone(typed)
        if address is None:
            return Reason.INVALID_CONTACT
        if not email and self.templates is not None and kind not in self.templates:
            return Reason.NO_TEMPLATE
        return Option(channel=channel, address=address)

    def permits(self, consent: bool | None) -> bool:
        """Whether what is recorded lets us write: nothing recorded does, unless consent is required."""
        return consent if consent is not None else not self.require_consent
