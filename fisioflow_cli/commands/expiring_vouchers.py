"""`fisioflow expiring-vouchers`."""

from fisioflow_cli.commands.workflow import workflow_command

command = workflow_command(
    "expiring-vouchers",
    """Remind patients of vouchers that expire within a week.

    One reminder per voucher and expiry date, while sessions remain; a missed day heals itself.

    Example: fisioflow expiring-vouchers --org demo-rio-negro --dry-run
    """,
)
