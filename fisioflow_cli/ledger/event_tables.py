"""The tables of what events bring: the events themselves, the files they come from, the insights."""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, MetaData, String, Table, Text

from fisioflow_cli.database import UtcDateTime


def events_table(name: str, metadata: MetaData) -> Table:
    """The events, accepted once per id."""
    return Table(
        name,
        metadata,
        Column("environment", String, primary_key=True),
        Column("id", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("data", JSON(none_as_null=True)),
        Column("digest", String, nullable=False),
        Column("ts", UtcDateTime, nullable=False),
        Column("user", JSON(none_as_null=True)),
        Column("v", String),
        Column("ack", JSON(none_as_null=True)),
        Column("source", String, nullable=False),
        Column("parent_id", String),
        Column("subject", String),
        Column("workflow", String),
        Column("priority", Integer, nullable=False),
        Column("status", String, nullable=False),
        Column("due_at", UtcDateTime, nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("failures", Integer, nullable=False),
        Column("generation", Integer, nullable=False),
        Column("run_id", String),
        Column("error", Text),
        Column("accepted_at", UtcDateTime, nullable=False),
        Column("updated_at", UtcDateTime, nullable=False),
        # with its last two columns a claim finds its order ready, however many wait
        Index(f"{name}_by_due", "environment", "status", "priority", "due_at", "accepted_at", "id"),
        Index(f"{name}_by_time", "environment", "accepted_at"),
        Index(f"{name}_by_change", "environment", "status", "updated_at"),
        Index(f"{name}_by_subject", "environment", "name", "subject"),
    )


def sources_table(name: str, metadata: MetaData) -> Table:
    """How far each queue file was read."""
    return Table(
        name,
        metadata,
        Column("environment", String, primary_key=True),
        Column("device", String, primary_key=True),
        Column("inode", String, primary_key=True),
        Column("path", String, nullable=False),
        Column("generation", Integer, nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("line", BigInteger, nullable=False),
        Column("fingerprint", String, nullable=False),
        Column("updated_at", UtcDateTime, nullable=False),
    )


def insights_table(name: str, metadata: MetaData) -> Table:
    """What came of asking for insights."""
    return Table(
        name,
        metadata,
        Column("id", String, primary_key=True),
        Column("environment", String, nullable=False),
        Column("organization_id", String, nullable=False),
        Column("patient_id", String, nullable=False),
        Column("run_id", String, nullable=False),
        Column("status", String, nullable=False),
        Column("model", String),
        Column("input_sha256", String),
        Column("input_tokens", Integer),
        Column("output_tokens", Integer),
        Column("sessions", Integer, nullable=False),
        Column("insight", JSON),
        Column("acknowledged_at", UtcDateTime),
        Column("created_at", UtcDateTime, nullable=False),
        Index(f"{name}_by_patient", "environment", "patient_id", "created_at"),
    )
