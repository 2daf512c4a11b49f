"""The fields of docs/events.md, under Python's names for them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Required, TypedDict
from uuid import UUID

Identity = str | int | UUID
Names = str | Sequence[str]
When = datetime | int | None
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(when: datetime) -> int:
    """Since 1970, of an aware time: how an event's `ts` counts."""
    return (when - EPOCH) // timedelta(milliseconds=1)


class Options(TypedDict, total=False):
    """What every event may have beside its data."""

    id: str | None
    """Your own name for it, by which a repeated call is the same event."""
    ts: When
    """Not before: an aware datetime, or milliseconds since 1970."""


class Attachment(TypedDict, total=False):
    """A file that an e-mail brings along: `filename` and `content`, or a `path`."""

    filename: str
    content: bytes | str
    """The file's bytes, or the same in base64."""
    path: str
    content_type: str


class Appointment(TypedDict, total=False):
    """The fields of `appointment/created` and `appointment/cancelled`."""

    appointment_id: Required[Identity]
    organization_id: Identity | None


class Reminders(TypedDict, total=False):
    """The fields of `appointment/reminder`."""

    appointment_id: Identity | None
    organization_id: Identity | None


class Patient(TypedDict):
    """The fields of `ai/patient.insights`."""

    patient_id: Identity
    organization_id: Identity


class Notification(TypedDict, total=False):
    """The fields of `notification/send`."""

    user_id: Required[Identity]
    organization_id: Required[Identity]
    type: Required[Literal["email", "whatsapp", "push"]]
    body: Required[str]
    to: str | None
    subject: str | None
    priority: Literal["critical", "high", "normal", "low"]
    template: str | None
    template_data: Mapping[str, Any] | None


class Email(TypedDict, total=False):
    """The fields of `email/send`; `sender` is its `from`."""

    to: Required[Names]
    subject: Required[str]
    html: str | None
    text: str | None
    sender: str | None
    reply_to: Names | None
    cc: Names | None
    bcc: Names | None
    attachments: Sequence[Attachment]
    tags: Mapping[str, str]


class Whatsapp(TypedDict, total=False):
    """The fields of `whatsapp/send`."""

    to: Required[str]
    type: Literal["text", "template", "media"]
    message: str | None
    media_url: str | None
    media_type: str | None
    filename: str | None
    template_name: str | None
    language: str | None
    components: Sequence[Mapping[str, Any]]
    template_data: Mapping[str, Any] | Sequence[Any] | None
