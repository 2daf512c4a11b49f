"""`fisioflow cleanup`."""

from fisioflow_cli.commands.workflow import workflow_command

command = workflow_command(
    "cleanup",
    """Delete what has served its time; keep every health record.

    Notification history after 90 days, password-reset tokens after 24 hours, health logs after 30
    days, empty drafts of sessions after 7 days; stale waitlist offers expire; texts of settled
    messages go after FISIOFLOW_PAYLOAD_DAYS.

    Example: fisioflow cleanup --dry-run
    """,
)
