"""The integrity checks: rows that contradict the others, or themselves. Nothing is changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, or_, select

from fisioflow_cli.clinic.clinic import text_id
from fisioflow_cli.clinic.contact import usable_email, usable_phone

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select, Subquery

    from fisioflow_cli.clinic.clinic import Clinic

PAGE = 5000
OLDEST_AGE = 120


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A row that a check objects to."""

    id: str
    organization_id: str | None


@dataclass(frozen=True, kw_only=True)
class Page:
    """What one keyset page held: the findings in it and where the next one begins."""

    findings: tuple[Finding, ...]
    until: str | None
    """None: there is no next page."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check: the relations it needs, the rows it looks at, and which of them it objects to."""

    name: str
    needs: tuple[str, ...]
    rows: "Callable[[Clinic, date], tuple[Select[Any], Subquery]]"
    objects: Callable[[Any], bool] = lambda _: True
    """For what SQL cannot judge: called with each row."""

    def page(self, clinic: "Clinic", today: date, only: str | None, after: str | None) -> Page:
        """One page of up to 5,000 rows; `only` narrows it to one organization."""
        query, relation = self.rows(clinic, today)
        if only is not None:
            query = query.where(relation.c.organization_id == clinic.id(only))
        with clinic.reading() as connection:
            rows = connection.execute(
                clinic.of_page(query, relation.c.id, after, None, size=PAGE)
            ).all()
        found = tuple(
            Finding(id=str(row.id), organization_id=text_id(row.organization_id))
            for row in rows
            if self.objects(row)
        )
        return Page(findings=found, until=str(rows[-1].id) if len(rows) == PAGE else None)


def _dangling(name: str, column: str, target: str, *, null_counts: bool = False) -> Any:
    """Rows of `name` whose `column` names no row of `target`."""

    def rows(clinic: "Clinic", today: date) -> "tuple[Select[Any], Subquery]":
        del today
        r, t = clinic.relation(name), clinic.relation(target)
        missing: ColumnElement[bool] = r.c[column].is_not(None) & ~exists().where(
            t.c.id == r.c[column]
        )
        if null_counts:
            missing = or_(r.c[column].is_(None), missing)
        return select(r.c.id, r.c.organization_id).where(missing), r

    return rows


def _overlapping(clinic: "Clinic", today: date) -> "tuple[Select[Any], Subquery]":
    """Appointments that begin while an earlier one of the same therapist goes on; one per clash.

    Two that begin together clash even where no end is known.
    """
    del today
    a = clinic.relation("appointments")
    b = clinic.relation("appointments").alias("earlier")
    goes_on = (b.c.starts_at < a.c.starts_at) & (a.c.starts_at < b.c.ends_at)
    together = (b.c.starts_at == a.c.starts_at) & (b.c.id < a.c.id)
    same_desk = (b.c.therapist_id == a.c.therapist_id) & (b.c.starts_on == a.c.starts_on)
    clash = same_desk & or_(goes_on, together)
    counted = [(r.c.status != "cancelled") & (r.c.is_group.is_not(True)) for r in (a, b)]
    return select(a.c.id, a.c.organization_id).where(
        counted[0], exists().where(clash, counted[1])
    ), a


def _impossible_births(clinic: "Clinic", today: date) -> "tuple[Select[Any], Subquery]":
    p = clinic.relation("patients")
    impossible = or_(p.c.birth_date > today, p.c.birth_date < date(today.year - OLDEST_AGE, 1, 1))
    return select(p.c.id, p.c.organization_id).where(impossible), p


def _written(column: str) -> Any:
    def rows(clinic: "Clinic", today: date) -> "tuple[Select[Any], Subquery]":
        del today
        p = clinic.relation("patients")
        return select(p.c.id, p.c.organization_id, p.c[column].label("typed")).where(
            p.c[column].is_not(None)
        ), p

    return rows


CHECKS = (
    Check(
        name="appointments_without_patient",
        needs=("appointments", "patients"),
        rows=_dangling("appointments", "patient_id", "patients"),
    ),
    Check(
        name="sessions_without_appointment",
        needs=("sessions", "appointments"),
        rows=_dangling("sessions", "appointment_id", "appointments"),
    ),
    Check(
        name="payments_without_appointment",
        needs=("payments", "appointments"),
        rows=_dangling("payments", "appointment_id", "appointments"),
    ),
    Check(
        name="patients_without_organization",
        needs=("patients", "organizations"),
        rows=_dangling("patients", "organization_id", "organizations", null_counts=True),
    ),
    Check(
        name="vouchers_without_patient",
        needs=("vouchers", "patients"),
        rows=_dangling("vouchers", "patient_id", "patients", null_counts=True),
    ),
    Check(name="overlapping_appointments", needs=("appointments",), rows=_overlapping),
    Check(name="impossible_birth_dates", needs=("patients",), rows=_impossible_births),
    Check(
        name="unusable_phones",
        needs=("patients",),
        rows=_written("phone"),
        objects=lambda row: usable_phone(row.typed) is None,
    ),
    Check(
        name="unusable_emails",
        needs=("patients",),
        rows=_written("email"),
        objects=lambda row: usable_email(row.typed) is None,
    ),
)
