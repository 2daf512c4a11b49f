"""Events from Python: each is validated, and durable in the inbox when its id is returned.

    from fisioflow_cli.events import Events, send, send_email

    send_email(to="ana@example.com", subject="Oi", text="Oi, Ana!", id="welcome/42")
    send(Events.APPOINTMENT_CREATED, {"appointmentId": "7d1f6a7e"})

The settings are those of the process, as for the command line. With an `id` of your own a
repeated call is the same event; without one every call is a new event. `ts` is not before when.
"""

from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.events.bulk import (
    generate_bulk_insights,
    send_bulk_emails,
    send_bulk_notifications,
    send_bulk_whatsapp,
)
from fisioflow_cli.events.fields import (
    Appointment,
    Attachment,
    Email,
    Notification,
    Patient,
    Reminders,
    Whatsapp,
)
from fisioflow_cli.events.sending import send
from fisioflow_cli.events.single import (
    generate_patient_insights,
    notify_appointment_cancelled,
    notify_appointment_created,
    send_email,
    send_notification,
    send_whatsapp,
    trigger_appointment_reminders,
)

__all__ = [
    "Appointment",
    "Attachment",
    "Email",
    "Events",
    "Notification",
    "Patient",
    "Reminders",
    "Whatsapp",
    "generate_bulk_insights",
    "generate_patient_insights",
    "notify_appointment_cancelled",
    "notify_appointment_created",
    "send",
    "send_bulk_emails",
    "send_bulk_notifications",
    "send_bulk_whatsapp",
    "send_email",
    "send_notification",
    "send_whatsapp",
    "trigger_appointment_reminders",
]
