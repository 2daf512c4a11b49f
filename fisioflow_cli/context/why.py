"""Why somebody was written to, or not: one message, or all about one patient."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DataError, StatementError

from fisioflow_cli.clinic import organizations, patients
from fisioflow_cli.clinic.contact import usable_phone
from fisioflow_cli.console import mask, shortened
from fisioflow_cli.context.delivery_history import DeliveryHistory, WantedDeliveries
from fisioflow_cli.context.history import History, storable
from fisioflow_cli.engine.start import Request, timetable
from fisioflow_cli.errors import LedgerMissing, UnknownPatient, UsageError
from fisioflow_cli.gateways.legible import legible
from fisioflow_cli.workflows.message_kinds import MessageKind, Reader, kind_of
from fisioflow_cli.workflows.outreach import OF_AGE
from fisioflow_cli.workflows.registry import WORKFLOWS

if TYPE_CHECKING:
    from fisioflow_cli.clinic.organizations import StaffMember
    from fisioflow_cli.clinic.patients import Patient
    from fisioflow_cli.context.context import Context
    from fisioflow_cli.context.databases import Databases
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.ledger.deliveries import DeliveryRow
    from fisioflow_cli.ledger.pages import Page
    from fisioflow_cli.ledger.runs import RunRow
    from fisioflow_cli.workflows.services import Services

Facts = dict[str, str]
ADDRESS = (
    "That looks like an address or a number to call; write a patient's id or a message's key instead: "
    "what is typed here stands in the shell's history."
)


@dataclass(frozen=True, kw_only=True)
class MessageStory:
    """One message with what explains it."""

    delivery: "DeliveryRow"
    run: "RunRow | None"
    kind: MessageKind | None
    zone: ZoneInfo
    """The clinic's."""
    template: str | None
    """The approved template it was sent with, while its text is kept."""
    reader: Facts | None
    """Its reader as they are now; None: the clinic does not know them (any more), or they are a user."""


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """What a scheduled workflow would do about one patient now."""

    command: str
    slot: str
    plan: tuple[dict[str, Any], ...]
    """As a dry run shows it."""
    nothing: str | None
    """Why that is nothing."""


@dataclass(frozen=True, kw_only=True)
class PatientStory:
    """One patient: who they are to us, what would happen now, and what has happened."""

    patient_id: str
    facts: Facts | None
    """None: the clinic does not know them (any more)."""
    zone: ZoneInfo
    now: tuple[Prospect, ...]
    page: "Page[DeliveryRow]"


