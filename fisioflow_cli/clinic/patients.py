"""The patients: who is to be written to, and their state at the moment of sending."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import extract, or_, select

from fisioflow_cli.clinic.clinic import text_id
from fisioflow_cli.clinic.organizations import Organization, read_organization

if TYPE_CHECKING:
    from fisioflow_cli.clinic.clinic import Clinic


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A row that a message may be about, a patient or a voucher; the rest is read when it is sent.

    No more of it than that, so that one that cannot be read does not spoil its page.
    """

    id: str
    organization_id: str | None


@dataclass(frozen=True, kw_only=True)
class Patient:
    """A patient as they are now; consents are None where nothing is recorded."""

    id: str
    organization: Organization | None
    name: str
    """The name to address them by."""
    birth_date: date | None
    email: str | None
    phone: str | None
    active: bool
    preferred_channel: str | None
    allows_email: bool | None
    allows_whatsapp: bool | None
    allows_marketing: bool | None

    def age(self, today: date) -> int | None:
        """Completed years of life on `today`; None if the birth date is unknown."""
        born = self.birth_date
        if born is None:
            return None
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


@dataclass(frozen=True, kw_only=True)
class Voucher:
    """A patient's prepaid sessions, as they are now."""

    id: str
    patient_id: str | None
    name: str
    expires_on: date | None
    active: bool
    sessions_left: int


def birthday_dates(day: date) -> frozenset[tuple[int, int]]:
    """The (month, day) pairs whose birthday is on `day`.

    Someone born on 29 February has it on 1 March in common years (Código Civil art. 132 §3).
    """
    yesterday = day - timedelta(days=1)
    leaps = {(2, 29)} if (yesterday.month, yesterday.day) == (2, 28) else set()
    return frozenset({(day.month, day.day)} | (leaps if day.month == 3 else set()))


def birthdays(
    clinic: "Clinic", day: date, only: str | None, after: str | None, until: str | None
) -> list[Candidate]:
    """A keyset page of the patients, active or not, whose birthday is on `day`."""
    p = clinic.relation("patients")
    match = [
        (extract("month", p.c.birth_date) == month) & (extract("day", p.c.birth_date) == number)
        for month, number in sorted(birthday_dates(day))
    ]
    query = select(p.c.id, p.c.organization_id).where(or_(*match), p.c.birth_date < day)
    if only is not None:
        query = query.where(p.c.organization_id == clinic.id(only))
    with clinic.reading() as connection:
        rows = connection.execute(clinic.of_page(query, p.c.id, after, until)).all()
    return [Candidate(id=str(row.id), organization_id=text_id(row.organization_id)) for row in rows]


def expiring_vouchers(
    clinic: "Clinic",
    days: tuple[date, date],
    only: str | None,
    after: str | None,
    until: str | None,
) -> list[Candidate]:
    """A keyset page of the live vouchers that expire in `days`, first to last, sessions remaining."""
    v = clinic.relation("vouchers")
    query = select(v.c.id, v.c.organization_id).where(
        v.c.active.is_(True), v.c.sessions_left > 0, v.c.expires_on.between(*days)
    )
    if only is not None:
        query = query.where(v.c.organization_id == clinic.id(only))
    with clinic.reading() as connection:
        rows = connection.execute(clinic.of_page(query, v.c.id, after, until)).all()
    return [Candidate(id=str(row.id), organization_id=text_id(row.organization_id)) for row in rows]


def vouchers_of(clinic: "Clinic", patient_id: str, days: tuple[date, date]) -> list[Candidate]:
    """The live vouchers of one patient that expire in `days`, first to last, sessions remaining."""
    v = clinic.relation("vouchers")
    query = select(v.c.id, v.c.organization_id).where(
        v.c.patient_id == clinic.id(patient_id),
        v.c.active.is_(True),
        v.c.sessions_left > 0,
        v.c.expires_on.between(*days),
    )
    with clinic.reading() as connection:
        rows = connection.execute(query.order_by(v.c.id)).all()
    return [Candidate(id=str(row.id), organization_id=text_id(row.organization_id)) for row in rows]


def patient(clinic: "Clinic", patient_id: str) -> Patient | None:
    """The patient with this id and their organization, as they are now."""
    p, o = clinic.relation("patients"), clinic.relation("organizations")
    with clinic.reading() as connection:
        row = connection.execute(select(p).where(p.c.id == clinic.id(patient_id))).first()
        if row is None:
            return None
        theirs = connection.execute(select(o).where(o.c.id == row.organization_id)).first()
    return _patient(row, read_organization(clinic, theirs) if theirs else None)


def voucher(clinic: "Clinic", voucher_id: str) -> Voucher | None:
    """The voucher with this id, as it is now."""
    v = clinic.relation("vouchers")
    with clinic.reading() as connection:
        row = connection.execute(select(v).where(v.c.id == clinic.id(voucher_id))).first()
    if row is None:
        return None
    return Voucher(
        id=str(row.id),
        patient_id=text_id(row.patient_id),
        name=row.name or "",
        expires_on=row.expires_on,
        active=row.active is True,
        sessions_left=row.sessions_left or 0,
    )


def _patient(row: Any, organization: Organization | None) -> Patient:
    return Patient(
        id=str(row.id),
        organization=organization,
        name=row.name or "",
        birth_date=row.birth_date,
        email=row.email,
        phone=row.phone,
        active=row.active is not False,
        preferred_channel=row.preferred_channel,
        allows_email=row.allows_email,
        allows_whatsapp=row.allows_whatsapp,
        allows_marketing=row.allows_marketing,
    )
