"""The demo's appointments: two full weeks, the Monday and Tuesday after them, and one old day."""

from collections.abc import Iterator
from datetime import date, timedelta

from fisioflow_cli.demo.calendar import Appointment, Calendar, local
from fisioflow_cli.demo.organizations import CLINICS, COLUNA, PASSO_FIRME
from fisioflow_cli.demo.rows import Row, days_before

MORNING = (8, 9, 10, 11)
AFTERNOON = (14, 15, 16, 17)
SATURDAY = 5
THERAPISTS = (0, 1)
GROUP_DAYS = (-13, -11, -6, -4, 0)
GROUP_SIZE = 5
OLD_DAYS = 45


def appointments(monday: date, patients: list[Row]) -> list[Appointment]:
    """All appointments of known patients, by number."""
    calendar = Calendar(today=monday, patients=_active_by_clinic(patients))
    return [
        *_working_days(calendar),
        *_groups(calendar),
        *_overlaps(calendar),
        *_old_day(calendar),
    ]


def _active_by_clinic(patients: list[Row]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {clinic.id: [] for clinic in CLINICS}
    for patient in patients:
        clinic = str(patient["organization_id"])
        if clinic in ids and patient["active"]:
            ids[clinic].append(str(patient["id"]))
    return ids


def _working_days(calendar: Calendar) -> Iterator[Appointment]:
    for offset in range(-14, 2):
        day = calendar.today + timedelta(days=offset)
        if day.weekday() <= SATURDAY:
            yield from _working_day(calendar, day)


def _working_day(calendar: Calendar, day: date) -> Iterator[Appointment]:
    hours = MORNING if day.weekday() == SATURDAY else (*MORNING, *AFTERNOON)
    for clinic in CLINICS:
        for therapist in THERAPISTS:
            for hour in hours:
                if calendar.rng.random() < 0.75:
                    yield calendar.book(clinic, therapist, local(day, hour))


def _groups(calendar: Calendar) -> Iterator[Appointment]:
    """Pilates: five people with one therapist at one time, which is no overlap."""
    for offset in GROUP_DAYS:
        evening = local(calendar.today + timedelta(days=offset), 18)
        for clinic in CLINICS:
            for _ in range(GROUP_SIZE):
                yield calendar.book(clinic, 0, evening, is_group=True)


def _overlaps(calendar: Calendar) -> Iterator[Appointment]:
    """At lunch, when nobody else is booked: three overlaps, and one undone by a cancellation."""
    today = calendar.today
    for clinic, day, second_status in (
        (PASSO_FIRME, today, "confirmed"),
        (PASSO_FIRME, days_before(today, 5), "completed"),
        (COLUNA, days_before(today, 4), "completed"),
        (COLUNA, today, "cancelled"),
    ):
        first_status = "completed" if day < today else "scheduled"
        yield calendar.book(clinic, 1, local(day, 12), status=first_status)
        yield calendar.book(clinic, 1, local(day, 12, 30), status=second_status)


def _old_day(calendar: Calendar) -> Iterator[Appointment]:
    """Long past: of these, no session was ever finished."""
    day = days_before(calendar.today, OLD_DAYS)
    for clinic in CLINICS:
        for hour in (*MORNING, *AFTERNOON):
            yield calendar.book(clinic, 0, local(day, hour), status="completed")
