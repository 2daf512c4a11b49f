"""The organizations, and the staff to whom reports go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

if TYPE_CHECKING:
    from fisioflow_cli.clinic.clinic import Clinic


@dataclass(frozen=True, kw_only=True)
class Organization:
    """One clinic of the deployment."""

    id: str
    name: str
    active: bool
    email_enabled: bool
    whatsapp_enabled: bool
    zone: ZoneInfo

    def today(self, now: datetime) -> date:
        """The local date at the instant `now`."""
        return now.astimezone(self.zone).date()


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """Somebody who works at an organization."""

    id: str
    name: str
    email: str | None
    role: str | None
    active: bool
    receives_reports: bool


def read_organization(clinic: "Clinic", row: Any) -> Organization:
    """An organization from a row with the relation's columns; what is missing counts as enabled."""
    return Organization(
        id=str(row.id),
        name=row.name or "",
        active=row.active is not False,
        email_enabled=row.email_enabled is not False,
        whatsapp_enabled=row.whatsapp_enabled is not False,
        zone=clinic.zone(row.timezone),
    )


def organizations(
    clinic: "Clinic", only: str | None, after: str | None = None, until: str | None = None
) -> list[Organization]:
    """A keyset page of organizations, active or not; `only` narrows it to one id."""
    o = clinic.relation("organizations")
    query = select(o)
    if only is not None:
        query = query.where(o.c.id == clinic.id(only))
    with clinic.reading() as connection:
        rows = connection.execute(clinic.of_page(query, o.c.id, after, until)).all()
    return [read_organization(clinic, row) for row in rows]


def organization(clinic: "Clinic", organization_id: str) -> Organization | None:
    """The organization with this id, as it is now."""
    return next(iter(organizations(clinic, organization_id)), None)


def staff_ids(
    clinic: "Clinic", organization_id: str, *, roles: Sequence[str] | None = None
) -> list[str]:
    """The ids of an organization's members to whom reports go, or who have one of `roles`; sorted."""
    s = clinic.relation("staff")
    query = select(s.c.id).where(s.c.organization_id == clinic.id(organization_id)).order_by(s.c.id)
    query = (
        query.where(s.c.receives_reports.is_(True))
        if roles is None
        else query.where(s.c.role.in_(roles))
    )
    with clinic.reading() as connection:
        return [str(found) for found in connection.execute(query).scalars()]


def staff_member(clinic: "Clinic", staff_id: str) -> StaffMember | None:
    """One member of staff, as they are now."""
    s = clinic.relation("staff")
    with clinic.reading() as connection:
        row = connection.execute(select(s).where(s.c.id == clinic.id(staff_id))).first()
    return _staff_member(row) if row else None


def _staff_member(row: Any) -> StaffMember:
    return StaffMember(
        id=str(row.id),
        name=row.name or "",
        email=row.email,
        role=row.role,
        active=row.active is not False,
        receives_reports=row.receives_reports is True,
    )
