"""Vouchers, payments, waitlist offers and clean-up of the Supabase database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import URL

from tests.clinic.real_clinic import RealClinic, real_clinic, someone
from tests.clinic.real_schema import SUPABASE

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(postgres_server: URL) -> Iterator[RealClinic]:
    with real_clinic(postgres_server, SUPABASE) as real:
        yield real


@pytest.fixture
def clinic(database: RealClinic) -> RealClinic:
    return database.empty()


def test_voucher_belongs_to_the_patient_of_its_user(clinic: RealClinic) -> None:
    user, organization = someone(), clinic.insert("organizations")
    patient = clinic.insert("patients", user_id=user, organization_id=organization, status="active")
    clinic.insert("patients", user_id=someone(), status="active")
    clinic.insert("patients", user_id=None, status="active")
    voucher = clinic.insert(
        "user_vouchers",
        user_id=user,
        voucher_id=clinic.insert("vouchers", nome="Pacote 10", name="Package"),
        # 23:30 on 9 March in São Paulo
        data_expiracao=datetime(2026, 3, 10, 2, 30, tzinfo=UTC),
        sessoes_restantes=4,
    )
    row = clinic.row("vouchers", voucher)
    assert (row.patient_id, row.organization_id, row.name) == (patient, organization, "Pacote 10")
    assert (row.expires_on, row.active, row.sessions_left) == (date(2026, 3, 9), True, 4)


def test_voucher_without_patient_is_kept(clinic: RealClinic) -> None:
    clinic.insert("patients", user_id=someone())
    voucher = clinic.insert("user_vouchers", user_id=someone(), ativo=False)
    row = clinic.row("vouchers", voucher)
    assert (row.patient_id, row.organization_id, row.active) == (None, None, False)


def test_user_with_several_patients_has_one_voucher(clinic: RealClinic) -> None:
    user = someone()
    ids = [f"{n}0000000-0000-4000-8000-000000000000" for n in "1234"]
    for patient, status in zip(ids, ("archived", None, "active", "active"), strict=True):
        clinic.insert("patients", id=patient, user_id=user, status=status)
    clinic.insert("user_vouchers", user_id=user)
    [row] = clinic.rows("vouchers")
    assert row.patient_id == ids[2]


@pytest.mark.parametrize(
    ("zone", "expires_on"),
    [
        ("America/Sao_Paulo", date(2026, 3, 10)),
        ("America/Manaus", date(2026, 3, 9)),
        ("garbage", date(2026, 3, 10)),
    ],
)
def test_voucher_expires_on_the_local_date(clinic: RealClinic, zone: str, expires_on: date) -> None:
    organization = clinic.insert("organizations", settings={"timezone": zone})
    user = someone()
    clinic.insert("patients", user_id=user, organization_id=organization)
    voucher = clinic.insert(
        "user_vouchers", user_id=user, data_expiracao=datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
    )
    assert clinic.row("vouchers", voucher).expires_on == expires_on


def test_payment_is_of_the_organization_of_its_appointment(clinic: RealClinic) -> None:
    first, second, patient = someone(), someone(), someone()
    clinic.insert("patients", id=patient, organization_id=second)
    appointment = clinic.insert("appointments", organization_id=first, patient_id=patient)
    row = clinic.row(
        "payments",
        clinic.insert("payments", appointment_id=appointment, amount="150.50", paid_at=NOW),
    )
    assert (row.organization_id, row.patient_id) == (first, patient)
    assert (row.amount, row.paid_at) == (Decimal("150.50"), NOW)


def test_payment_without_appointment_is_of_the_organization_of_its_patient(
    clinic: RealClinic,
) -> None:
    organization, patient = someone(), someone()
    clinic.insert("patients", id=patient, organization_id=organization)
    row = clinic.row("payments", clinic.insert("payments", patient_id=patient))
    assert (row.organization_id, row.patient_id) == (organization, patient)


def offer(clinic: RealClinic, refusals: int | None, entry: str = "offered", **of: Any) -> Any:
    """A pending offer that ran out an hour ago, unless `of` says otherwise."""
    waiting = clinic.insert("waitlist", rejection_count=refusals, status=entry)
    values = {"status": "pending", "expiration_time": NOW.replace(hour=11), **of}
    return clinic.row(
        "waitlist_offers", clinic.insert("waitlist_offers", waitlist_id=waiting, **values)
    )


def expire(clinic: RealClinic, row: Any) -> int:
    """What the workflow does: a refusal counts only where the offer was still open."""
    writes = clinic.profile.writes
    changed = clinic.execute(writes["expire_waitlist_offer"], id=row.id, now=NOW)
    if changed:
        clinic.execute(writes["refuse_waitlist_entry"], waitlist_id=row.waitlist_id, now=NOW)
    return changed


def test_waitlist_offer_carries_the_refusals_of_its_entry(clinic: RealClinic) -> None:
    organization = someone()
    row = offer(clinic, 2, entry="waiting", organization_id=organization, created_at=NOW)
    assert (row.status, row.refusal_count, row.organization_id) == ("pending", 2, organization)
    assert (row.offered_at, row.expires_at) == (NOW, NOW.replace(hour=11))
    assert offer(clinic, None).refusal_count == 0


@pytest.mark.parametrize(
    ("refusals", "before", "after"),
    [
        (None, "offered", (1, "waiting", None)),
        (1, "waiting", (2, "waiting", None)),
        (2, "offered", (3, "removed", NOW)),
        (7, "offered", (8, "removed", NOW)),
        (2, "scheduled", (3, "scheduled", None)),
    ],
)
def test_third_expired_offer_removes_the_entry(
    clinic: RealClinic, refusals: int | None, before: str, after: tuple[Any, ...]
) -> None:
    row = offer(clinic, refusals, entry=before)
    assert expire(clinic, row) == 1
    assert clinic.row("waitlist_offers", row.id).status == "expired"
    entry = clinic.record("waitlist", row.waitlist_id)
    assert (entry.rejection_count, entry.status, entry.removed_at) == after


@pytest.mark.parametrize(
    "of",
    [
        {"status": "accepted"},
        {"status": "rejected"},
        {"status": "expired"},
        {"status": None},
        {"expiration_time": NOW},
        {"expiration_time": NOW.replace(hour=13)},
    ],
)
def test_answered_or_open_offer_is_left_alone(clinic: RealClinic, of: dict[str, Any]) -> None:
    row = offer(clinic, 2, **of)
    assert expire(clinic, row) == 0
    assert clinic.row("waitlist_offers", row.id) == row
    assert clinic.record("waitlist", row.waitlist_id).rejection_count == 2


def test_expiring_an_offer_twice_counts_one_refusal(clinic: RealClinic) -> None:
    row = offer(clinic, 1)
    assert (expire(clinic, row), expire(clinic, row)) == (1, 0)
    assert clinic.row("waitlist_offers", row.id).refusal_count == 2


def test_only_history_and_sessions_are_cleaned(clinic: RealClinic) -> None:
    """precadastro_tokens and notification_system_health are neither tokens nor logs of ours."""
    assert set(clinic.profile.cleanup) == {"notification_history", "sessions"}
    target = clinic.profile.cleanup["notification_history"]
    old = clinic.insert("notification_history", sent_at=NOW.replace(year=2025), status="failed")
    clinic.insert("notification_history", sent_at=NOW)
    clinic.insert("notification_history", sent_at=None)
    query = f"SELECT {target.id} FROM {target.table} WHERE {target.older_than} < :before"
    assert clinic.values(query, before=NOW) == [old]
