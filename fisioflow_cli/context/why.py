"""Why somebody was written to, or not: one message, or all about one patient."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fisioflow_cli.clinic.contact import usable_phone
from fisioflow_cli.console import shortened
from fisioflow_cli.context import surroundings
from fisioflow_cli.context.delivery_history import DeliveryHistory, WantedDeliveries
from fisioflow_cli.context.history import History, storable
from fisioflow_cli.context.reader_facts import Readers
from fisioflow_cli.context.surroundings import Facts
from fisioflow_cli.engine.start import Request, timetable
from fisioflow_cli.errors import LedgerMissing, UnknownPatient, UsageError
from fisioflow_cli.gateways.legible import legible
from fisioflow_cli.workflows.message_kinds import MessageKind, kind_of
from fisioflow_cli.workflows.registry import WORKFLOWS

if TYPE_CHECKING:
    from fisioflow_cli.context.context import Context
    from fisioflow_cli.context.databases import Databases
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.ledger.deliveries import DeliveryRow
    from fisioflow_cli.ledger.pages import Page
    from fisioflow_cli.ledger.runs import RunRow
    from fisioflow_cli.workflows.services import Services

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
    """Its reader as they are now; None: the clinic does not know them (any more)."""
    subject: Facts | None
    """The appointment or voucher it is about, as it is now; None: it is about neither."""
    settings: Facts
    """What this deployment allows and is able to do now."""


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
    settings: Facts
    """What this deployment allows and is able to do now."""
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
            zone=self._readers.zone_of(row.organization_id),
            template=kept.template if kept else None,
            reader=self._readers.of_message(kind, row.recipient_id, row.organization_id),
            subject=surroundings.of_subject(self.databases.clinic, row.message_key),
            settings=surroundings.of_settings(self.context),
        )

    def patient(self, patient_id: str, *, after: str | None, most: int) -> PatientStory:
        """The story of a patient; UnknownPatient if neither clinic nor ledger knows the id."""
        if "@" in patient_id:
            raise UsageError(ADDRESS)
        wanted = storable(patient_id.strip()) or ""
        person = self._readers.patient(wanted)
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
            facts=self._readers.of_patient(person) if person else None,
            settings=surroundings.of_settings(self.context),
            zone=house.zone if house else self._readers.zone_of(None),
            now=tuple(self._prospects(wanted)) if person else (),
            page=page,
        )

    @property
    def _readers(self) -> Readers:
        return Readers(context=self.context, clinic=self.databases.clinic)

    @property
    def _deliveries(self) -> DeliveryHistory:
        zone = self.context.zone
        return DeliveryHistory(history=History(ledger=self.databases.ledger, zone=zone))

    def _prospects(self, patient_id: str) -> "Iterator[Prospect]":
        with self.context.channels(()) as channels:
            for workflow in WORKFLOWS:
                if (rehearse := workflow.concerning) is not None:
                    told: list[str | None] = []
                    only = replace(workflow, body=_for_one(rehearse, patient_id, told))
                    performer = self.context.performer(self.databases, channels, only, None)
                    zone = self.context.zone
                    slot, as_of = timetable(only, self.context.clock, zone).asked(Request())
                    report = performer.rehearse(slot, as_of)
                    yield Prospect(
                        command=workflow.command,
                        slot=slot.label,
                        plan=tuple(report.result.get("plan") or ()),
                        nothing=report.note or next(iter(told), None),
                    )


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
