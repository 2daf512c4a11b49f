"""Operating: the slots there are, requests to cancel, indexes for lists, and the views to read by.

Revision: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEXES: tuple[tuple[str, str, list[str], dict[str, str]], ...] = (
    ("runs", "by_age", ["environment", "created_at", "id"], {}),
    ("runs", "by_status", ["environment", "status", "created_at"], {}),
    ("runs", "by_prefix", ["id"], {"id": "text_pattern_ops"}),
    ("deliveries", "by_age", ["environment", "created_at", "id"], {}),
    ("deliveries", "by_recipient", ["environment", "recipient_id", "created_at"], {}),
    (
        "deliveries",
        "by_prefix",
        ["environment", "message_key"],
        {"message_key": "text_pattern_ops"},
    ),
    ("events", "by_change", ["environment", "status", "updated_at"], {}),
    ("slots", "by_due", ["environment", "due_at"], {}),
)

# {p}: where the tables are, {seconds} and {now}: how the dialect says it
VIEWS = {
    "v_runs": """
        SELECT r.id AS run_id, r.environment, r.workflow, r.slot, r.scope, r.generation, r.status,
               r.attempt, r.as_of, r.created_at, r.started_at, r.finished_at,
               {run_seconds} AS duration_seconds, r.cancel_requested_at, r.result, r.error
        FROM {p}runs r""",
    "v_steps": """
        SELECT s.run_id, r.environment, r.workflow, r.slot, s.name, s.status, s.attempt, s.tries,
               s.started_at, s.finished_at, {step_seconds} AS duration_seconds, s.error
        FROM {p}steps s JOIN {p}runs r ON r.id = s.run_id""",
    "v_deliveries": """
        SELECT d.message_key, d.environment, d.run_id, r.workflow, r.slot, d.organization_id,
               d.recipient_id, d.recipient, d.channel, d.state, d.reason, d.tries, d.provider,
               d.provider_id, d.created_at, d.first_attempt_at, d.updated_at
        FROM {p}deliveries d LEFT JOIN {p}runs r ON r.id = d.run_id""",
    "v_missed": """
        SELECT s.environment, s.workflow, s.slot, s.due_at, s.expires_at,
               CASE WHEN s.expires_at <= {now} THEN 'missed'
                    WHEN r.id IS NULL THEN 'due'
                    ELSE 'unfinished' END AS state,
               r.id AS run_id, r.status AS run_status
        FROM {p}slots s LEFT JOIN {p}runs r
          ON r.environment = s.environment AND r.workflow = s.workflow AND r.slot = s.slot
         AND r.scope = 'all' AND r.generation = 1
        WHERE s.due_at <= {now} AND NOT EXISTS (
            SELECT 1 FROM {p}runs done
            WHERE done.environment = s.environment AND done.workflow = s.workflow
              AND done.slot = s.slot AND done.scope = 'all'
              AND (done.status IN ('completed', 'partial')
                   OR (done.status = 'cancelled' AND done.cancel_requested_at IS NOT NULL)))""",
}


def upgrade() -> None:
    """Create the table, the column, the indexes and the views, named as the dialect wants them."""
    postgres = op.get_context().dialect.name == "postgresql"
    schema, prefix = ("fisioflow", "") if postgres else (None, "fisioflow_")
    instant = sa.DateTime(timezone=True)

    op.create_table(
        f"{prefix}slots",
        sa.Column("environment", sa.String, primary_key=True),
        sa.Column("workflow", sa.String, primary_key=True),
        sa.Column("slot", sa.String, primary_key=True),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        schema=schema,
    )
    op.add_column(f"{prefix}runs", sa.Column("cancel_requested_at", instant), schema=schema)
    for table, index, columns, operators in INDEXES:
        op.create_index(
            f"{prefix}{table}_{index}",
            f"{prefix}{table}",
            columns,
            schema=schema,
            postgresql_ops=operators,
        )
    tables = "fisioflow." if postgres else prefix
    words = {
        "p": tables,
        "run_seconds": _seconds("r", postgres=postgres),
        "step_seconds": _seconds("s", postgres=postgres),
        "now": "CURRENT_TIMESTAMP" if postgres else "strftime('%Y-%m-%d %H:%M:%f000', 'now')",
    }
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW {tables}{name} AS {query.format(**words)}")


def _seconds(row: str, *, postgres: bool) -> str:
    if postgres:
        return f"CAST(EXTRACT(EPOCH FROM {row}.finished_at - {row}.started_at) AS double precision)"
    return f"round((julianday({row}.finished_at) - julianday({row}.started_at)) * 86400.0, 3)"
