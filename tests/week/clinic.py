"""A clinic in which something is due every day, and what it owes to whom; all of it invented."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fisioflow_cli.clinic import schema
from tests.workflows.people import (
    MANAUS,
    SAO_PAULO,
    appointment,
    member,
    organization,
    patient,
    voucher,
)
from tests.workflows.place import Place

FIRST = date(2026, 3, 2)
"""A Monday."""
SUNDAY = FIRST - timedelta(days=1)
"""The day before: everything runs as it should, so that the week belongs to all workflows."""
DAYS = tuple(FIRST + timedelta(days=n) for n in range(8))
"""The week, and the Monday after it."""
ZONES: dict[str, ZoneInfo] = {"sul": SAO_PAULO, "norte": MANAUS}
READERS = {"sara": "sul", "tito": "sul", "nina": "norte"}
VOUCHERS = {f"v{n:02}": FIRST + timedelta(days=n) for n in range(1, 15)}
"""When each expires."""
BIRTHDAYS = {f"{house}-b{day:%d}": (house, day) for house in ZONES for day in (SUNDAY, *DAYS)}
APPOINTMENTS = {
    f"{house}-a{day:%d}-{hour:02}": (house, day, hour)
    for house in ZONES
    for day in (SUNDAY, *DAYS, DAYS[-1] + timedelta(days=1))
    for hour in (7, 15)
}


def address(name: str) -> str:
    return f"{name}@example.com"


def begins(name: str) -> datetime:
    """When an appointment begins; aware."""
    house, day, hour = APPOINTMENTS[name]
    return datetime.combine(day, time(hour), ZONES[house])


def furnish(place: Place) -> None:
    """Put all of it into a clinic that has `sul` already."""
    place.add(schema.organizations, organization("norte", timezone="America/Manaus"))
    place.add(schema.staff, *(member(name, house) for name, house in READERS.items()))
    for name, (house, day) in BIRTHDAYS.items():
        place.add(schema.patients, _someone(name, house, birth_date=day.replace(year=1985)))
    for name, expires_on in VOUCHERS.items():
        place.add(schema.patients, _someone(f"p-{name}", "sul"))
        place.add(schema.vouchers, voucher(name, f"p-{name}", expires_on=expires_on))
    for name, (house, day, hour) in APPOINTMENTS.items():
        place.add(schema.patients, _someone(name, house))
        facts = {"organization_id": house, "patient_id": name, "status": "scheduled"}
        place.add(schema.appointments, appointment(name, day, hour, **facts))


def _someone(name: str, house: str, **more: Any) -> dict[str, Any]:
    """Somebody who is written to by e-mail, and whose birthday is far away unless it is said."""
    usual = {"birth_date": date(1985, 8, 20), "preferred_channel": "email", "phone": None}
    return patient(name, house, **{**usual, **more})
