"""What every gateway takes and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Payload = Mapping[str, Any]
"""The exact JSON body of a request: stored at the claim, sent again unchanged on a retry."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What only an application's own mail has."""

    also_to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    sender: str | None = None
    """Instead of RESEND_FROM."""
    reply_to: tuple[str, ...] = ()
    attachments: tuple[Mapping[str, Any], ...] = ()
    """As Resend takes them: `filename` with `content` (base64) or `path` (a URL), `content_type`."""
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Media:
    """A file that a WhatsApp message carries; the provider fetches it."""

    kind: str
    """`image`, `document`, `video` or `audio`."""
    url: str
    caption: str | None = None
    filename: str | None = None


@dataclass(frozen=True, kw_only=True)
class Content:
    """A rendered message before a provider's shape is put around it."""

    subject: str
    html: str
    text: str
    """The plain-text part of an e-mail."""
    short: str
    """The WhatsApp text: what the patient reads, also when an approved template says it."""
    template: str | None = None
    """The approved WhatsApp template's name; None: the provider needs none or none is set."""
    parameters: tuple[str, ...] = field(default=())
    """The template's body parameters, in order."""
    components: tuple[Mapping[str, Any], ...] = ()
    """The template's components as Meta writes them; they replace `parameters`."""
    language: str | None = None
    """The template's language; None: the configured one."""
    mail: Mail | None = None
    media: Media | None = None
    link: str | None = None
    """Where a push message leads."""

    @property
    def further_recipients(self) -> tuple[str, ...]:
        """Everybody that a mail goes to beside its first recipient."""
        mail = self.mail
        return (*mail.also_to, *mail.cc, *mail.bcc) if mail else ()


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The provider took the message; not yet proof of arrival."""

    provider_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """Refused for good and certainly not sent."""

    code: str
    """A short stable word such as `http_422 validation_error`: never the provider's prose."""
    address: bool = False
    """The recipient's address is at fault: another channel may still reach the person."""
    opted_out: bool = False
    """The recipient told the provider to stop."""


@dataclass(frozen=True, kw_only=True)
class RetryAfter:
    """Certainly not sent, worth another try."""

    code: str
    seconds: float | None = None
    """What the provider asked for (the channel pauses, no attempt is used up); None: back off."""
    recipient: bool = False
    """Only this recipient has had too many messages: the channel goes on for the others."""


@dataclass(frozen=True, kw_only=True)
class StopRun:
    """Certainly not sent, and no other message would be either."""

    code: str
    remedy: str
    """One sentence for the operator."""
    configuration: bool = True
    """Wrong key, sender or account; False: the quota is used up."""


@dataclass(frozen=True, kw_only=True)
class Uncertain:
    """The request may have been carried out: time-out, 5xx or reset after it left."""

    code: str


Outcome = Accepted | Rejected | RetryAfter | StopRun | Uncertain


class Gateway(Protocol):
    """A way to reach people."""

    @property
    def name(self) -> str:
        """The provider, as stored with each delivery: `resend`, `whatsapp-cloud`, …"""

    @property
    def idempotent(self) -> bool:
        """Whether repeating an uncertain call with the same key and payload sends nothing twice."""

    @property
    def leaves(self) -> bool:
        """Whether a request leaves this machine; then it waits for its channel's turn."""

    def compose(self, to: str, content: Content, *, reference: str) -> Payload:
        """The request body for one recipient; `reference` is the delivery's id, for correlation."""

    def send(self, payload: Payload, *, provider_key: str, timeout: float) -> Outcome:
        """Make one request, at most `timeout` seconds long; never retries, never raises for HTTP."""

    def close(self) -> None:
        """Release connections; called once at the end of a command."""
