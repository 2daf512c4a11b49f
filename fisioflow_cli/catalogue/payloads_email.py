"""E-mails that an application writes itself."""

from pydantic import AliasChoices, Field

from fisioflow_cli.catalogue.fields import (
    Addresses,
    Base64,
    Line,
    MediaType,
    Tags,
    Text,
    Url,
)
from fisioflow_cli.catalogue.payload import Payload
from fisioflow_cli.catalogue.rules import MOST_ADDRESSES


class Attachment(Payload):
    """A file that an e-mail brings along."""

    needs = "content and filename, or a path, but not both content and path"

    filename: Line | None = Field(None, description="Its name; needed beside `content`.")
    content: Base64 | None = Field(None, description="The file itself.")
    path: Url | None = Field(
        None, description="Where the provider fetches it, instead of `content`."
    )
    content_type: MediaType | None = Field(
        None,
        validation_alias=AliasChoices("contentType", "type"),
        description="Its media type; also as `type`.",
    )

    def is_complete(self) -> bool:
        """Whether it says what the file is, and in one way only."""
        if self.content is not None:
            return self.path is None and self.filename is not None
        return self.path is not None


class EmailSend(Payload):
    """`email/send`."""

    needs = f"an e-mail with html or text, and with {MOST_ADDRESSES} recipients at the most"

    to: Addresses = Field(description="Who gets it.")
    subject: Text = Field(description="The subject.")
    html: Text | None = Field(None, description="The body in HTML; `html` or `text` must be there.")
    text: Text | None = Field(
        None, description="The body as plain text; made from `html` if absent."
    )
    sender: Line | None = Field(
        None, alias="from", description="The sender, instead of RESEND_FROM."
    )
    reply_to: Addresses | None = Field(None, description="Where answers go.")
    cc: Addresses | None = Field(None, description="Who gets a copy.")
    bcc: Addresses | None = Field(None, description="Who gets a copy that nobody sees.")
    attachments: tuple[Attachment, ...] = Field((), description="Files to bring along.")
    tags: Tags = Field((), description="Labels that come back in the provider's webhooks.")

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody who gets it."""
        return (*self.to, *(self.cc or ()), *(self.bcc or ()))

    def is_complete(self) -> bool:
        """Whether there is a body, and not too many recipients."""
        return bool(self.html or self.text) and len(self.recipients) <= MOST_ADDRESSES
