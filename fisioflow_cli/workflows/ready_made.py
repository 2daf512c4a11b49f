"""`email/appointment.reminder` and its like: the catalogue's ready-made messages, at once."""

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.delivery.decision import Channel, Decision, Intent, Option, Reason, Send, Skip
from fisioflow_cli.engine.handler import EventWorkflow
from fisioflow_cli.workflows.address import mailbox, phone, require_channel
from fisioflow_cli.workflows.errand import errand_result, payload, remember
from fisioflow_cli.workflows.wording import lacks_template, ready_made

if TYPE_CHECKING:
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.workflows.services import Services

READ = {Channel.EMAIL: mailbox, Channel.WHATSAPP: phone}


def _send(run: "Run", event: "EventRow", services: "Services") -> None:
    channel = Channel(event.name.partition("/")[0])
    message = ready_made(event.name.partition("/")[2])
    asked = payload(event, message.payload)
    option = Option(channel=channel, address=READ[channel](asked.to))
    today = services.clock.now().astimezone(ZoneInfo(services.clinic.timezone)).date()
    rendered = message.draft(asked, "", today)
    require_channel(services, channel)

    def decide() -> Decision:
        if channel is Channel.WHATSAPP and lacks_template(services, message.kind):
            return Skip(reason=Reason.NO_TEMPLATE)
        return Send(
            options=(option,),
            render=lambda channel: services.content(rendered, channel, message.kind),
        )

    intent = Intent(
        key=f"event/{event.id}/{channel}", organization_id=None, recipient_id=None, decide=decide
    )
    remember(run, services.courier.deliver(run, intent))


def _workflow(event: str, summary: str) -> "EventWorkflow[Services]":
    words = event.replace("/", "-").replace(".", "-")
    return EventWorkflow(
        id=f"fisioflow-{words}",
        events=(event,),
        summary=summary,
        needs=(event.partition("/")[0],),
        deadline=timedelta(minutes=5),
        body=_send,
        summarise=errand_result,
    )


EVENT_WORKFLOWS = (
    _workflow(Events.EMAIL_APPOINTMENT_CONFIRMATION, "E-mail the confirmation of an appointment."),
    _workflow(Events.EMAIL_APPOINTMENT_REMINDER, "E-mail the reminder of an appointment."),
    _workflow(Events.EMAIL_BIRTHDAY_GREETING, "E-mail a birthday greeting."),
    _workflow(Events.EMAIL_DAILY_REPORT, "E-mail a day's figures."),
    _workflow(Events.WHATSAPP_APPOINTMENT_CONFIRMATION, "Confirm an appointment by WhatsApp."),
    _workflow(Events.WHATSAPP_APPOINTMENT_REMINDER, "Remind of an appointment by WhatsApp."),
    _workflow(Events.WHATSAPP_BIRTHDAY_GREETING, "Send a birthday greeting by WhatsApp."),
    _workflow(Events.WHATSAPP_DAILY_REPORT, "Send a day's figures by WhatsApp."),
)