@dataclass(frozen=True, kw_only=True)
class Explainer:
    """Explains from one ledger and its clinic; a wrong key or id is a UsageError."""

    context: "Context"
    databases: "Databases"

    def message(self, key: str) -> MessageStory:
        """The story of a message; UnknownMessage if there is none with this key."""
        row = self._deliveries.find(key)
        kind = kind_of(row.message_key)
        kept = legible(row.payload) if row.payload else None
        return MessageStory(
            delivery=row,
            run=self._deliveries.run_of(row),
            kind=kind,
            zone=self._zone(row.organization_id),
            template=kept.template if kept else None,
            reader=self._reader(kind, row.recipient_id),
        )

    def patient(self, patient_id: str, *, after: str | None, most: int) -> PatientStory:
        """The story of a patient; UnknownPatient if neither clinic nor ledger knows the id."""
        if "@" in patient_id:
            raise UsageError(ADDRESS)
        wanted = storable(patient_id.strip()) or ""
        person = self._find(wanted)
        page = self._deliveries.page(WantedDeliveries(recipient=wanted), after=after, most=most)
        if person is None and not page.rows:
            if usable_phone(wanted) is not None:
                raise UsageError(ADDRESS)
            raise UnknownPatient(
                f"Neither the clinic nor the ledger knows the patient {shortened(patient_id)}."
            )
        house = person.organization if person else None
        return PatientStory(
            patient_id=wanted,
            facts=_facts_of(person, self._now(house)) if person else None,
            zone=house.zone if house else self._zone(None),
            now=tuple(self._prospects(wanted)) if person else (),
            page=page,
        )

    @property
    def _deliveries(self) -> DeliveryHistory:
        zone = ZoneInfo(self.context.settings.timezone)
        return DeliveryHistory(history=History(ledger=self.databases.ledger, zone=zone))

    def _prospects(self, patient_id: str) -> "Iterator[Prospect]":
        with self.context.channels(()) as channels:
            for workflow in WORKFLOWS:
                if (rehearse := workflow.concerning) is not None:
                    told: list[str | None] = []
                    only = replace(workflow, body=_for_one(rehearse, patient_id, told))
                    performer = self.context.performer(self.databases, channels, only, None)
                    zone = ZoneInfo(self.context.settings.timezone)
                    slot, as_of = timetable(only, self.context.clock, zone).asked(Request())
                    report = performer.rehearse(slot, as_of)
                    yield Prospect(
                        command=workflow.command,
                        slot=slot.label,
                        plan=tuple(report.result.get("plan") or ()),
                        nothing=report.note or next(iter(told), None),
                    )

    def _reader(self, kind: MessageKind | None, reader_id: str | None) -> Facts | None:
        if kind is None or reader_id is None:
            return None
        if kind.reader is Reader.STAFF:
            member = organizations.staff_member(self.databases.clinic, reader_id)
            return _facts_of_staff(member) if member else None
        person = self._find(reader_id) if kind.reader is Reader.PATIENT else None
        return _facts_of(person, self._now(person.organization)) if person else None

    def _find(self, patient_id: str) -> "Patient | None":
        """What is not even an id of this database's kind names no patient either."""
        try:
            return patients.patient(self.databases.clinic, patient_id)
        except (StatementError, DataError, UnicodeEncodeError):
            return None

    def _zone(self, organization_id: str | None) -> ZoneInfo:
        if organization_id is not None:
            house = organizations.organization(self.databases.clinic, organization_id)
            if house is not None:
                return house.zone
        return ZoneInfo(self.context.settings.timezone)

    def _now(self, house: "organizations.Organization | None") -> Any:
        zone = house.zone if house else self._zone(None)
        return self.context.clock.now().astimezone(zone)


@contextmanager
def open_explainer(context: "Context") -> Iterator[Explainer]:
    """An explainer of this context's databases; LedgerMissing where nothing has ever run."""
    with context.databases() as databases:
        if not databases.inspect():
            raise LedgerMissing
        yield Explainer(context=context, databases=databases)


def _for_one(
    rehearse: "Callable[[Run, Services, str], str | None]",
    patient_id: str,
    told: list[str | None],
) -> "Callable[[Run, Services], None]":
    def body(run: "Run", services: "Services") -> None:
        told.append(rehearse(run, services, patient_id))

    return body


def _facts_of(person: "Patient", now: Any) -> Facts:
    age = person.age(now.date())
    house = person.organization
    return {
        "organization": f"{house.id}, {'active' if house.active else 'not active'}"
        if house
        else "none",
        "active": _yes(person.active),
        "of age": "not known" if age is None else _yes(age >= OF_AGE),
        "prefers": person.preferred_channel or "nothing in particular",
        "allows e-mail": _yes(person.allows_email),
        "allows WhatsApp": _yes(person.allows_whatsapp),
        "allows marketing": _yes(person.allows_marketing),
        "e-mail": _masked(person.email),
        "phone": _masked(usable_phone(person.phone) or person.phone),
        "time there": f"{now:%Y-%m-%d %H:%M}",
    }


def _facts_of_staff(member: "StaffMember") -> Facts:
    return {
        "active": _yes(member.active),
        "receives reports": _yes(member.receives_reports),
        "e-mail": _masked(member.email),
    }


def _masked(address: str | None) -> str:
    return mask(address) if address and address.strip() else "none"


def _yes(fact: bool | None) -> str:
    return "nothing recorded" if fact is None else "yes" if fact else "no"
