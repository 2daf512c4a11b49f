"""A browser that a user allowed to show notifications, as somewhere to send a message."""

from typing import TYPE_CHECKING

from fisioflow_cli.delivery.decision import Channel, Option
from fisioflow_cli.gateways import push_web

if TYPE_CHECKING:
    from fisioflow_cli.clinic.users import Subscription


def option(subscription: "Subscription") -> Option:
    """The way to one browser; its address is a bearer secret, masked wherever it is shown."""
    address = push_web.address(subscription.endpoint, subscription.p256dh, subscription.auth)
    return Option(channel=Channel.PUSH, address=address)
