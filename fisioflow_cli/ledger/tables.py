"""The ledger's tables: in schema `fisioflow` on PostgreSQL, prefixed `fisioflow_` on SQLite."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from fisioflow_cli.database import UtcDateTime
from fisioflow_cli.ledger.event_tables import events_table, insights_table, sources_table

SCHEMA = "fisioflow"


class RunStatus(StrEnum):
    """How far a run has come; COMPLETED and PARTIAL are settled, the others a later start resumes."""

    RUNNING = "running"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


SETTLED = (RunStatus.COMPLETED, RunStatus.PARTIAL)
UNSETTLED = tuple(status for status in RunStatus if status not in SETTLED)


class StepStatus(StrEnum):
    """COMPLETED is never executed again; WAITING holds items that a later start does; FAILED gave up."""

    COMPLETED = "completed"
    WAITING = "waiting"
    FAILED = "failed"


class DeliveryState(StrEnum):
    """How far a message has come; SKIPPED is not final, a later start may still send it."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    SKIPPED = "skipped"


OPEN = (DeliveryState.PENDING, DeliveryState.SENDING)


class EventStatus(StrEnum):
    """How far an event has come; WAITING for its time, a retry or daylight; DEAD needs a person."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETED = "completed"
    DEAD = "dead"
    IGNORED = "ignored"
    DISCARDED = "discarded"


class InsightStatus(StrEnum):
    """What came of asking for a patient's insight; only STORED ones hold one."""

    STORED = "stored"
    INSUFFICIENT_DATA = "insufficient_data"
    NOT_DEIDENTIFIED = "not_deidentified"
    REFUSED = "refused"
    CUT_OFF = "cut_off"
    INVALID = "invalid"


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The ledger's tables as one dialect names them."""

    metadata: MetaData
    meta: Table
    runs: Table
    steps: Table
    deliveries: Table
    findings: Table
    events: Table
    sources: Table
    insights: Table
    slots: Table


@cache
def tables_for(dialect: str) -> Tables:
    """The tables as `dialect` (`sqlite` or `postgresql`) names them."""
    metadata = MetaData(schema=SCHEMA if dialect == "postgresql" else None)
    prefix = "" if dialect == "postgresql" else f"{SCHEMA}_"
    return Tables(
        metadata=metadata,
        meta=Table(
            f"{prefix}meta",
            metadata,
            Column("key", String, primary_key=True),
            Column("value", String, nullable=False),
        ),
        runs=_runs(f"{prefix}runs", metadata),
        steps=_steps(f"{prefix}steps", metadata),
        deliveries=_deliveries(f"{prefix}deliveries", metadata),
        findings=_findings(f"{prefix}findings", metadata),
        events=events_table(f"{prefix}events", metadata),
        sources=sources_table(f"{prefix}sources", metadata),
        insights=insights_table(f"{prefix}insights", metadata),
        slots=_slots(f"{prefix}slots", metadata),
    )


def _runs(name: str, metadata: MetaData) -> Table:
    return Table(
        name,
        metadata,
        Column("id", String, primary_key=True),
        Column("environment", String, nullable=False),
        Column("workflow", String, nullable=False),
        Column("slot", String, nullable=False),
        Column("scope", String, nullable=False),
        Column("generation", Integer, nullable=False),
        Column("status", String, nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("owner", JSON),
        Column("lease_until", UtcDateTime),
        Column("as_of", UtcDateTime, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("started_at", UtcDateTime),
        Column("finished_at", UtcDateTime),
        Column("result", JSON),
        Column("error", Text),
        Column("cancel_requested_at", UtcDateTime),
        UniqueConstraint(
            "environment", "workflow", "slot", "scope", "generation", name=f"{name}_occasion"
        ),
        Index(f"{name}_by_time", "environment", "workflow", "created_at"),
        Index(f"{name}_by_age", "environment", "created_at", "id"),
        Index(f"{name}_by_status", "environment", "status", "created_at"),
        Index(f"{name}_by_prefix", "id", postgresql_ops={"id": "text_pattern_ops"}),
    )


def _steps(name: str, metadata: MetaData) -> Table:
    return Table(
        name,
        metadata,
        Column("run_id", String, primary_key=True),
        Column("name", String, primary_key=True),
        Column("status", String, nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("started_at", UtcDateTime, nullable=False),
        Column("finished_at", UtcDateTime, nullable=False),
        Column("result", JSON),
        Column("error", Text),
    )


def _deliveries(name: str, metadata: MetaData) -> Table:
    return Table(
        name,
        metadata,
        Column("id", String, primary_key=True),
        Column("environment", String, nullable=False),
        Column("message_key", String, nullable=False),
        Column("run_id", String, nullable=False),
        Column("organization_id", String),
        Column("recipient_id", String),
        Column("recipient", String),
        Column("channel", String),
        Column("state", String, nullable=False),
        Column("reason", String),
        Column("claim", Integer, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("provider", String),
        Column("provider_key", String, nullable=False),
        Column("provider_id", String),
        Column("batch_id", String),
        Column("payload", Text),
        Column("payload_sha256", String),
        Column("created_at", UtcDateTime, nullable=False),
        Column("first_attempt_at", UtcDateTime),
        Column("updated_at", UtcDateTime, nullable=False),
        UniqueConstraint("environment", "message_key", name=f"{name}_key"),
        Index(f"{name}_by_run", "run_id", "state"),
        Index(f"{name}_by_state", "environment", "state", "updated_at"),
        Index(f"{name}_by_age", "environment", "created_at", "id"),
        Index(f"{name}_by_recipient", "environment", "recipient_id", "created_at"),
        Index(
            f"{name}_by_prefix",
            "environment",
            "message_key",
            postgresql_ops={"message_key": "text_pattern_ops"},
        ),
    )


def _findings(name: str, metadata: MetaData) -> Table:
    return Table(
        name,
        metadata,
        Column("environment", String, primary_key=True),
        Column("scope", String, primary_key=True),
        Column("check_name", String, primary_key=True),
        Column("subject_id", String, primary_key=True),
        Column("organization_id", String),
        Column("run_id", String, nullable=False),
        Column("known", Boolean, nullable=False),
        Index(f"{name}_by_run", "run_id", "organization_id"),
    )


def _slots(name: str, metadata: MetaData) -> Table:
    return Table(
        name,
        metadata,
        Column("environment", String, primary_key=True),
        Column("workflow", String, primary_key=True),
        Column("slot", String, primary_key=True),
        Column("due_at", UtcDateTime, nullable=False),
        Column("expires_at", UtcDateTime, nullable=False),
        Index(f"{name}_by_due", "environment", "due_at"),
    )
