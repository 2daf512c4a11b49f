"""A clinic small enough to kill a process at each of its moments, with every kind of outcome in it."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert

from fisioflow_cli.clinic import schema

NOW = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
"""Monday, 10:30 in São Paulo and 9:30 in Manaus: the time it is in every scenario."""
TODAY = date(2026, 3, 2)
JULY = date(1990, 7, 1)
NOT_ON_WHATSAPP = "5511987650006"

EMAIL, WHATSAPP = "email", "whatsapp"
EXPECTED: dict[str, dict[str, str]] = {
    "birthdays": {
        "birthday/ana/2026": "sent whatsapp 5511987650001",
        "birthday/bia/2026": "sent email bia@example.com",
        "birthday/caio/2026": "skipped opted_out",
    },
    "expiring-vouchers": {
        "voucher-expiry/v1/2026-03-05": "sent whatsapp 5511987650001",
        "voucher-expiry/v2/2026-03-09": "sent email bia@example.com",
        "voucher-expiry/v3/2026-03-05": "skipped inactive",
        "voucher-expiry/v4/2026-03-02": "sent email fred@example.com",
    },
    "daily-reports": {
        "daily-report/norte/nora/2026-03-02": "skipped nothing_to_report",
        "daily-report/sul/sara/2026-03-02": "sent email sara@example.com",
        "daily-report/sul/tito/2026-03-02": "sent email tito@example.com",
        "daily-report/sul/vera/2026-03-02": "skipped no_contact",
    },
    "weekly-summary": {
        "weekly-summary/norte/nora/2026-W10": "sent email nora@example.com",
        "weekly-summary/sul/sara/2026-W10": "sent email sara@example.com",
        "weekly-summary/sul/tito/2026-W10": "sent email tito@example.com",
        "weekly-summary/sul/vera/2026-W10": "skipped no_contact",
    },
    "data-integrity": {
        "data-integrity/norte/nora/2026-03-02T06": "sent email nora@example.com",
        "data-integrity/sul/sara/2026-03-02T06": "sent email sara@example.com",
        "data-integrity/sul/vera/2026-03-02T06": "skipped no_contact",
    },
}
"""What becomes of each message when nobody is killed: by command and message key."""

CLEANED: dict[str, list[dict[str, Any]]] = {
    "notification_history": [{"id": "n-new"}],
    "password_reset_tokens": [{"id": "t-new"}],
    "health_logs": [{"id": "h-new"}],
    "sessions": [{"id": "s-clinical"}, {"id": "s-done"}, {"id": "s-fresh"}],
    "waitlist": [
        {"id": "w1", "status": "waiting", "refusal_count": 1},
        {"id": "w2", "status": "removed", "refusal_count": 3},
        {"id": "w3", "status": "waiting", "refusal_count": 0},
    ],
    "waitlist_offers": [
        {"id": "o1", "status": "expired"},
        {"id": "o2", "status": "expired"},
        {"id": "o3", "status": "pending"},
    ],
}
"""What a clean-up leaves, by table."""


CLEANED_REPORT: dict[str, Any] = {
    "deleted": {
        "notification_history": 2,
        "password_reset_tokens": 1,
        "health_logs": 1,
        "sessions": 1,
        "delivery_payloads": 1,
        "event_data": 0,
    },
    "expired_waitlist_offers": 2,
    "kept_clinical_sessions": 1,
    "skipped": [],
}
"""What it says it did."""

CLEANING_STEPS = {
    "delete/notification_history/1": "notification_history",
    "delete/password_reset_tokens/1": "password_reset_tokens",
    "delete/health_logs/1": "health_logs",
    "delete/sessions/1": "sessions",
    "expire/offers/1": "waitlist",
}
"""Its steps with an effect in the clinic, and a table that shows it."""

OLD_DELIVERY: dict[str, Any] = {
    "id": "old",
    "environment": "production",
    "message_key": "birthday/ana/2025",
    "run_id": "old",
    "state": "sent",
    "channel": "email",
    "claim": 1,
    "tries": 1,
    "provider_key": "old",
    "payload": "{}",
    "created_at": NOW - timedelta(days=365),
    "updated_at": NOW - timedelta(days=365),
}
"""A settled message of long ago, whose text a clean-up forgets."""


def outcomes(expected: dict[str, str]) -> dict[str, str]:
    """What the ledger should say of each message: state, and reason or channel."""
    return {key: " ".join(outcome.split()[:2]) for key, outcome in expected.items()}


def recipients(expected: dict[str, str]) -> Counter[tuple[str, str]]:
    """How many messages each person should get, by channel and address."""
    sent = [outcome.split()[1:] for outcome in expected.values() if outcome.startswith("sent")]
    return Counter((channel, to) for channel, to in sent)


def fill(connection: Connection) -> None:
    """Insert the clinic into the empty tables of `clinic.schema`; the caller commits."""
    for table, rows in _rows().items():
        for row in rows:
            connection.execute(insert(table), row)


def _rows() -> dict[Table, list[dict[str, Any]]]:
    return {
        schema.organizations: [
            {"id": "norte", "name": "Clínica Norte", "timezone": "America/Manaus"},
            {"id": "sul", "name": "Clínica Sul"},
        ],
        schema.staff: [
            _member("nora", "norte", "admin"),
            _member("sara", "sul", "admin"),
            _member("tito", "sul", "therapist"),
            _member("vera", "sul", "admin", email=None),
            _member("rui", "sul", "reception"),
        ],
        schema.patients: [
            _patient("ana", phone="(11) 98765-0001"),
            _patient("bia", phone="(11) 98765-0002", preferred_channel="email"),
            _patient("caio", phone="(11) 98765-0003", consent_marketing=False),
            _patient("eva", phone="(11) 98765-0005", birth_date=JULY, active=False),
            _patient("fred", "norte", phone="(11) 98765-0006", birth_date=JULY),
            _patient("gil", "norte", phone="none", birth_date=JULY),
        ],
        schema.vouchers: [
            _voucher("v1", "ana", 3),
            _voucher("v2", "bia", 7),
            _voucher("v3", "eva", 3),
            _voucher("v4", "fred", 0),
            _voucher("v5", "ana", 3, sessions_left=0),
        ],
        schema.appointments: [
            _appointment("a1", "sul", "bia", days_ago=1),
            _appointment("a2", "sul", "ana", days_ago=4),
            _appointment("a3", "norte", "fred", days_ago=4),
            _appointment("a4", "sul", "nobody", days_ago=40),
            _appointment("a5", "sul", "ana", days_ago=0),
        ],
        **_housekeeping(),
    }


def _housekeeping() -> dict[Table, list[dict[str, Any]]]:
    return {
        schema.notification_history: [
            {"id": name, "channel": "email", "status": "sent", "sent_at": _ago(days)}
            for name, days in (("n-old", 91), ("n-older", 400), ("n-new", 89))
        ],
        schema.password_reset_tokens: [
            {"id": name, "token_hash": "-", "created_at": _ago(days)}
            for name, days in (("t-old", 2), ("t-new", 0.5))
        ],
        schema.health_logs: [
            {"id": name, "component": "api", "status": "up", "created_at": _ago(days)}
            for name, days in (("h-old", 31), ("h-new", 29))
        ],
        schema.sessions: [
            _session("s-empty", 8),
            _session("s-clinical", 8, plan="Alongar."),
            _session("s-fresh", 6),
            _session("s-done", 8, status="completed"),
        ],
        schema.waitlist: [
            {"id": name, "status": "waiting", "refusal_count": count, "created_at": _ago(30)}
            for name, count in (("w1", 0), ("w2", 2), ("w3", 0))
        ],
        schema.waitlist_offers: [
            {
                "id": f"o{number}",
                "waitlist_id": f"w{number}",
                "status": "pending",
                "offered_at": _ago(2),
                "expires_at": _ago(days),
            }
            for number, days in ((1, 1), (2, 1), (3, -1))
        ],
    }


def _ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def _member(name: str, clinic: str, role: str, **more: Any) -> dict[str, Any]:
    row = {"id": name, "organization_id": clinic, "name": name.title(), "role": role}
    return {**row, "email": f"{name}@example.com", **more}


def _patient(name: str, clinic: str = "sul", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "organization_id": clinic,
        "full_name": f"{name.title()} de Exemplo",
        "name": name.title(),
        "birth_date": date(1985, TODAY.month, TODAY.day),
        "email": f"{name}@example.com",
        "created_at": _ago(300),
        **more,
    }


def _voucher(name: str, patient: str, days_left: int, *, sessions_left: int = 4) -> dict[str, Any]:
    return {
        "id": name,
        "organization_id": "sul",
        "patient_id": patient,
        "name": "Pacote 10 sessões",
        "expires_on": TODAY + timedelta(days=days_left),
        "sessions_left": sessions_left,
    }


def _appointment(name: str, clinic: str, patient: str, *, days_ago: int) -> dict[str, Any]:
    begins = datetime.combine(TODAY - timedelta(days=days_ago), time(9))
    return {
        "id": name,
        "organization_id": clinic,
        "patient_id": patient,
        "therapist_id": "tito" if clinic == "sul" else "nora",
        "starts_on": begins.date(),
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=1),
        "status": "completed",
        "created_at": _ago(50),
    }


def _session(name: str, days_ago: float, **more: Any) -> dict[str, Any]:
    row = {"id": name, "organization_id": "sul", "patient_id": "ana", "appointment_id": "a2"}
    row |= {"therapist_id": "tito", "status": "incomplete"}
    return {**row, "created_at": _ago(days_ago), "updated_at": _ago(days_ago), **more}
