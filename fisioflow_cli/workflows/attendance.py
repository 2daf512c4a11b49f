"""What the messages about an appointment share: one to its patient, from the state at that moment.

They are care, not marketing: the consent for the channel counts, the age does not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from fisioflow_cli.clinic import appointments, organizations
from fisioflow_cli.clinic.appointments import Appointment
from fisioflow_cli.clinic.patients import Patient, patient
from fisioflow_cli.delivery.decision import Decision, Intent, Pause, Reason, Send, Skip, Wait
from fisioflow_cli.messages.appointment import When

if TYPE_CHECKING:
    from fisioflow_cli.clinic.organizations import Organization
    from fisioflow_cli.engine.run import Run, Seen
    from fisioflow_cli.messages.rendered import Rendered
    from fisioflow_cli.workflows.services import Services

Barred = Callable[["Appointment | None", Appointment], Reason | None]
"""What bars the message, from the appointment as it is now and as it was when the message began."""
Draft = Callable[[Patient, "Organization", When], "Rendered"]


def not_as_planned(now: Appointment | None, seen: Appointment) -> Reason | None:
    """What bars a message that says the appointment takes place."""
    if now is None or now.status == "cancelled":
        return Reason.CANCELLED
    if now.starts_at != seen.starts_at or now.status == "rescheduled":
        return Reason.MOVED
    return None if now.coming else Reason.PAST


def not_cancelled(now: Appointment | None, seen: Appointment) -> Reason | None:
    """What bars a message that says the appointment does not take place."""
    if now is None or now.status == "cancelled":
        return None
    return Reason.NOT_DUE if now.starts_at == seen.starts_at else Reason.MOVED


@dataclass(frozen=True, kw_only=True)
class Note:
    """One message about one appointment, on its way to its patient."""

    run: "Run"
    services: "Services"
    seen: Appointment
    """As it was when the message began: its time is part of the message's key."""
    kind: str
    """`appointment_reminder`, …: the message's template, and the first part of its key."""
    occasion: str = ""
    """What follows the time in the key."""
    barred: Barred
    draft: Draft
    not_before: date | None = None
    """The local day on which it may leave at the earliest."""

    def deliver(self) -> "Seen":
        """Write to the patient, unless that is done, barred or untimely."""
        starts_at = self.seen.starts_at.isoformat()
        intent = Intent(
            key=f"{self.kind.replace('_', '-')}/{self.seen.id}/{starts_at}{self.occasion}",
            organization_id=self.seen.organization_id,
            recipient_id=self.seen.patient_id,
            decide=self._decide,
        )
        return self.services.courier.deliver(self.run, intent)

    def _decide(self) -> Decision:
        found = patient(self.services.clinic, self.seen.patient_id or "")
        if found is None:
            return Skip(reason=Reason.NO_CONTACT)
        house = self._organization(found)
        if house is None or not house.active:
            return Skip(reason=Reason.ORGANIZATION_INACTIVE)
        now = self._now(house)
        if untimely := self._untimely(house, now):
            return untimely
        if reason := self._reason(found, house, now):
            return Skip(reason=reason)
        options = self.services.courier.channels.choose(found, house, self.kind)
        if isinstance(options, Reason):
            return Skip(reason=options)
        if not self.services.window.open(now, house.zone):
            return self._at_daylight(house, now)
        rendered = self.draft(found, house, When.of(self.seen.starts_at, now.date()))
        return Send(
            options=options,
            render=lambda channel: self.services.content(rendered, channel, self.kind),
        )

    def _organization(self, found: Patient) -> "Organization | None":
        """The one the appointment is at; the patient's own if it names none."""
        own, wanted = found.organization, self.seen.organization_id
        if wanted is None or (own is not None and own.id == wanted):
            return own
        return organizations.organization(self.services.clinic, wanted)

    def _now(self, house: "Organization") -> datetime:
        """The time at the clinic; a dry run shows a slot to come as it will be."""
        now = self.services.clock.now()
        return (max(now, self.run.as_of) if self.run.dry else now).astimezone(house.zone)

    def _untimely(self, house: "Organization", now: datetime) -> Wait | None:
        if self.not_before is None or now.date() >= self.not_before or self.run.dry:
            return None
        begins = datetime.combine(self.not_before, time(), house.zone)
        return Wait(why=Pause.DAY_NOT_BEGUN, until=begins.astimezone(UTC))

    def _reason(self, found: Patient, house: "Organization", now: datetime) -> Reason | None:
        if reason := self.barred(
            appointments.appointment(self.services.clinic, self.seen.id), self.seen
        ):
            return reason
        if self._begins(house) <= now:
            return Reason.PAST
        return None if found.active else Reason.INACTIVE

    def _at_daylight(self, house: "Organization", now: datetime) -> Decision:
        opens = self.services.window.opens(now, house.zone)
        # an appointment that will have begun by then is past for this message already
        if self._begins(house) <= opens:
            return Skip(reason=Reason.PAST)
        return Wait(why=Pause.OUTSIDE_HOURS, until=opens)

    def _begins(self, house: "Organization") -> datetime:
        return self.seen.starts_at.replace(tzinfo=house.zone).astimezone(UTC)
