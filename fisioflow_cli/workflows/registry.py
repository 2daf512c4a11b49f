"""The workflows there are: everything else is derived from these lists."""

from fisioflow_cli.workflows import (
    appointment_cancelled,
    appointment_created,
    appointment_reminder,
    batches,
    birthdays,
    cleanup,
    daily_reports,
    data_integrity,
    email_send,
    expiring_vouchers,
    notification_send,
    patient_insights,
    ready_made,
    weekly_summary,
    whatsapp_send,
)

WORKFLOWS = (
    cleanup.WORKFLOW,
    daily_reports.WORKFLOW,
    birthdays.WORKFLOW,
    weekly_summary.WORKFLOW,
    expiring_vouchers.WORKFLOW,
    appointment_reminder.WORKFLOW,
    data_integrity.WORKFLOW,
)
"""Those that a schedule starts, in the order of their day."""

EVENT_WORKFLOWS = (
    notification_send.EVENT_WORKFLOW,
    email_send.EVENT_WORKFLOW,
    whatsapp_send.EVENT_WORKFLOW,
    appointment_created.EVENT_WORKFLOW,
    appointment_cancelled.EVENT_WORKFLOW,
    appointment_reminder.EVENT_WORKFLOW,
    patient_insights.EVENT_WORKFLOW,
    *ready_made.EVENT_WORKFLOWS,
    *batches.EVENT_WORKFLOWS,
)
"""Those that an event starts, in the order of the catalogue."""
