"""The first ledger: meta, runs, steps, deliveries and findings.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, named as the dialect wants them."""
    postgres = op.get_context().dialect.name == "postgresql"
    schema, prefix = ("fisioflow", "") if postgres else (None, "fisioflow_")
    instant = sa.DateTime(timezone=True)

    op.create_table(
        f"{prefix}meta",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
        schema=schema,
    )
    op.create_table(
        f"{prefix}runs",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("environment", sa.String, nullable=False),
        sa.Column("workflow", sa.String, nullable=False),
        sa.Column("slot", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("owner", sa.JSON),
        sa.Column("lease_until", instant),
        sa.Column("as_of", instant, nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("started_at", instant),
        sa.Column("finished_at", instant),
        sa.Column("result", sa.JSON),
        sa.Column("error", sa.Text),
        sa.UniqueConstraint(
            "environment", "workflow", "slot", "scope", "generation", name=f"{prefix}runs_occasion"
        ),
        schema=schema,
    )
    op.create_index(
        f"{prefix}runs_by_time",
        f"{prefix}runs",
        ["environment", "workflow", "created_at"],
        schema=schema,
    )
    op.create_table(
        f"{prefix}steps",
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("started_at", instant, nullable=False),
        sa.Column("finished_at", instant, nullable=False),
        sa.Column("result", sa.JSON),
        sa.Column("error", sa.Text),
        schema=schema,
    )
    op.create_table(
        f"{prefix}deliveries",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("environment", sa.String, nullable=False),
        sa.Column("message_key", sa.String, nullable=False),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("organization_id", sa.String),
        sa.Column("recipient_id", sa.String),
        sa.Column("recipient", sa.String),
        sa.Column("channel", sa.String),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("claim", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("provider", sa.String),
        sa.Column("provider_key", sa.String, nullable=False),
        sa.Column("provider_id", sa.String),
        sa.Column("batch_id", sa.String),
        sa.Column("payload", sa.Text),
        sa.Column("payload_sha256", sa.String),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("first_attempt_at", instant),
        sa.Column("updated_at", instant, nullable=False),
        sa.UniqueConstraint("environment", "message_key", name=f"{prefix}deliveries_key"),
        schema=schema,
    )
    op.create_index(
        f"{prefix}deliveries_by_run", f"{prefix}deliveries", ["run_id", "state"], schema=schema
    )
    op.create_index(
        f"{prefix}deliveries_by_state",
        f"{prefix}deliveries",
        ["environment", "state", "updated_at"],
        schema=schema,
    )
    op.create_table(
        f"{prefix}findings",
        sa.Column("environment", sa.String, primary_key=True),
        sa.Column("scope", sa.String, primary_key=True),
        sa.Column("check_name", sa.String, primary_key=True),
        sa.Column("subject_id", sa.String, primary_key=True),
        sa.Column("organization_id", sa.String),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("known", sa.Boolean, nullable=False),
        schema=schema,
    )
    op.create_index(
        f"{prefix}findings_by_run",
        f"{prefix}findings",
        ["run_id", "organization_id"],
        schema=schema,
    )
