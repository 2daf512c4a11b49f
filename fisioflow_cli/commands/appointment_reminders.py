"""`fisioflow appointment-reminders`."""

from fisioflow_cli.commands.workflow import workflow_command

command = workflow_command(
    "appointment-reminders",
    """Remind patients of tomorrow's appointments.

    One reminder per appointment and starting time, by the preferred channel or else the other one;
    cancelled, moved or begun meanwhile means none.

    Example: fisioflow appointment-reminders --as-of 2026-03-02 --dry-run
    """,
)
