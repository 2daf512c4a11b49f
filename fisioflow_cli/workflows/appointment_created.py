"""`appointment/created`: a confirmation to the patient, one per appointment and starting time."""

from datetime import timedelta
from typing import TYPE_CHECKING

from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.catalogue.payloads import AppointmentCreated
from fisioflow_cli.clinic import appointments
from fisioflow_cli.engine.handler import EventWorkflow
from fisioflow_cli.messages.appointment import When, appointment_confirmation
from fisioflow_cli.workflows.attendance import Note, not_as_planned
from fisioflow_cli.workflows.errand import errand_result, found_or_awaited, payload, remember

if TYPE_CHECKING:
    from fisioflow_cli.clinic.organizations import Organization
    from fisioflow_cli.clinic.patients import Patient
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.messages.rendered import Rendered
    from fisioflow_cli.workflows.services import Services


def _confirm(run: "Run", event: "EventRow", services: "Services") -> None:
    asked = payload(event, AppointmentCreated)
    seen = found_or_awaited(run, event, services, asked.appointment_id)
    if seen is None:
        return

    def draft(person: "Patient", house: "Organization", when: When) -> "Rendered":
        return appointment_confirmation(
            name=person.name,
            clinic=house.name,
            when=when,
            therapist=appointments.therapist(services.clinic, seen),
        )

    note = Note(
        run=run,
        services=services,
        seen=seen,
        kind="appointment_confirmation",
        barred=not_as_planned,
        draft=draft,
    )
    remember(run, note.deliver())


EVENT_WORKFLOW = EventWorkflow(
    id="fisioflow-appointment-created",
    events=(Events.APPOINTMENT_CREATED,),
    summary="Confirm a new appointment to its patient.",
    needs=("email", "whatsapp"),
    deadline=timedelta(minutes=5),
    body=_confirm,
    summarise=errand_result,
)
