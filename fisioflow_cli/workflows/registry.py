"""The workflows there are, in the order of their day: everything else is derived from this list."""

from fisioflow_cli.workflows import (
    birthdays,
    cleanup,
    daily_reports,
    data_integrity,
    expiring_vouchers,
    weekly_summary,
)

WORKFLOWS = (
    cleanup.WORKFLOW,
    daily_reports.WORKFLOW,
    birthdays.WORKFLOW,
    weekly_summary.WORKFLOW,
    expiring_vouchers.WORKFLOW,
    data_integrity.WORKFLOW,
)
