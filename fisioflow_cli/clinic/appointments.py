"""The appointments that patients are written to about, as they are at the moment of sending."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from fisioflow_cli.clinic.clinic import text_id
from fisioflow_cli.clinic.patients import Candidate

if TYPE_CHECKING:
    from fisioflow_cli.clinic.clinic import Clinic

COMING = ("scheduled", "confirmed")
"""The statuses of an appointment that is to take place."""


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """One appointment as it is now."""

    id: str
    organization_id: str | None
    patient_id: str | None
    therapist_id: str | None
    starts_at: datetime
    """Wall-clock time in the organization's zone, without one."""
    status: str

    @property
    def coming(self) -> bool:
        """Whether it is to take place, as far as its status says."""
        return self.status in COMING


def appointment(clinic: "Clinic", appointment_id: str) -> Appointment | None:
    """The appointment with this id, as it is now."""
    a = clinic.relation("appointments")
    with clinic.reading() as connection:
        row = connection.execute(select(a).where(a.c.id == clinic.id(appointment_id))).first()
    if row is None or row.starts_at is None:
        return None
    return Appointment(
        id=str(row.id),
        organization_id=text_id(row.organization_id),
        patient_id=text_id(row.patient_id),
        therapist_id=text_id(row.therapist_id),
        starts_at=row.starts_at,
        status=row.status or "",
    )


def therapist(clinic: "Clinic", seen: Appointment) -> str:
    """The name of whoever holds an appointment; empty if nobody on its staff does.

    Applications have stored the id of the member of staff or that of the user.
    """
    if seen.therapist_id is None or seen.organization_id is None:
        return ""
    s = clinic.relation("staff")
    query = select(s.c.name).where(
        s.c.organization_id == clinic.id(seen.organization_id),
        or_(s.c.id == clinic.id(seen.therapist_id), s.c.user_id == seen.therapist_id),
    )
    with clinic.reading() as connection:
        return str(connection.execute(query.order_by(s.c.id)).scalars().first() or "")


def coming_of(clinic: "Clinic", patient_id: str, day: date) -> list[Candidate]:
    """One patient's appointments that are to take place on a local day."""
    a = clinic.relation("appointments")
    query = select(a.c.id, a.c.organization_id).where(
        a.c.patient_id == clinic.id(patient_id), a.c.starts_on == day, a.c.status.in_(COMING)
    )
    with clinic.reading() as connection:
        rows = connection.execute(query.order_by(a.c.id)).all()
    return [Candidate(id=str(row.id), organization_id=text_id(row.organization_id)) for row in rows]


def coming_on(
    clinic: "Clinic", day: date, only: str | None, after: str | None, until: str | None
) -> list[Candidate]:
    """A keyset page of the appointments that are to take place on a local day."""
    a = clinic.relation("appointments")
    query = select(a.c.id, a.c.organization_id).where(a.c.starts_on == day, a.c.status.in_(COMING))
    if only is not None:
        query = query.where(a.c.organization_id == clinic.id(only))
    with clinic.reading() as connection:
        rows = connection.execute(clinic.of_page(query, a.c.id, after, until)).all()
    return [Candidate(id=str(row.id), organization_id=text_id(row.organization_id)) for row in rows]
