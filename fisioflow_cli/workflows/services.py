"""What the body of a workflow needs besides its run."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.delivery.decision import Channel
from fisioflow_cli.gateways.gateway import Content

if TYPE_CHECKING:
    from fisioflow_cli.clinic.clinic import Clinic
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.delivery.courier import Courier
    from fisioflow_cli.delivery.hours import SendWindow
    from fisioflow_cli.gateways.insights_openai import InsightModel
    from fisioflow_cli.messages.rendered import Rendered


@dataclass(frozen=True, kw_only=True)
class Services:
    """The clinic, the courier and the rules of this deployment; shared by all threads."""

    clinic: "Clinic"
    courier: "Courier"
    clock: "Clock"
    window: "SendWindow"
    message_minors: bool
    payload_days: int
    insights: "InsightModel | None" = None
    """The language model; None if no key is set."""
    ai_organizations: frozenset[str] = frozenset()
    """Ids of the organizations whose records it may see; `all` stands for every one."""

    def content(self, rendered: "Rendered", channel: Channel, kind: str) -> Content:
        """A rendered message for a channel, with the template approved for its kind on WhatsApp."""
        template = self.courier.channels.template(kind) if channel is Channel.WHATSAPP else None
        return Content(
            subject=rendered.subject,
            html=rendered.html,
            text=rendered.text,
            short=rendered.short,
            template=template,
            parameters=rendered.parameters,
        )
