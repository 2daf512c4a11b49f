"""What bears on whether somebody is written to, as the clinic has it now; addresses masked, no names."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DataError, StatementError

from fisioflow_cli.clinic import organizations, patients, users
from fisioflow_cli.clinic.contact import usable_phone
from fisioflow_cli.clinic.preferences import preferences
from fisioflow_cli.console import mask
from fisioflow_cli.delivery.hours import SendWindow
from fisioflow_cli.settings import parse_window
from fisioflow_cli.workflows.message_kinds import MessageKind, Reader
from fisioflow_cli.workflows.outreach import OF_AGE

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from fisioflow_cli.clinic.clinic import Clinic
    from fisioflow_cli.clinic.organizations import Organization, StaffMember
    from fisioflow_cli.clinic.patients import Patient
    from fisioflow_cli.context.context import Context

Facts = dict[str, Any]
"""Booleans, None where nothing is recorded, and text."""


@dataclass(frozen=True, kw_only=True)
class Readers:
    """Looks readers up in one clinic."""

    context: "Context"
    clinic: "Clinic"

    def of_message(
        self, kind: MessageKind | None, reader_id: str | None, organization_id: str | None
    ) -> Facts | None:
        """Who a message is for; None if the clinic does not know them (any more)."""
        if kind is None or reader_id is None:
            return None
        if kind.reader is Reader.STAFF:
            member = organizations.staff_member(self.clinic, reader_id)
            return _of_staff(member) if member else None
        if kind.reader is Reader.USER:
            return self._of_user(reader_id, organization_id)
        person = self.patient(reader_id)
        return self.of_patient(person) if person else None

    def patient(self, patient_id: str) -> "Patient | None":
        """The patient with this id; what is not even an id of this database's kind names none either."""
        try:
            return patients.patient(self.clinic, patient_id)
        except (StatementError, DataError, UnicodeEncodeError):
            return None

    def of_patient(self, person: "Patient") -> Facts:
        """What bears on marketing and care to a patient."""
        house = person.organization
        now = self._now(house)
        age = person.age(now.date())
        opens = self._window.opens(now, self._zone(house)).astimezone(self._zone(house))
        return {
            **_of_house(house),
            "active": person.active,
            "of_age": None if age is None else age >= OF_AGE,
            "preferred_channel": person.preferred_channel,
            "allows_email": person.allows_email,
            "allows_whatsapp": person.allows_whatsapp,
            "allows_marketing": person.allows_marketing,
            "email": _masked(person.email),
            "phone": _masked(usable_phone(person.phone) or person.phone),
            "local_time": f"{now:%Y-%m-%d %H:%M}",
            "written_to_from": "now on" if opens <= now else f"{opens:%Y-%m-%d %H:%M}",
        }

    def zone_of(self, organization_id: str | None) -> "ZoneInfo":
        """An organization's time zone; the deployment's if there is no such organization."""
        if organization_id is not None:
            house = organizations.organization(self.clinic, organization_id)
            return self._zone(house)
        return self._zone(None)

    def _of_user(self, user_id: str, organization_id: str | None) -> Facts:
        user = users.user(self.clinic, user_id, organization_id)
        wishes = preferences(self.clinic, user_id)
        now = self._now(user.organization)
        opens = wishes.opens(now, self._zone(user.organization))
        return {
            **_of_house(user.organization),
            "active": user.active,
            "works_there": user.staff,
            "allows_email": user.allows_email,
            "allows_whatsapp": user.allows_whatsapp,
            "channels_on": ", ".join(sorted(wishes.allows)),
            "local_time": f"{now:%Y-%m-%d %H:%M}",
            "quiet_hours": opens > now,
        }

    @property
    def _window(self) -> SendWindow:
        typed = self.context.settings.send_window
        return SendWindow(window=None if typed == "always" else parse_window(typed))

    def _zone(self, house: "Organization | None") -> "ZoneInfo":
        return house.zone if house else self.clinic.zone(None)

    def _now(self, house: "Organization | None") -> datetime:
        return self.context.clock.now().astimezone(self._zone(house))


def _of_house(house: "Organization | None") -> Facts:
    return {
        "organization_id": house.id if house else None,
        "organization_active": house.active if house else None,
    }


def _of_staff(member: "StaffMember") -> Facts:
    return {
        "active": member.active,
        "receives_reports": member.receives_reports,
        "email": _masked(member.email),
    }


def _masked(address: str | None) -> str | None:
    return mask(address) if address and address.strip() else None
