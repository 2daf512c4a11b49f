"""`email/send-batch` and its like: one event becomes one child event per item, all or none."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fisioflow_cli.catalogue.event import Event
from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.catalogue.payloads import (
    Batch,
    BatchInsights,
    EmailSendBatch,
    NotificationSendBatch,
    WhatsappSendBatch,
)
from fisioflow_cli.engine.handler import EventWorkflow
from fisioflow_cli.engine.workflow import Result
from fisioflow_cli.errors import BadEvent, EventRefused
from fisioflow_cli.intake.offer import as_new
from fisioflow_cli.ledger import events
from fisioflow_cli.ledger.events import NewEvent, Verdict
from fisioflow_cli.workflows.errand import payload

if TYPE_CHECKING:
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.workflows.services import Services

FAN_OUT = "fan out"


def _fan_out(run: "Run", event: "EventRow", batch: Batch, name: str) -> None:
    children = [
        _child(event, name, data, position) for position, data in enumerate(batch.children())
    ]

    def accept(connection: Any) -> dict[str, int]:
        offered = events.accept_in(run.ledger, connection, children)
        if any(one.verdict is Verdict.CONFLICT for one in offered):
            raise EventRefused("The id of one of its children is another event's already.")
        new = sum(one.verdict is Verdict.ACCEPTED for one in offered)
        return {"children": len(children), "accepted": new}

    run.record_with(FAN_OUT, accept)


def _child(event: "EventRow", name: str, data: dict[str, Any], position: int) -> NewEvent:
    """The event of one item; its id is that of the batch and the item's place in it."""
    child = Event(name=name, data=data, user=event.user, v=event.v)
    try:
        new = as_new(child, source="batch", event_id=f"{event.id}/{position}")
    except BadEvent as error:
        raise EventRefused(f"Item {position}: {error.message}") from None
    return replace(new, parent_id=event.id)


def _summarise(run: "Run", services: "Services") -> Result:
    del services
    return Result(data=dict(run.results(FAN_OUT).get(FAN_OUT) or {}))


def _workflow(
    workflow_id: str, batch: type[Batch], names: tuple[str, str], summary: str
) -> "EventWorkflow[Services]":
    parent, child = names

    def body(run: "Run", event: "EventRow", services: "Services") -> None:
        del services
        _fan_out(run, event, payload(event, batch), child)

    return EventWorkflow(
        id=workflow_id,
        events=(parent,),
        summary=summary,
        needs=(),
        deadline=timedelta(minutes=5),
        body=body,
        summarise=_summarise,
    )


EVENT_WORKFLOWS = (
    _workflow(
        "fisioflow-send-notification-batch",
        NotificationSendBatch,
        (Events.NOTIFICATION_SEND_BATCH, Events.NOTIFICATION_SEND),
        "Take a batch of notifications apart.",
    ),
    _workflow(
        "fisioflow-send-email-batch",
        EmailSendBatch,
        (Events.EMAIL_SEND_BATCH, Events.EMAIL_SEND),
        "Take a batch of e-mails apart.",
    ),
    _workflow(
        "fisioflow-send-whatsapp-batch",
        WhatsappSendBatch,
        (Events.WHATSAPP_SEND_BATCH, Events.WHATSAPP_SEND),
        "Take a batch of WhatsApp messages apart.",
    ),
    _workflow(
        "fisioflow-ai-batch-insights",
        BatchInsights,
        (Events.AI_BATCH_INSIGHTS, Events.AI_PATIENT_INSIGHTS),
        "Take a batch of patients apart.",
    ),
)
