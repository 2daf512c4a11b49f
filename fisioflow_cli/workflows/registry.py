"""The workflows there are: everything else is derived from these lists."""

from typing import TYPE_CHECKING

from fisioflow_cli.errors import UsageError
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

if TYPE_CHECKING:
    from fisioflow_cli.engine.workflow import Workflow
    from fisioflow_cli.workflows.services import Services

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


def scheduled(name: str) -> "Workflow[Services]":
    """The scheduled workflow of this command's name or id; UsageError if there is none."""
    found = next(
        (workflow for workflow in WORKFLOWS if name in {workflow.id, workflow.command}), None
    )
    if found is None:
        known = ", ".join(workflow.command for workflow in WORKFLOWS)
        raise UsageError(f"There is no scheduled workflow {name}; write one of {known}.")
    return found
