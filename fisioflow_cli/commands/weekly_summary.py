"""`fisioflow weekly-summary`."""

from fisioflow_cli.commands.workflow import workflow_command

command = workflow_command(
    "weekly-summary",
    """E-mail last week's figures to the staff who receive reports.

    Example: fisioflow weekly-summary --as-of 2026-03-02 --dry-run
    """,
)
