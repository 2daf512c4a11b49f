"""`notification/send`: an application's message to one of its users, as that user wants it.

Whoever is not to be written to is skipped, with the reason; quiet hours only postpone. What became
of it stands in the clinic's own notification history too, where the profile has one.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.catalogue.payloads import NotificationSend
from fisioflow_cli.clinic import users
from fisioflow_cli.clinic.contact import usable_email, usable_phone
from fisioflow_cli.clinic.preferences import Preferences, preferences
from fisioflow_cli.delivery import push
from fisioflow_cli.delivery.decision import (
    Channel,
    Decision,
    Intent,
    Option,
    Pause,
    Reason,
    Send,
    Skip,
    Wait,
)
from fisioflow_cli.engine.handler import EventWorkflow
from fisioflow_cli.messages.notification import notification
from fisioflow_cli.workflows import notified
from fisioflow_cli.workflows.address import configured
from fisioflow_cli.workflows.errand import payload, remember
from fisioflow_cli.workflows.wording import ReadyMade, lacks_template, ready_made

if TYPE_CHECKING:
    from fisioflow_cli.clinic.organizations import Organization
    from fisioflow_cli.engine.run import Run, Seen
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.messages.rendered import Rendered
    from fisioflow_cli.workflows.services import Services

KIND = "notification"


def _notify(run: "Run", event: "EventRow", services: "Services") -> None:
    asked = payload(event, NotificationSend)
    notice = Notice(
        run=run,
        services=services,
        event_id=event.id,
        asked=asked,
        template=ready_made(asked.template) if asked.template else None,
    )
    facts = notice.facts()
    seen = notice.push() if notice.channel is Channel.PUSH else {notice.key: notice.write()}
    remember(run, *seen.values())
    if not run.waits:
        notified.record(run, services, event.id, seen, facts)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One notification on its way to its user."""

    run: "Run"
    services: "Services"
    event_id: str
    asked: NotificationSend
    template: ReadyMade | None
    """The ready-made message that says it; None: its own words do."""

    @property
    def channel(self) -> Channel:
        """The channel that the application chose."""
        return Channel(self.asked.type)

    @property
    def key(self) -> str:
        """The message's permanent key; a push adds its subscription."""
        return f"event/{self.event_id}/{self.channel}"

    def write(self) -> "Seen":
        """Send the mail or the WhatsApp message."""
        return self._deliver(self.key, self._option())

    def push(self) -> "dict[str, Seen]":
        """Notify each browser of the user; those that are gone are retired."""
        found = users.subscriptions(self.services.clinic, self.asked.user_id)
        if not found:
            return {self.key: self._deliver(self.key, Reason.NO_SUBSCRIPTION)}
        seen = {}
        for one in found:
            key = f"{self.key}/{one.id}"
            seen[key] = self._deliver(key, push.option(one))
            notified.retire_if_gone(self.run, self.services, one.id, key)
        return seen

    def facts(self) -> dict[str, str | None]:
        """What the clinic's history says about it, besides the outcome; EventRefused as `render`."""
        house = self._user().organization
        rendered = self._rendered(house)
        return {
            "organization_id": self.asked.organization_id,
            "user_id": self.asked.user_id,
            "channel": str(self.channel),
            "title": rendered.subject,
            "body": rendered.short or rendered.text,
        }

    def _deliver(self, key: str, option: Option | Reason) -> "Seen":
        intent = Intent(
            key=key,
            organization_id=self.asked.organization_id,
            recipient_id=self.asked.user_id,
            decide=lambda: self._decide(option),
        )
        return self.services.courier.deliver(self.run, intent)

    def _option(self) -> Option | Reason:
        typed = self.asked.to or ""
        read = usable_email if self.channel is Channel.EMAIL else usable_phone
        address = read(typed)
        if address is None:
            return Reason.INVALID_CONTACT if typed.strip() else Reason.NO_CONTACT
        return Option(channel=self.channel, address=address)

    def _decide(self, option: Option | Reason) -> Decision:
        user = self._user()
        house = user.organization
        if house is None or not house.active:
            return Skip(reason=Reason.ORGANIZATION_INACTIVE)
        wishes = preferences(self.services.clinic, self.asked.user_id)
        if barred := self._barred(user, house, wishes):
            return Skip(reason=barred)
        if isinstance(option, Reason):
            return Skip(reason=option)
        now = self.services.clock.now()
        opens = wishes.opens(now, house.zone)
        if opens > now and self.asked.priority != "critical":
            return Wait(why=Pause.QUIET_HOURS, until=opens)
        rendered, kind = self._rendered(house), self.template.kind if self.template else KIND
        return Send(
            options=(option,),
            render=lambda channel: self.services.content(rendered, channel, kind),
        )

    def _user(self) -> users.User:
        return users.user(self.services.clinic, self.asked.user_id, self.asked.organization_id)

    def _barred(
        self, user: users.User, house: "Organization", wishes: Preferences
    ) -> Reason | None:
        """What bars any notification over this channel."""
        switched_off = {
            Channel.EMAIL: not house.email_enabled,
            Channel.WHATSAPP: not house.whatsapp_enabled,
        }
        if not user.active:
            return Reason.INACTIVE
        if switched_off.get(self.channel) or not configured(self.services, self.channel):
            return Reason.CHANNEL_DISABLED
        if self.channel not in wishes.allows or not self._consents(user):
            return Reason.OPTED_OUT
        untold = self.channel is Channel.WHATSAPP and self.template is not None
        if untold and self.template and lacks_template(self.services, self.template.kind):
            return Reason.NO_TEMPLATE
        return None

    def _consents(self, user: users.User) -> bool:
        """Any refusal wins; who works there, or let a browser show it, needs no consent."""
        if self.channel is Channel.PUSH:
            # a refusal of all messages stands in both
            return not (user.allows_email is False and user.allows_whatsapp is False)
        email = self.channel is Channel.EMAIL
        consent = user.allows_email if email else user.allows_whatsapp
        if user.staff:
            return consent is not False
        return self.services.courier.channels.permits(consent)

    def _rendered(self, house: "Organization | None") -> "Rendered":
        clinic = house.name if house else ""
        if self.template is None:
            return notification(
                subject=self.asked.subject or "", body=self.asked.body or "", clinic=clinic
            )
        zone = self.services.clinic.zone(None) if house is None else house.zone
        today = self.services.clock.now().astimezone(zone).date()
        data = {"to": self.asked.to or self.asked.user_id, **(self.asked.template_data or {})}
        return self.template.render(data, clinic=clinic, today=today)


EVENT_WORKFLOW = EventWorkflow(
    id="fisioflow-send-notification",
    events=(Events.NOTIFICATION_SEND,),
    summary="Notify a user by e-mail, WhatsApp or push, as their preferences allow.",
    needs=(),
    deadline=timedelta(minutes=5),
    body=_notify,
    summarise=notified.notified_result,
)
