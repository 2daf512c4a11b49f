"""A patient's record for an insight: their last sessions, and all that would tell who they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, cast, func, or_, select

from fisioflow_cli.clinic.notes import readable
from fisioflow_cli.clinic.patients import patient

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from fisioflow_cli.clinic.clinic import Clinic
    from fisioflow_cli.clinic.organizations import Organization
    from fisioflow_cli.clinic.patients import Patient

MOST_SESSIONS = 10
MOST_ROWS = 50
"""Read to find them: what looks like a note may hold nothing but layout."""
NOTES = ("subjective", "objective", "assessment", "plan")


@dataclass(frozen=True, kw_only=True)
class Session:
    """One session that something was written about; notes are empty where nothing was."""

    id: str
    held_at: datetime
    subjective: str
    objective: str
    assessment: str
    plan: str
    pain: int | None


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """One thing that would tell who the patient is."""

    kind: str
    """`name` (the patient's), `person` (somebody else's), `place`, `contact`, `document`, `staff` or
    `clinic`."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Record:
    """The newest sessions of a patient at one organization, and who is not to be recognised."""

    sessions: tuple[Session, ...]
    """At most ten, newest first."""
    identifiers: tuple[Identifier, ...]
    birth_date: date | None


def owned_patient(clinic: "Clinic", patient_id: str, organization_id: str) -> "Patient | None":
    """The patient, if they are this organization's; None for somebody else's and for nobody."""
    found = patient(clinic, patient_id)
    owner = found.organization if found else None
    return found if owner is not None and owner.id == organization_id else None


def record(clinic: "Clinic", person: "Patient", organization: "Organization") -> Record:
    """What is known of the patient, read in one transaction.

    Sessions of another organization are not read; neither are cancelled ones, nor those without a
    note or a pain figure. Without the relation `identifiers` only what `patients` gives is known.
    """
    with clinic.reading() as connection:
        rows = connection.execute(_newest(clinic, person.id, organization.id)).all()
        rows = [row for row in rows if _says_something(row)][:MOST_SESSIONS]
        known = [*_of_patient(person), *_on_file(clinic, connection, person.id)]
        known += _of_staff(clinic, connection, organization.id, rows)
    known.append(Identifier(kind="clinic", text=organization.name))
    return Record(
        sessions=tuple(map(_session, rows)),
        identifiers=tuple(dict.fromkeys(item for item in known if item.text.strip())),
        birth_date=person.birth_date,
    )


def _newest(clinic: "Clinic", patient_id: str, organization_id: str) -> "Select[Any]":
    s = clinic.relation("sessions")
    held_at = func.coalesce(s.c.held_at, s.c.created_at, type_=s.c.held_at.type)
    return (
        select(s, held_at.label("when"))
        .where(s.c.patient_id == clinic.id(patient_id))
        .where(
            or_(s.c.organization_id == clinic.id(organization_id), s.c.organization_id.is_(None))
        )
        .where(s.c.status.is_distinct_from("cancelled"), s.c.has_clinical_content.is_not(False))
        .order_by(held_at.desc(), s.c.id.desc())
        .limit(MOST_ROWS)
    )


def _says_something(row: Any) -> bool:
    """Content in what we read: it may also stand in columns that no relation has."""
    return row.pain is not None or any(readable(getattr(row, note)) for note in NOTES)


def _session(row: Any) -> Session:
    notes = {note: readable(getattr(row, note)) for note in NOTES}
    return Session(id=str(row.id), held_at=row.when, pain=row.pain, **notes)


def _of_patient(person: "Patient") -> Iterable[Identifier]:
    yield Identifier(kind="name", text=person.name)
    yield Identifier(kind="contact", text=person.email or "")
    yield Identifier(kind="contact", text=person.phone or "")


def _on_file(clinic: "Clinic", connection: "Connection", patient_id: str) -> Iterable[Identifier]:
    if not clinic.profile.has("identifiers"):
        return []
    i = clinic.relation("identifiers")
    rows = connection.execute(select(i).where(i.c.patient_id == clinic.id(patient_id))).all()
    return [Identifier(kind=row.kind or "person", text=row.text or "") for row in rows]


def _of_staff(
    clinic: "Clinic", connection: "Connection", organization_id: str, sessions: Iterable[Any]
) -> Iterable[Identifier]:
    """Everybody who works at the organization, and who held the sessions, wherever they work now."""
    s = clinic.relation("staff")
    therapists = {str(row.therapist_id) for row in sessions if row.therapist_id is not None}
    theirs = select(s.c.name, s.c.email).where(
        or_(
            s.c.organization_id == clinic.id(organization_id),
            cast(s.c.id, String).in_(therapists),
            s.c.user_id.in_(therapists),
        )
    )
    for row in connection.execute(theirs):
        yield Identifier(kind="staff", text=row.name or "")
        yield Identifier(kind="contact", text=row.email or "")
