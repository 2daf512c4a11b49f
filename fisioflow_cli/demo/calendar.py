"""One demo appointment, and the calendar that books it for some patient with a likely status."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random

from fisioflow_cli.demo.organizations import Clinic
from fisioflow_cli.demo.rows import Row, days_before, dice, identifier, instant

DURATION = timedelta(minutes=50)
PAST = {
    "completed": 72,
    "no_show": 8,
    "cancelled": 9,
    "rescheduled": 5,
    "confirmed": 4,
    "scheduled": 2,
}
TO_COME = {"scheduled": 50, "confirmed": 40, "cancelled": 7, "rescheduled": 3}


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """One appointment; `starts_at` is the clinic's wall-clock time, without a zone."""

    id: str
    clinic: Clinic
    patient_id: str
    therapist_id: str
    starts_at: datetime
    is_group: bool
    status: str
    created_at: datetime

    @property
    def began_at(self) -> datetime:
        """The instant of its beginning, in UTC."""
        return self.starts_at.replace(tzinfo=self.clinic.zone).astimezone(UTC)

    @property
    def ended_at(self) -> datetime:
        """The instant of its end, in UTC."""
        return self.began_at + DURATION

    def row(self) -> Row:
        """What is stored."""
        return {
            "id": self.id,
            "organization_id": self.clinic.id,
            "patient_id": self.patient_id,
            "therapist_id": self.therapist_id,
            "starts_on": self.starts_at.date(),
            "starts_at": self.starts_at,
            "ends_at": self.starts_at + DURATION,
            "is_group": self.is_group,
            "status": self.status,
            "created_at": self.created_at,
        }


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Books appointments; `patients` are ids by clinic, before `today` all is past."""

    today: date
    patients: Mapping[str, list[str]]
    rng: Random = field(default_factory=lambda: dice("appointments"))
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def book(
        self,
        clinic: Clinic,
        therapist: int,
        starts_at: datetime,
        *,
        status: str | None = None,
        is_group: bool = False,
    ) -> Appointment:
        """An appointment with the clinic's nth therapist, by default with a likely status."""
        day = starts_at.date()
        return Appointment(
            id=identifier("appointment", next(self.numbers)),
            clinic=clinic,
            patient_id=self.rng.choice(self.patients[clinic.id]),
            therapist_id=clinic.therapists[therapist],
            starts_at=starts_at,
            is_group=is_group,
            status=status or self._likely_status(day),
            created_at=instant(days_before(day, self.rng.randint(2, 20)), 11, zone=clinic.zone),
        )

    def _likely_status(self, day: date) -> str:
        weights = PAST if day < self.today else TO_COME
        return self.rng.choices(list(weights), weights=list(weights.values()))[0]


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """A wall-clock time, as appointments keep it."""
    return datetime.combine(day, time(hour, minute))
