"""`appointment/cancelled`: a note to the patient, and no reminder any more."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.catalogue.payloads import AppointmentCancelled
from fisioflow_cli.clinic import appointments
from fisioflow_cli.engine.handler import EventWorkflow
from fisioflow_cli.engine.workflow import Result
from fisioflow_cli.ledger import events
from fisioflow_cli.messages.appointment import When, appointment_cancellation
from fisioflow_cli.workflows.attendance import Note, not_cancelled
from fisioflow_cli.workflows.errand import early, errand_result, look_again, payload, remember

if TYPE_CHECKING:
    from fisioflow_cli.clinic.appointments import Appointment
    from fisioflow_cli.clinic.organizations import Organization
    from fisioflow_cli.clinic.patients import Patient
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.messages.rendered import Rendered
    from fisioflow_cli.workflows.services import Services

VOID = "void reminders"


def _cancel(run: "Run", event: "EventRow", services: "Services") -> None:
    asked = payload(event, AppointmentCancelled)
    seen = appointments.appointment(services.clinic, asked.appointment_id)
    if seen is not None and seen.status != "cancelled" and early(event, services):
        # the webhook may be faster than the transaction it tells of
        look_again(run, event, services, "The clinic's database has no cancellation yet")
        return
    if seen is None or seen.status == "cancelled":
        _void_reminders(run, asked.appointment_id)
    if seen is not None:
        remember(run, _note(run, services, seen).deliver())


def _void_reminders(run: "Run", appointment_id: str) -> None:
    def void(connection: Any) -> int:
        return events.void(
            run.ledger,
            connection,
            name=Events.APPOINTMENT_REMINDER,
            subject=appointment_id,
            reason="cancelled",
        )

    run.record_with(VOID, void)


def _note(run: "Run", services: "Services", seen: "Appointment") -> Note:
    def draft(person: "Patient", house: "Organization", when: When) -> "Rendered":
        return appointment_cancellation(name=person.name, clinic=house.name, when=when)

    return Note(
        run=run,
        services=services,
        seen=seen,
        kind="appointment_cancellation",
        barred=not_cancelled,
        draft=draft,
    )


def _summarise(run: "Run", services: "Services") -> Result:
    done = errand_result(run, services)
    voided = run.results(VOID).get(VOID, 0)
    return Result(
        data={**done.data, "voided_reminders": voided},
        troubled=done.troubled,
        pending=done.pending,
    )


EVENT_WORKFLOW = EventWorkflow(
    id="fisioflow-appointment-cancelled",
    events=(Events.APPOINTMENT_CANCELLED,),
    summary="Tell the patient that an appointment is cancelled; void its reminders.",
    needs=("email", "whatsapp"),
    deadline=timedelta(minutes=5),
    body=_cancel,
    summarise=_summarise,
)
