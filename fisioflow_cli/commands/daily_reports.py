"""`fisioflow daily-reports`."""

from fisioflow_cli.commands.workflow import workflow_command

command = workflow_command(
    "daily-reports",
    """E-mail yesterday's figures to the staff who receive reports.

    Example: fisioflow daily-reports --as-of 2026-03-02 --dry-run
    """,
)
