"""The relations that every clinic profile maps a database onto: their columns and types."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, Integer, Numeric, String, Text, Time
from sqlalchemy.types import TypeEngine

from fisioflow_cli.database import UtcDateTime

# Markers for the columns whose SQL type a profile chooses
ID = "id"
LOCAL = DateTime(timezone=False)
"""Wall-clock time in the organization's zone, as appointments are kept."""
INSTANT = UtcDateTime()
FLAG = Boolean()
TEXT = String()


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One relation: its columns, in the order of a profile's SELECT, and whether it may be absent."""

    name: str
    columns: MappingProxyType[str, TypeEngine[Any] | str]
    optional: bool = False


def _relation(
    name: str, /, *, optional: bool = False, **columns: TypeEngine[Any] | str
) -> Relation:
    return Relation(name=name, columns=MappingProxyType(columns), optional=optional)


RELATIONS = (
    _relation(
        "organizations",
        id=ID,
        name=TEXT,
        active=FLAG,
        email_enabled=FLAG,
        whatsapp_enabled=FLAG,
        timezone=TEXT,
    ),
    _relation(
        "staff",
        id=ID,
        user_id=TEXT,
        organization_id=ID,
        name=TEXT,
        email=TEXT,
        role=TEXT,
        active=FLAG,
        receives_reports=FLAG,
    ),
    _relation(
        "preferences",
        optional=True,
        user_id=TEXT,
        allows_email=FLAG,
        allows_whatsapp=FLAG,
        allows_push=FLAG,
        quiet_from=Time(),
        quiet_until=Time(),
        weekends=FLAG,
    ),
    _relation(
        "patients",
        id=ID,
        organization_id=ID,
        user_id=TEXT,
        name=TEXT,
        birth_date=Date(),
        email=TEXT,
        phone=TEXT,
        active=FLAG,
        preferred_channel=TEXT,
        allows_email=FLAG,
        allows_whatsapp=FLAG,
        allows_marketing=FLAG,
        created_at=INSTANT,
    ),
    _relation(
        "appointments",
        id=ID,
        organization_id=ID,
        patient_id=ID,
        therapist_id=ID,
        starts_on=Date(),
        starts_at=LOCAL,
        ends_at=LOCAL,
        is_group=FLAG,
        status=TEXT,
        created_at=INSTANT,
    ),
    _relation(
        "sessions",
        id=ID,
        organization_id=ID,
        patient_id=ID,
        appointment_id=ID,
        therapist_id=ID,
        status=TEXT,
        has_clinical_content=FLAG,
        held_at=INSTANT,
        created_at=INSTANT,
        updated_at=INSTANT,
        subjective=Text(),
        objective=Text(),
        assessment=Text(),
        plan=Text(),
        pain=Integer(),
    ),
    _relation(
        "vouchers",
        id=ID,
        organization_id=ID,
        patient_id=ID,
        name=TEXT,
        expires_on=Date(),
        active=FLAG,
        sessions_left=Integer(),
    ),
    _relation(
        "payments",
        optional=True,
        id=ID,
        organization_id=ID,
        appointment_id=ID,
        patient_id=ID,
        amount=Numeric(12, 2),
        paid_at=INSTANT,
    ),
    _relation(
        "waitlist_offers",
        optional=True,
        id=ID,
        waitlist_id=ID,
        organization_id=ID,
        status=TEXT,
        offered_at=INSTANT,
        expires_at=INSTANT,
        refusal_count=Integer(),
    ),
    _relation(
        "push_subscriptions",
        optional=True,
        id=ID,
        user_id=TEXT,
        endpoint=TEXT,
        p256dh=TEXT,
        auth=TEXT,
        active=FLAG,
    ),
    _relation(
        "identifiers",
        optional=True,
        patient_id=ID,
        kind=TEXT,
        text=TEXT,
    ),
)
