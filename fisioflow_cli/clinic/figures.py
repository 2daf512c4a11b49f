"""The figures of the reports: what happened at one organization in a stretch of local days."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from fisioflow_cli.clinic.clinic import Clinic
    from fisioflow_cli.clinic.organizations import Organization


NOBODY = ("", "")
"""Who held a session whose therapist is not on the staff (any more)."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What happened from the first local day to the last, both included."""

    appointments: dict[str, int]
    """By status."""
    sessions_by_day: tuple[int, ...]
    """Completed sessions, a number per day."""
    sessions_by_therapist: tuple[tuple[str, int], ...]
    """Completed sessions per therapist's name, busiest first."""
    new_patients: int
    revenue: Decimal | None
    """None where the database keeps no payments."""

    @property
    def sessions(self) -> int:
        """All completed sessions."""
        return sum(self.sessions_by_day)

    @property
    def empty(self) -> bool:
        """Whether nothing at all happened."""
        return not (
            sum(self.appointments.values()) or self.sessions or self.new_patients or self.revenue
        )


def figures(clinic: "Clinic", organization: "Organization", first: date, days: int) -> Figures:
    """The figures of `days` days from `first` on, cut at midnight in the organization's zone."""
    cuts = [_midnight(first + timedelta(days=n), organization) for n in range(days + 1)]
    period = _Period(
        clinic, clinic.id(organization.id), first, first + timedelta(days=days - 1), cuts
    )
    with clinic.reading() as connection:
        return Figures(
            appointments=period.appointments(connection),
            sessions_by_day=period.sessions_by_day(connection),
            sessions_by_therapist=period.sessions_by_therapist(connection),
            new_patients=period.new_patients(connection),
            revenue=period.revenue(connection),
        )


def appointments_on(clinic: "Clinic", organization: "Organization", day: date) -> dict[str, int]:
    """The appointments that the organization has on a local day, by status."""
    period = _Period(clinic, clinic.id(organization.id), day, day, [])
    with clinic.reading() as connection:
        return period.appointments(connection)


def _midnight(day: date, organization: "Organization") -> datetime:
    return datetime.combine(day, time(), organization.zone).astimezone(UTC)


@dataclass(frozen=True)
class _Period:
    clinic: "Clinic"
    organization_id: Any
    first: date
    last: date
    cuts: list[datetime]

    def within(self, column: "ColumnElement[Any]") -> "ColumnElement[bool]":
        return (column >= self.cuts[0]) & (column < self.cuts[-1])

    def appointments(self, connection: "Connection") -> dict[str, int]:
        a = self.clinic.relation("appointments")
        query = select(a.c.status, func.count()).where(
            a.c.organization_id == self.organization_id,
            a.c.starts_on.between(self.first, self.last),
        )
        return dict(connection.execute(query.group_by(a.c.status)).all())

    def sessions_by_day(self, connection: "Connection") -> tuple[int, ...]:
        s = self.clinic.relation("sessions")
        days = [
            func.coalesce(
                func.sum(case(((s.c.held_at >= begin) & (s.c.held_at < end), 1), else_=0)), 0
            )
            for begin, end in zip(self.cuts, self.cuts[1:], strict=False)
        ]
        query = select(*days).where(*self._completed(s))
        return tuple(int(number) for number in connection.execute(query).one())

    def sessions_by_therapist(self, connection: "Connection") -> tuple[tuple[str, int], ...]:
        s = self.clinic.relation("sessions")
        query = (
            select(s.c.therapist_id, func.count())
            .where(*self._completed(s))
            .group_by(s.c.therapist_id)
        )
        therapists = self._therapists(connection)
        counted: Counter[tuple[str, str]] = Counter()
        for therapist, count in connection.execute(query):
            counted[therapists.get(str(therapist), NOBODY)] += count
        pairs = [(name, count) for (_, name), count in counted.items()]
        return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))

    def new_patients(self, connection: "Connection") -> int:
        p = self.clinic.relation("patients")
        mine = (p.c.organization_id == self.organization_id, self.within(p.c.created_at))
        return connection.execute(select(func.count()).select_from(p).where(*mine)).scalar_one()

    def revenue(self, connection: "Connection") -> Decimal | None:
        if not self.clinic.profile.has("payments"):
            return None
        p = self.clinic.relation("payments")
        mine = (p.c.organization_id == self.organization_id, self.within(p.c.paid_at))
        return Decimal(connection.execute(select(func.sum(p.c.amount)).where(*mine)).scalar() or 0)

    def _completed(self, s: Any) -> tuple["ColumnElement[bool]", ...]:
        return (
            s.c.organization_id == self.organization_id,
            s.c.status == "completed",
            self.within(s.c.held_at),
        )

    def _therapists(self, connection: "Connection") -> dict[str, tuple[str, str]]:
        """Staff id and name by staff id and by user id: applications have stored either."""
        t = self.clinic.relation("staff")
        query = select(t.c.id, t.c.user_id, t.c.name).where(
            t.c.organization_id == self.organization_id
        )
        rows = connection.execute(query).all()
        return {
            str(key): (str(row.id), row.name or "")
            for key_of in ("user_id", "id")  # an id of its own wins
            for row in rows
            if (key := getattr(row, key_of)) is not None
        }
