"""What bears on whether somebody is written to, as the clinic has it now; addresses masked, no names."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import DataError, StatementError

from fisioflow_cli.clinic import organizations, patients, users
from fisioflow_cli.clinic.contact import usable_email, usable_phone
from fisioflow_cli.clinic.preferences import preferences
from fisioflow_cli.console import mask
from fisioflow_cli.context.surroundings import Facts, of_organization
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
            return self._of_staff(member, self._house(organization_id)) if member else None
        if kind.reader is Reader.USER:
            return self._of_user(reader_id, organization_id)
        person = self.patient(reader_id)
        return self.of_patient(person, self._house(organization_id)) if person else None

    def patient(self, patient_id: str) -> "Patient | None":
        """The patient with this id; what is not even an id of this database's kind names none either."""
        try:
            return patients.patient(self.clinic, patient_id)
        except (StatementError, DataError, UnicodeEncodeError):
            return None

    def of_patient(self, person: "Patient", house: "Organization | None" = None) -> Facts:
        """What bears on marketing and care to a patient, by their own organization or another one."""
        house = house or person.organization
        now = self._now(house)
        age = person.age(now.date())
        opens = self._window.opens(now, self._zone(house)).astimezone(self._zone(house))
        return {
            **of_organization(house),
            "active": person.active,
            "of_age": None if age is None else age >= OF_AGE,
            "preferred_channel": person.preferred_channel,
            "allows_email": person.allows_email,
            "allows_whatsapp": person.allows_whatsapp,
            "allows_marketing": person.allows_marketing,
            "email": _masked(person.email),
            "email_usable": usable_email(person.email) is not None,
            "phone": _masked(usable_phone(person.phone) or person.phone),
            "phone_usable": usable_phone(person.phone) is not None,
            "local_time": f"{now:%Y-%m-%d %H:%M}",
            "written_to_from": "now on" if opens <= now else f"{opens:%Y-%m-%d %H:%M}",
        }

    def zone_of(self, organization_id: str | None) -> "ZoneInfo":
        """An organization's time zone; the deployment's if there is no such organization."""
        return self._zone(self._house(organization_id))

    def _of_staff(self, member: "StaffMember", house: "Organization | None") -> Facts:
        return {
            **of_organization(house),
            "active": member.active,
            "role": member.role,
            "receives_reports": member.receives_reports,
            "email": _masked(member.email),
            "email_usable": usable_email(member.email) is not None,
            "local_time": f"{self._now(house):%Y-%m-%d %H:%M}",
        }

    def _of_user(self, user_id: str, organization_id: str | None) -> Facts:
        user = users.user(self.clinic, user_id, organization_id)
        wishes = preferences(self.clinic, user_id)
        now = self._now(user.organization)
        opens = wishes.opens(now, self._zone(user.organization))
        return {
            **of_organization(user.organization),
            "active": user.active,
            "works_there": user.staff,
            "allows_email": user.allows_email,
            "allows_whatsapp": user.allows_whatsapp,
            "channels_on": ", ".join(sorted(wishes.allows)),
            "local_time": f"{now:%Y-%m-%d %H:%M}",
            "quiet_hours": opens > now,
            "browsers": len(users.subscriptions(self.clinic, user_id)),
        }

    def _house(self, organization_id: str | None) -> "Organization | None":
        if organization_id is None:
            return None
        return organizations.organization(self.clinic, organization_id)

    @property
    def _window(self) -> SendWindow:
        typed = self.context.settings.send_window
        return SendWindow(window=None if typed == "always" else parse_window(typed))

    def _zone(self, house: "Organization | None") -> "ZoneInfo":
        return house.zone if house else self.clinic.zone(None)

    def _now(self, house: "Organization | None") -> datetime:
        return self.context.clock.now().astimezone(self._zone(house))


def _masked(address: str | None) -> str | None:
    return mask(address) if address and address.strip() else None
