"""Every payload there is: what workflows read the data of their events with."""

from fisioflow_cli.catalogue.payload import Payload, fit
from fisioflow_cli.catalogue.payloads_appointment import (
    AppointmentCancelled,
    AppointmentCreated,
    AppointmentReminder,
)
from fisioflow_cli.catalogue.payloads_batch import (
    Batch,
    BatchInsights,
    EmailSendBatch,
    NotificationSendBatch,
    WhatsappSendBatch,
)
from fisioflow_cli.catalogue.payloads_email import Attachment, EmailSend
from fisioflow_cli.catalogue.payloads_insights import PatientInsights
from fisioflow_cli.catalogue.payloads_notification import NotificationSend
from fisioflow_cli.catalogue.payloads_ready import (
    AppointmentMessage,
    BirthdayGreeting,
    DailyReport,
)
from fisioflow_cli.catalogue.payloads_whatsapp import WhatsappSend

__all__ = [
    "AppointmentCancelled",
    "AppointmentCreated",
    "AppointmentMessage",
    "AppointmentReminder",
    "Attachment",
    "Batch",
    "BatchInsights",
    "BirthdayGreeting",
    "DailyReport",
    "EmailSend",
    "EmailSendBatch",
    "NotificationSend",
    "NotificationSendBatch",
    "PatientInsights",
    "Payload",
    "WhatsappSend",
    "WhatsappSendBatch",
    "fit",
]
