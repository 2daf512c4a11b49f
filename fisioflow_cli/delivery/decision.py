"""What can be decided about a message, from the recipient's state at the moment of sending."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fisioflow_cli.console import mask
from fisioflow_cli.gateways.gateway import Content


class Channel(StrEnum):
    """A way to reach a person."""

    EMAIL = "email"
    WHATSAPP = "whatsapp"
    PUSH = "push"


class Reason(StrEnum):
    """Why somebody is not written to."""

    INACTIVE = "inactive"
    OPTED_OUT = "opted_out"
    NO_CONTACT = "no_contact"
    INVALID_CONTACT = "invalid_contact"
    CHANNEL_DISABLED = "channel_disabled"
    NO_TEMPLATE = "no_template"
    MINOR = "minor"
    ALREADY_SENT = "already_sent"
    NOT_DUE = "not_due"
    ORGANIZATION_INACTIVE = "organization_inactive"
    NOTHING_TO_REPORT = "nothing_to_report"
    CANCELLED = "cancelled"
    MOVED = "moved"
    PAST = "past"
    NO_SUBSCRIPTION = "no_subscription"


class Pause(StrEnum):
    """Why somebody is written to by a later start only."""

    OUTSIDE_HOURS = "outside_hours"
    DAY_NOT_BEGUN = "day_not_begun"
    PROVIDER_PAUSES = "provider_pauses"
    QUIET_HOURS = "quiet_hours"


@dataclass(frozen=True, kw_only=True)
class Option:
    """One way to send a message: the channel and the address on it."""

    channel: Channel
    address: str
    """An e-mail address, a phone number in E.164, or what `push_web.address` makes of a subscription."""
    others: tuple[str, ...] = ()
    """Further recipients of the same mail: outside production all of them must be allowed."""

    @property
    def masked(self) -> str:
        """The first address, masked, and how many others there are: `a•••@example.com +2`."""
        return mask(self.address) + (f" +{len(self.others)}" if self.others else "")

    def require_all(self, content: Content) -> None:
        """Raise ValueError if the content is for somebody else too, who may not be allowed."""
        if not set(content.further_recipients) <= {self.address, *self.others}:
            raise ValueError("a message has recipients that its option does not name")


@dataclass(frozen=True, kw_only=True)
class Send:
    """Write to them: by the first option, or the next if its address is refused for good."""

    options: tuple[Option, ...]
    render: Callable[[Channel], Content]


@dataclass(frozen=True, kw_only=True)
class Skip:
    """Do not write to them now; a later start may."""

    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Not now: a later start decides anew."""

    why: Pause | None = None
    until: datetime | None = None
    """When to decide anew, UTC; None: whenever a later start comes by."""


Decision = Send | Skip | Wait


@dataclass(frozen=True, kw_only=True)
class Intent:
    """One message that is to reach one person, once."""

    key: str
    """The permanent business key, unique per environment: `birthday/{patient}/{year}`."""
    organization_id: str | None
    recipient_id: str | None
    decide: Callable[[], Decision]
    """Reads the recipient's state anew: called before every request."""
