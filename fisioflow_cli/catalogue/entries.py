"""The events that somebody handles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fisioflow_cli.catalogue import examples, payloads
from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.catalogue.payload import Payload

MAIL, PHONE = "ana@example.com", "+5511987654321"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event of the catalogue."""

    name: str
    workflow: str
    """The id of the workflow it starts."""
    payload: type[Payload]
    summary: str
    example: Mapping[str, Any]
    """A `data` that fits."""


def _ready(name: str, payload: type[Payload], summary: str, example: Mapping[str, Any]) -> Entry:
    """A ready-made message, whose workflow is named after it."""
    words = name.replace("/", "-").replace(".", "-")
    return Entry(
        name=name,
        workflow=f"fisioflow-{words}",
        payload=payload,
        summary=summary,
        example=example,
    )


ENTRIES = (
    Entry(
        name=Events.NOTIFICATION_SEND,
        workflow="fisioflow-send-notification",
        payload=payloads.NotificationSend,
        summary="Notifies a user by e-mail, WhatsApp or push, as their preferences allow.",
        example=examples.NOTIFICATION,
    ),
    Entry(
        name=Events.NOTIFICATION_SEND_BATCH,
        workflow="fisioflow-send-notification-batch",
        payload=payloads.NotificationSendBatch,
        summary="One `notification/send` per item.",
        example=examples.BATCH,
    ),
    Entry(
        name=Events.EMAIL_SEND,
        workflow="fisioflow-send-email",
        payload=payloads.EmailSend,
        summary="Sends an e-mail as it is written, at once.",
        example=examples.EMAIL,
    ),
    Entry(
        name=Events.EMAIL_SEND_BATCH,
        workflow="fisioflow-send-email-batch",
        payload=payloads.EmailSendBatch,
        summary="One `email/send` per item.",
        example=examples.EMAILS,
    ),
    Entry(
        name=Events.WHATSAPP_SEND,
        workflow="fisioflow-send-whatsapp",
        payload=payloads.WhatsappSend,
        summary="Sends a WhatsApp message as it is written, at once.",
        example=examples.WHATSAPP,
    ),
    Entry(
        name=Events.WHATSAPP_SEND_BATCH,
        workflow="fisioflow-send-whatsapp-batch",
        payload=payloads.WhatsappSendBatch,
        summary="One `whatsapp/send` per item.",
        example=examples.WHATSAPPS,
    ),
    Entry(
        name=Events.APPOINTMENT_CREATED,
        workflow="fisioflow-appointment-created",
        payload=payloads.AppointmentCreated,
        summary="Confirms an appointment to its patient.",
        example=examples.APPOINTMENT,
    ),
    Entry(
        name=Events.APPOINTMENT_CANCELLED,
        workflow="fisioflow-appointment-cancelled",
        payload=payloads.AppointmentCancelled,
        summary="Tells the patient that an appointment is off; voids the reminders that wait.",
        example=examples.APPOINTMENT,
    ),
    Entry(
        name=Events.APPOINTMENT_REMINDER,
        workflow="fisioflow-appointment-reminder",
        payload=payloads.AppointmentReminder,
        summary="Reminds of one appointment, or of all of tomorrow.",
        example={"appointmentId": examples.APPOINTMENT_ID},
    ),
    Entry(
        name=Events.AI_PATIENT_INSIGHTS,
        workflow="fisioflow-ai-patient-insights",
        payload=payloads.PatientInsights,
        summary="Has a language model suggest insights from the last sessions, de-identified.",
        example=examples.INSIGHTS,
    ),
    Entry(
        name=Events.AI_BATCH_INSIGHTS,
        workflow="fisioflow-ai-batch-insights",
        payload=payloads.BatchInsights,
        summary="One `ai/patient.insights` per item.",
        example=examples.PATIENTS,
    ),
    *(
        entry
        for channel, to in (("email", MAIL), ("whatsapp", PHONE))
        for entry in (
            _ready(
                f"{channel}/appointment.confirmation",
                payloads.AppointmentMessage,
                "The ready-made confirmation of an appointment.",
                examples.appointment_message(to),
            ),
            _ready(
                f"{channel}/appointment.reminder",
                payloads.AppointmentMessage,
                "The ready-made reminder of an appointment.",
                examples.appointment_message(to),
            ),
            _ready(
                f"{channel}/birthday.greeting",
                payloads.BirthdayGreeting,
                "The ready-made birthday greeting.",
                examples.birthday_greeting(to),
            ),
            _ready(
                f"{channel}/daily.report",
                payloads.DailyReport,
                "The ready-made report of a day's figures.",
                examples.daily_report(to),
            ),
        )
    ),
)
