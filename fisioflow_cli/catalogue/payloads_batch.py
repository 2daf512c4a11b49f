"""Many of the same kind in one event."""

from typing import Any, ClassVar

from pydantic import Field

from fisioflow_cli.catalogue.fields import Id
from fisioflow_cli.catalogue.payload import Payload
from fisioflow_cli.catalogue.payloads_email import EmailSend
from fisioflow_cli.catalogue.payloads_insights import PatientInsights
from fisioflow_cli.catalogue.payloads_notification import NotificationSend, Priority
from fisioflow_cli.catalogue.payloads_whatsapp import WhatsappSend

MOST_ITEMS = 1000


class Batch(Payload):
    """What the batches share: their items, each of which becomes an event of its own."""

    formerly: ClassVar[str] = ""
    """The key that older callers have for `items`."""

    organization_id: Id | None = Field(
        None, description="The organization of the items that do not name theirs."
    )
    priority: Priority = Field("normal", description="When the batch is taken apart.")
    items: tuple[Payload, ...]

    @classmethod
    def prepared(cls, data: dict[str, Any]) -> dict[str, Any]:
        """With `items`, each of an organization."""
        if "items" not in data and cls.formerly in data:
            data["items"] = data.pop(cls.formerly)
        if isinstance(data.get("items"), list | tuple):
            data["items"] = [cls.item(each, data.get("organizationId")) for each in data["items"]]
        return data

    @classmethod
    def item(cls, item: Any, organization_id: Any) -> Any:
        """One item, of the batch's organization if it names none."""
        if not isinstance(item, dict) or organization_id is None:
            return item
        own = {name: value for name, value in item.items() if value not in (None, "")}
        return {"organizationId": organization_id, **own}

    def children(self) -> list[dict[str, Any]]:
        """The payloads of the children, in order, as JSON."""
        return [
            item.model_dump(mode="json", by_alias=True, exclude_unset=True) for item in self.items
        ]


def _items(meaning: str) -> Any:
    return Field(min_length=1, max_length=MOST_ITEMS, description=meaning)


class NotificationSendBatch(Batch):
    """`notification/send-batch`."""

    formerly = "notifications"

    items: tuple[NotificationSend, ...] = _items(
        "1 to 1,000 payloads of `notification/send`; also as `notifications`."
    )


class EmailSendBatch(Batch):
    """`email/send-batch`."""

    formerly = "emails"

    items: tuple[EmailSend, ...] = _items("1 to 1,000 payloads of `email/send`; also as `emails`.")


class WhatsappSendBatch(Batch):
    """`whatsapp/send-batch`."""

    formerly = "messages"

    items: tuple[WhatsappSend, ...] = _items(
        "1 to 1,000 payloads of `whatsapp/send`; also as `messages`."
    )


class BatchInsights(Batch):
    """`ai/batch.insights`."""

    formerly = "patientIds"

    items: tuple[PatientInsights, ...] = _items(
        "1 to 1,000 payloads of `ai/patient.insights`; or `patientIds`, a list of ids."
    )

    @classmethod
    def item(cls, item: Any, organization_id: Any) -> Any:
        """A bare id stands for the patient."""
        bare = isinstance(item, str | int) and not isinstance(item, bool)
        return super().item({"patientId": item} if bare else item, organization_id)
