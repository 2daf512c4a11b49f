"""The plain clinic database that we create ourselves: for demo, tests and small clinics.

Text ids, English names, statuses already in the words of `relations.py`. There are no foreign keys,
on purpose: real clinic databases hold orphans, and `data-integrity` is there to report them.
"""

from typing import TYPE_CHECKING

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Time,
    false,
    func,
    inspect,
    select,
    true,
)

from fisioflow_cli.database import UtcDateTime, reading, writing

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine
    from sqlalchemy.schema import SchemaItem

METADATA = MetaData()
CREATING = 7_301_946_117
"""The PostgreSQL lock that a creating transaction holds; any number of our own does."""


def _table(name: str, *parts: "SchemaItem") -> Table:
    return Table(name, METADATA, *parts)


def _id(name: str = "id") -> Column[str]:
    return Column(name, String, primary_key=True)


def _references(*names: str) -> list[Column[str]]:
    """Ids of rows elsewhere, which may be missing there; indexed, since joins look them up."""
    return [Column(name, String, index=True) for name in names]


def _flag(name: str, *, default: bool = True) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=true() if default else false())


def _status(words: str) -> Column[str]:
    return Column("status", String, nullable=False, comment=words)


def _instant(name: str, *, nullable: bool = False, index: bool = False) -> "Column[datetime]":
    return Column(name, UtcDateTime, nullable=nullable, index=index)


organizations = _table(
    "organizations",
    _id(),
    Column("name", String, nullable=False),
    _flag("active"),
    _flag("email_enabled"),
    _flag("whatsapp_enabled"),
    Column("timezone", String, comment="IANA name; null: FISIOFLOW_TIMEZONE"),
)

staff = _table(
    "staff",
    _id(),
    *_references("user_id", "organization_id"),
    Column("name", String, nullable=False),
    Column("email", String),
    Column("role", String, nullable=False, comment="admin, therapist, intern or reception"),
    _flag("active"),
)

preferences = _table(
    "preferences",
    _id("user_id"),
    _flag("allows_email"),
    _flag("allows_whatsapp"),
    _flag("allows_push"),
    Column("quiet_from", Time, comment="local; later than quiet_until: across midnight"),
    Column("quiet_until", Time),
    _flag("weekends"),
)

patients = _table(
    "patients",
    _id(),
    *_references("organization_id", "user_id"),
    Column("full_name", String, nullable=False),
    Column("name", String, nullable=False, comment="the name to address"),
    Column("birth_date", Date),
    Column("email", String, comment="as typed"),
    Column("phone", String, comment="as typed"),
    _flag("active"),
    Column("preferred_channel", String, comment="whatsapp or email; null: whatsapp"),
    Column("consent_email", Boolean, comment="null: nothing recorded"),
    Column("consent_whatsapp", Boolean, comment="null: nothing recorded"),
    Column("consent_marketing", Boolean, comment="null: nothing recorded"),
    _instant("created_at"),
)

appointments = _table(
    "appointments",
    _id(),
    *_references("organization_id", "patient_id", "therapist_id"),
    Column("starts_on", Date, nullable=False, index=True),
    Column("starts_at", DateTime(timezone=False), nullable=False, comment="clinic-local"),
    Column("ends_at", DateTime(timezone=False), nullable=False, comment="clinic-local"),
    _flag("is_group", default=False),
    _status("scheduled, confirmed, completed, cancelled, no_show or rescheduled"),
    _instant("created_at"),
)

sessions = _table(
    "sessions",
    _id(),
    *_references("organization_id", "patient_id", "appointment_id", "therapist_id"),
    _status("completed, incomplete or cancelled"),
    Column("subjective", Text),
    Column("objective", Text),
    Column("assessment", Text),
    Column("plan", Text),
    Column("pain", Integer, comment="0 to 10"),
    _instant("held_at", nullable=True),
    _instant("created_at"),
    _instant("updated_at"),
    Index("ix_sessions_status_created_at", "status", "created_at"),
)

vouchers = _table(
    "vouchers",
    _id(),
    *_references("organization_id", "patient_id"),
    Column("name", String, nullable=False),
    Column("expires_on", Date, index=True),
    _flag("active"),
    Column("sessions_left", Integer, nullable=False),
)

payments = _table(
    "payments",
    _id(),
    *_references("organization_id", "appointment_id", "patient_id"),
    Column("amount", Numeric(12, 2), nullable=False, comment="reais"),
    _instant("paid_at", nullable=True, index=True),
)

waitlist = _table(
    "waitlist",
    _id(),
    *_references("organization_id", "patient_id"),
    _status("waiting, scheduled or removed"),
    Column("refusal_count", Integer, nullable=False, server_default="0"),
    _instant("created_at"),
)

waitlist_offers = _table(
    "waitlist_offers",
    _id(),
    *_references("waitlist_id", "organization_id"),
    _status("pending, accepted, refused or expired"),
    _instant("offered_at"),
    _instant("expires_at"),
    Index("ix_waitlist_offers_status_expires_at", "status", "expires_at"),
)

notification_history = _table(
    "notification_history",
    _id(),
    *_references("organization_id", "user_id"),
    Column("channel", String, nullable=False, comment="whatsapp, email or push"),
    _status("sent, delivered, clicked or failed"),
    _instant("sent_at", index=True),
)

password_reset_tokens = _table(
    "password_reset_tokens",
    _id(),
    *_references("user_id"),
    Column("token_hash", String, nullable=False),
    _instant("created_at", index=True),
)

health_logs = _table(
    "health_logs",
    _id(),
    Column("component", String, nullable=False),
    _status("up or down"),
    _instant("created_at", index=True),
)

push_subscriptions = _table(
    "push_subscriptions",
    _id(),
    *_references("user_id"),
    Column("endpoint", Text, nullable=False),
    Column("p256dh", String, nullable=False),
    Column("auth", String, nullable=False),
    _flag("active"),
)


def create(engine: "Engine") -> bool:
    """Create all tables in one transaction; false, and nothing done, if even one name is taken.

    All or nothing, so that a wrong profile never adds tables to somebody's real database.
    """
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            # Two first commands at once: the second waits here and then finds the tables.
            # On SQLite, BEGIN IMMEDIATE has made it wait already.
            connection.execute(select(func.pg_advisory_xact_lock(CREATING)))
        if METADATA.tables.keys() & _taken(connection):
            return False
        METADATA.create_all(connection, checkfirst=False)
    return True


def exists(engine: "Engine") -> bool:
    """Whether every table of the plain clinic is there."""
    with reading(engine) as connection:
        return METADATA.tables.keys() <= _taken(connection)


def _taken(connection: "Connection") -> set[str]:
    inspector = inspect(connection)
    names = [*inspector.get_table_names(), *inspector.get_view_names()]
    return {name.casefold() for name in names}
