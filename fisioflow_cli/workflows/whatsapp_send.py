"""`whatsapp/send`: an application's own WhatsApp message, at once, by the configured provider."""

from datetime import timedelta
from typing import TYPE_CHECKING

from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.catalogue.payloads import WhatsappSend
from fisioflow_cli.delivery.decision import Channel, Intent, Option, Send
from fisioflow_cli.engine.handler import EventWorkflow
from fisioflow_cli.errors import EventRefused
from fisioflow_cli.gateways.gateway import Content, Media
from fisioflow_cli.workflows.address import phone, require_channel
from fisioflow_cli.workflows.errand import errand_result, payload, remember

if TYPE_CHECKING:
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.workflows.services import Services


def _send(run: "Run", event: "EventRow", services: "Services") -> None:
    asked = payload(event, WhatsappSend)
    option = Option(channel=Channel.WHATSAPP, address=phone(asked.to))
    content = _content(asked, services)
    require_channel(services, Channel.WHATSAPP)
    intent = Intent(
        key=f"event/{event.id}/whatsapp",
        organization_id=None,
        recipient_id=None,
        decide=lambda: Send(options=(option,), render=lambda _channel: content),
    )
    remember(run, services.courier.deliver(run, intent))


def _content(asked: WhatsappSend, services: "Services") -> Content:
    text = asked.message or ""
    template = asked.type == "template"
    if template and services.courier.channels.templates is None:
        # Evolution knows no templates; the words may stand in the event all the same
        if not text:
            raise EventRefused(
                "Templates are WhatsApp Cloud's; with Evolution the event needs a message."
            )
        template = False
    media = None
    if asked.type == "media":
        media = Media(
            kind=asked.media_kind,
            url=asked.media_url or "",
            caption=asked.message,
            filename=asked.filename,
        )
    return Content(
        subject="",
        html="",
        text=text,
        short=text,
        template=asked.template_name if template else None,
        components=asked.template_components if template else (),
        language=asked.language if template else None,
        media=media,
    )


EVENT_WORKFLOW = EventWorkflow(
    id="fisioflow-send-whatsapp",
    events=(Events.WHATSAPP_SEND,),
    summary="Send an application's WhatsApp message: text, media or an approved template.",
    needs=("whatsapp",),
    deadline=timedelta(minutes=5),
    body=_send,
    summarise=errand_result,
)
