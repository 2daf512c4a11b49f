"""Appointment reminders, the day before: one per appointment and starting time.

The same message whether the schedule, an event about one appointment or an event about all of
tomorrow's begins it: its key tells.
"""

from datetime import time, timedelta
from typing import TYPE_CHECKING

from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.catalogue.payloads import AppointmentReminder
from fisioflow_cli.clinic import appointments
from fisioflow_cli.engine.handler import EventWorkflow
from fisioflow_cli.engine.run import Seen
from fisioflow_cli.engine.slots import Daily
from fisioflow_cli.engine.workflow import Result, Workflow
from fisioflow_cli.messages import appointment as messages
from fisioflow_cli.workflows.attendance import Note, not_as_planned
from fisioflow_cli.workflows.errand import found_or_awaited, payload, remember
from fisioflow_cli.workflows.services import Services
from fisioflow_cli.workflows.tally import messaging_result

if TYPE_CHECKING:
    from datetime import date

    from fisioflow_cli.clinic.appointments import Appointment
    from fisioflow_cli.clinic.organizations import Organization
    from fisioflow_cli.clinic.patients import Candidate, Patient
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.messages.rendered import Rendered

KIND = "appointment_reminder"
STEP = "remind"


def _remind_all(run: "Run", services: Services) -> None:
    _remind_tomorrows(run, services, run.organization)


def _remind_tomorrows(run: "Run", services: Services, only: str | None) -> None:
    tomorrow = run.slot.day + timedelta(days=1)

    def page(after: str | None, until: str | None) -> "list[Candidate]":
        return appointments.coming_on(services.clinic, tomorrow, only, after, until)

    run.for_each(STEP, pages=page, do=lambda candidate: _remind(run, services, candidate))


def _remind(run: "Run", services: Services, candidate: "Candidate") -> Seen:
    seen = appointments.appointment(services.clinic, candidate.id)
    return _note(run, services, seen, not_before=run.slot.day).deliver() if seen else Seen()


def _remind_only(run: "Run", services: Services, patient_id: str) -> str | None:
    tomorrow = run.slot.day + timedelta(days=1)
    found = appointments.coming_of(services.clinic, patient_id, tomorrow)
    for candidate in found:
        _remind(run, services, candidate)
    return None if found else "they have no appointment tomorrow"


def _note(
    run: "Run", services: Services, seen: "Appointment", *, not_before: "date | None" = None
) -> Note:
    def draft(person: "Patient", house: "Organization", when: messages.When) -> "Rendered":
        return messages.appointment_reminder(
            name=person.name,
            clinic=house.name,
            when=when,
            therapist=appointments.therapist(services.clinic, seen),
        )

    return Note(
        run=run,
        services=services,
        seen=seen,
        kind=KIND,
        occasion="/day-before",
        barred=not_as_planned,
        draft=draft,
        not_before=not_before,
    )


def _remind_as_asked(run: "Run", event: "EventRow", services: Services) -> None:
    asked = payload(event, AppointmentReminder)
    if asked.appointment_id is None:
        _remind_tomorrows(run, services, asked.organization_id)
        return
    seen = found_or_awaited(run, event, services, asked.appointment_id)
    if seen is not None:
        remember(run, _note(run, services, seen).deliver(), step=STEP)


def _summarise(run: "Run", services: Services) -> Result:
    return messaging_result(run, services, STEP)


WORKFLOW = Workflow(
    id="fisioflow-appointment-reminders",
    command="appointment-reminders",
    summary="Remind patients of tomorrow's appointments.",
    rule=Daily(),
    at=time(18),
    cron="0 18 * * *",
    # the next day they may still be due: each appointment says itself whether it has begun
    maximum_age=timedelta(days=1),
    deadline=timedelta(hours=2),
    needs=("email", "whatsapp"),
    body=_remind_all,
    summarise=_summarise,
    concerning=_remind_only,
)

EVENT_WORKFLOW = EventWorkflow(
    id="fisioflow-appointment-reminder",
    events=(Events.APPOINTMENT_REMINDER,),
    summary="Remind the patient of an appointment, or all patients of tomorrow's.",
    needs=("email", "whatsapp"),
    deadline=timedelta(hours=1),
    body=_remind_as_asked,
    summarise=_summarise,
)
