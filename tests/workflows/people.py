"""Rows of a small clinic, all of them invented; what a test is about it says itself."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SAO_PAULO, MANAUS = ZoneInfo("America/Sao_Paulo"), ZoneInfo("America/Manaus")
TODAY = date(2026, 3, 2)
"""A Monday."""
NOW = datetime(2026, 3, 2, 10, 30, tzinfo=SAO_PAULO)
"""9:30 in Manaus."""

Row = dict[str, Any]


def ago(days: float) -> datetime:
    """An instant, so many times 24 hours before NOW."""
    return NOW.astimezone(UTC) - timedelta(days=days)


def local(day: date, hour: int, minute: int = 0, zone: ZoneInfo = SAO_PAULO) -> datetime:
    """A local time as an instant."""
    day, hour = day + timedelta(days=hour // 24), hour % 24
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


def organization(name: str = "sul", **more: Any) -> Row:
    return {"id": name, "name": f"Clínica {name.title()}", **more}


def member(name: str, clinic: str = "sul", role: str = "therapist", **more: Any) -> Row:
    row = {"id": name, "organization_id": clinic, "name": name.title(), "role": role}
    return {**row, "user_id": f"u-{name}", "email": f"{name}@example.com", **more}


def patient(name: str, clinic: str = "sul", **more: Any) -> Row:
    """Somebody of 41 whose birthday it is, who prefers WhatsApp and has refused nothing."""
    return {
        "id": name,
        "organization_id": clinic,
        "full_name": f"{name.title()} de Exemplo",
        "name": name.title(),
        "birth_date": date(1985, 3, 2),
        "email": f"{name}@example.com",
        "phone": f"(11) 98765-{sum(map(ord, name)) % 10_000:04}",
        "created_at": ago(300),
        **more,
    }


def voucher(name: str, owner: str = "ana", *, days_left: int = 3, **more: Any) -> Row:
    return {
        "id": name,
        "organization_id": "sul",
        "patient_id": owner,
        "name": "Pacote 10 sessões",
        "expires_on": TODAY + timedelta(days=days_left),
        "sessions_left": 4,
        **more,
    }


def appointment(name: str, day: date, hour: float = 9, **more: Any) -> Row:
    """An hour, by the clock on the wall."""
    begins = datetime.combine(day, time()) + timedelta(hours=hour)
    return {
        "id": name,
        "organization_id": "sul",
        "patient_id": "ana",
        "therapist_id": "tito",
        "starts_on": day,
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=1),
        "status": "completed",
        "created_at": ago(50),
        **more,
    }


def session(name: str, held_at: datetime | None, **more: Any) -> Row:
    row = {"id": name, "organization_id": "sul", "patient_id": "ana", "appointment_id": None}
    row |= {"therapist_id": "tito", "status": "completed", "held_at": held_at}
    return {**row, "created_at": ago(20), "updated_at": ago(20), **more}


def payment(name: str, amount: str, paid_at: datetime, clinic: str = "sul") -> Row:
    return {"id": name, "organization_id": clinic, "amount": amount, "paid_at": paid_at}
