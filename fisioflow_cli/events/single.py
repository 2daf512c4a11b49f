"""One function per event that applications send most; each answers the event's id.

All take their fields by name, `id` and `ts` beside them. All raise as `send` does, and TypeError for a
field that there is not.
"""

from typing import Unpack

from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.events.fields import (
    Appointment,
    Email,
    Notification,
    Options,
    Patient,
    Reminders,
    Whatsapp,
)
from fisioflow_cli.events.sending import send_fields


class _Notification(Notification, Options): ...


class _Email(Email, Options): ...


class _Whatsapp(Whatsapp, Options): ...


class _Patient(Patient, Options): ...


class _Appointment(Appointment, Options): ...


class _Reminders(Reminders, Options): ...


def send_notification(**fields: Unpack[_Notification]) -> str:
    """Notify a user by the channel `type`, as their preferences allow; fields: `Notification`."""
    return send_fields(Events.NOTIFICATION_SEND, fields, Notification)


def send_email(**fields: Unpack[_Email]) -> str:
    """Send an e-mail as it is written; fields: `Email`."""
    return send_fields(Events.EMAIL_SEND, fields, Email)


def send_whatsapp(**fields: Unpack[_Whatsapp]) -> str:
    """Send a WhatsApp message as it is written; fields: `Whatsapp`."""
    return send_fields(Events.WHATSAPP_SEND, fields, Whatsapp)


def generate_patient_insights(**fields: Unpack[_Patient]) -> str:
    """Have a language model suggest insights about a patient, de-identified; fields: `Patient`."""
    return send_fields(Events.AI_PATIENT_INSIGHTS, fields, Patient)


def notify_appointment_created(**fields: Unpack[_Appointment]) -> str:
    """Confirm an appointment to its patient; fields: `Appointment`."""
    return send_fields(Events.APPOINTMENT_CREATED, fields, Appointment)


def notify_appointment_cancelled(**fields: Unpack[_Appointment]) -> str:
    """Tell a patient that an appointment is off, void its reminders; fields: `Appointment`."""
    return send_fields(Events.APPOINTMENT_CANCELLED, fields, Appointment)


def trigger_appointment_reminders(**fields: Unpack[_Reminders]) -> str:
    """Remind of one appointment, or without an id of all of tomorrow; fields: `Reminders`."""
    return send_fields(Events.APPOINTMENT_REMINDER, fields, Reminders)
