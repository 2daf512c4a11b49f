"""`email/send`: an application's own mail, at once: when and to whom is the application's decision."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.catalogue.payloads import Attachment, EmailSend
from fisioflow_cli.delivery.decision import Channel, Intent, Option, Send
from fisioflow_cli.engine.handler import EventWorkflow
from fisioflow_cli.gateways.gateway import Content, Mail
from fisioflow_cli.messages.plain_text import plain_text
from fisioflow_cli.messages.typed import one_line
from fisioflow_cli.workflows.address import mailbox, named_mailbox, require_channel
from fisioflow_cli.workflows.errand import errand_result, payload, remember

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.workflows.services import Services

SUBJECT_LENGTH = 998
"""RFC 5322, 2.1.1."""


def _send(run: "Run", event: "EventRow", services: "Services") -> None:
    asked = payload(event, EmailSend)
    first, *others = [mailbox(typed) for typed in asked.recipients]
    content = _content(asked)
    require_channel(services, Channel.EMAIL)
    option = Option(channel=Channel.EMAIL, address=first, others=tuple(others))
    intent = Intent(
        key=f"event/{event.id}/email",
        organization_id=None,
        recipient_id=None,
        decide=lambda: Send(options=(option,), render=lambda _channel: content),
    )
    remember(run, services.courier.deliver(run, intent))


def _content(asked: EmailSend) -> Content:
    text = asked.text or plain_text(asked.html or "")
    return Content(
        subject=one_line(asked.subject, limit=SUBJECT_LENGTH, otherwise=asked.subject.strip()),
        html=asked.html or "",
        text=text,
        short=text,
        mail=Mail(
            also_to=tuple(mailbox(typed) for typed in asked.to[1:]),
            cc=tuple(mailbox(typed) for typed in asked.cc or ()),
            bcc=tuple(mailbox(typed) for typed in asked.bcc or ()),
            sender=named_mailbox(asked.sender) if asked.sender else None,
            reply_to=tuple(named_mailbox(typed) for typed in asked.reply_to or ()),
            attachments=tuple(_file(attachment) for attachment in asked.attachments),
            tags=asked.tags,
        ),
    )


def _file(attachment: Attachment) -> "Mapping[str, Any]":
    """An attachment as Resend takes it."""
    facts = {
        "filename": attachment.filename,
        "content": attachment.content,
        "path": attachment.path,
        "content_type": attachment.content_type,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


EVENT_WORKFLOW = EventWorkflow(
    id="fisioflow-send-email",
    events=(Events.EMAIL_SEND,),
    summary="Send an application's e-mail.",
    needs=("email",),
    deadline=timedelta(minutes=5),
    body=_send,
    summarise=errand_result,
)
