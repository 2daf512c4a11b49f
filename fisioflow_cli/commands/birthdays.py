"""`fisioflow birthdays`."""

from fisioflow_cli.commands.workflow import workflow_command

command = workflow_command(
    "birthdays",
    """Greet the patients whose birthday it is.

    One greeting per patient and calendar year, by the preferred channel or else the other one.

    Example: fisioflow birthdays --as-of 2026-03-02 --dry-run
    """,
)
