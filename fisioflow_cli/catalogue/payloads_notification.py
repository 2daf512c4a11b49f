"""Notifications to users of the application, by the channel that the application names."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from fisioflow_cli.catalogue.fields import Anything, Contact, Id, Line, Text
from fisioflow_cli.catalogue.payload import Payload

Priority = Literal["critical", "high", "normal", "low"]


class NotificationSend(Payload):
    """`notification/send`."""

    needs = "a notification with body or template, and with to unless it is a push"
    note = (
        "`to`, `subject`, `body`, `template` and `templateData` may also stand in an object `data` of "
        "their own."
    )

    user_id: Id = Field(description="Whose preferences, consent and quiet hours count.")
    organization_id: Id = Field(description="The organization that it comes from.")
    type: Literal["email", "whatsapp", "push"] = Field(description="The channel.")
    to: Contact | None = Field(
        None,
        description="The address or phone; not needed for a push, which goes to the user's devices.",
    )
    subject: Text | None = Field(None, description="The subject of an e-mail, the title of a push.")
    body: Text | None = Field(None, description="What it says; not needed beside a `template`.")
    priority: Priority = Field(
        "normal", description="Which goes first; `critical` also ignores quiet hours."
    )
    template: Line | None = Field(
        None,
        description="A ready-made message instead of `body`: `appointment_confirmation`, "
        "`appointment_reminder`, `birthday_greeting` or `daily_report`.",
    )
    template_data: Anything | None = Field(
        None, description="Its data: the fields of `email/appointment.confirmation` and its like."
    )

    @classmethod
    def prepared(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Flat: older callers put what it says into an object `data` of its own."""
        nested = data.get("data")
        if not isinstance(nested, Mapping):
            return data
        given = {name: value for name, value in nested.items() if value not in (None, "")}
        return {**given, **{name: value for name, value in data.items() if name != "data"}}

    def is_complete(self) -> bool:
        """Whether it says something, and where to."""
        says = self.body is not None or self.template is not None
        return says and (self.to is not None or self.type == "push")
