"""Events: the inbox, how far queue files were read, and the insights.

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, named as the dialect wants them."""
    postgres = op.get_context().dialect.name == "postgresql"
    schema, prefix = ("fisioflow", "") if postgres else (None, "fisioflow_")
    instant = sa.DateTime(timezone=True)

    op.create_table(
        f"{prefix}events",
        sa.Column("environment", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("data", sa.JSON),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("ts", instant, nullable=False),
        sa.Column("user", sa.JSON),
        sa.Column("v", sa.String),
        sa.Column("ack", sa.JSON),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("parent_id", sa.String),
        sa.Column("subject", sa.String),
        sa.Column("workflow", sa.String),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("run_id", sa.String),
        sa.Column("error", sa.Text),
        sa.Column("accepted_at", instant, nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        schema=schema,
    )
    for index, columns in {
        "by_due": ["environment", "status", "priority", "due_at", "accepted_at", "id"],
        "by_time": ["environment", "accepted_at"],
        "by_subject": ["environment", "name", "subject"],
    }.items():
        op.create_index(f"{prefix}events_{index}", f"{prefix}events", columns, schema=schema)
    op.create_table(
        f"{prefix}sources",
        sa.Column("environment", sa.String, primary_key=True),
        sa.Column("device", sa.String, primary_key=True),
        sa.Column("inode", sa.String, primary_key=True),
        sa.Column("path", sa.String, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        schema=schema,
    )
    op.create_table(
        f"{prefix}insights",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("environment", sa.String, nullable=False),
        sa.Column("organization_id", sa.String, nullable=False),
        sa.Column("patient_id", sa.String, nullable=False),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("model", sa.String),
        sa.Column("input_sha256", sa.String),
        sa.Column("input_tokens", sa.Integer),
        sa.Column("output_tokens", sa.Integer),
        sa.Column("sessions", sa.Integer, nullable=False),
        sa.Column("insight", sa.JSON),
        sa.Column("acknowledged_at", instant),
        sa.Column("created_at", instant, nullable=False),
        schema=schema,
    )
    op.create_index(
        f"{prefix}insights_by_patient",
        f"{prefix}insights",
        ["environment", "patient_id", "created_at"],
        schema=schema,
    )
