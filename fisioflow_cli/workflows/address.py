"""The addresses that an application gave: what of them can be used, or why the event is refused."""

import re
from email.utils import getaddresses
from typing import TYPE_CHECKING

from fisioflow_cli.clinic.contact import usable_email, usable_phone
from fisioflow_cli.delivery.decision import Channel
from fisioflow_cli.errors import EventRefused, MissingSetting
from fisioflow_cli.messages.typed import one_line

if TYPE_CHECKING:
    from fisioflow_cli.workflows.services import Services

SPECIAL = re.compile(r'[()<>@,;:"\\\[\]]')
"""What a name may hold only between quotes (RFC 5322, 3.2.3); without them it reads as well."""
UNSET = {
    Channel.EMAIL: "E-mail is not configured: set RESEND_API_KEY and RESEND_FROM.",
    Channel.WHATSAPP: "WhatsApp is not configured: set the variables of WHATSAPP_PROVIDER.",
    Channel.PUSH: "Web push is not configured: set VAPID_PRIVATE_KEY and VAPID_SUBJECT.",
}


def mailbox(typed: str) -> str:
    """The bare e-mail address in `typed`, which may name its owner; EventRefused unless it is one."""
    found = usable_email(typed) or usable_email(_owner_and_address(typed)[1])
    if found is None:
        raise EventRefused("The event has an invalid address: one that is no e-mail address.")
    return found


def named_mailbox(typed: str) -> str:
    """The address with its owner's name, as a mail's From and Reply-To take it; EventRefused as above."""
    name = one_line(SPECIAL.sub(" ", _owner_and_address(typed)[0]), otherwise="")
    return f"{name} <{mailbox(typed)}>" if name else mailbox(typed)


def _owner_and_address(typed: str) -> tuple[str, str]:
    """Both parts, or nothing: the parser would take the first of several, and join what blanks part."""
    several = getaddresses([typed])
    return several[0] if len(several) == 1 and several[0][1] in typed else ("", "")


def phone(typed: str) -> str:
    """The phone number in E.164; EventRefused if it cannot be one."""
    found = usable_phone(typed)
    if found is None:
        raise EventRefused("The event has an invalid address: one that is no phone number.")
    return found


def configured(services: "Services", channel: Channel) -> bool:
    """Whether this deployment can use a channel: outside production, whether its outbox stands in."""
    channels = services.courier.channels
    return channel in (channels.outboxes or channels.gateways)


def require_channel(services: "Services", channel: Channel) -> None:
    """Raise MissingSetting if the channel is not configured."""
    if not configured(services, channel):
        raise MissingSetting(UNSET[channel])
