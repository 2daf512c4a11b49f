"""Vouchers of the Neon database, whose they are and until when; and payments."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import URL

from tests.clinic.real_clinic import RealClinic, real_clinic, someone
from tests.clinic.real_schema import NEON


@pytest.fixture(scope="module")
def database(postgres_server: URL) -> Iterator[RealClinic]:
    with real_clinic(postgres_server, NEON) as real:
        yield real


@pytest.fixture
def clinic(database: RealClinic) -> RealClinic:
    return database.empty()


GONE = "2026-02-01 10:00"
FIRST, SECOND, THIRD, FOURTH = (f"{n}0000000-0000-4000-8000-000000000000" for n in "1234")


def patient_of(clinic: RealClinic, voucher: str) -> str | None:
    """The patient of a voucher, which must be one row however many patients there are."""
    patient: str | None = clinic.row("vouchers", voucher).patient_id
    return patient


def test_voucher_belongs_to_the_patient_of_its_user(clinic: RealClinic) -> None:
    organization = someone()
    clinic.insert("patients", user_id=None, organization_id=organization)
    clinic.insert("patients", user_id="other", organization_id=organization)
    patient = clinic.insert("patients", user_id="u1", organization_id=organization)
    voucher = clinic.insert(
        "user_vouchers",
        user_id="u1",
        organization_id=organization,
        voucher_id=clinic.insert("vouchers", nome="Pacote 10"),
        sessoes_restantes=2,
        ativo=True,
    )
    row = clinic.row("vouchers", voucher)
    assert row == (voucher, organization, patient, "Pacote 10", None, True, 2)


def test_user_id_is_text_here_and_a_uuid_there(clinic: RealClinic) -> None:
    """A clinic whose patients.user_id is a uuid reads with the same SELECT."""
    user, organization = someone(), someone()
    clinic.insert("patients", id=FIRST, user_id=user, organization_id=organization)
    voucher = clinic.insert("user_vouchers", user_id=user, organization_id=organization)
    change = "ALTER TABLE patients ALTER user_id TYPE {0} USING CAST(user_id AS {0})"
    clinic.execute(change.format("uuid"))
    try:
        assert patient_of(clinic, voucher) == FIRST
    finally:
        clinic.execute(change.format("text"))


def test_patient_of_the_vouchers_organization_comes_first(clinic: RealClinic) -> None:
    here, there = someone(), someone()
    clinic.insert("patients", id=FIRST, user_id="u1", organization_id=there)
    clinic.insert("patients", id=SECOND, user_id="u1", organization_id=here, is_active=False)
    voucher = clinic.insert("user_vouchers", user_id="u1", organization_id=here)
    assert patient_of(clinic, voucher) == SECOND


def test_patient_without_the_organization_will_do(clinic: RealClinic) -> None:
    clinic.insert("patients", id=FIRST, user_id="u1", organization_id=None, archived=True)
    clinic.insert("patients", id=SECOND, user_id="u1", organization_id=someone())
    voucher = clinic.insert("user_vouchers", user_id="u1", organization_id=someone())
    assert patient_of(clinic, voucher) == SECOND


def test_of_several_patients_the_first_active_one_is_meant(clinic: RealClinic) -> None:
    here = someone()
    of = {"user_id": "u1", "organization_id": here}
    clinic.insert("patients", id=FIRST, archived=True, **of)
    clinic.insert("patients", id=SECOND, deleted_at=GONE, **of)
    clinic.insert("patients", id=THIRD, **of)
    clinic.insert("patients", id=FOURTH, **of)
    voucher = clinic.insert("user_vouchers", **of)
    assert patient_of(clinic, voucher) == THIRD


def test_deleted_patient_leaves_the_voucher_without_one(clinic: RealClinic) -> None:
    here = someone()
    clinic.insert("patients", user_id="u1", organization_id=here, deleted_at=GONE)
    voucher = clinic.insert("user_vouchers", user_id="u1", organization_id=here)
    assert patient_of(clinic, voucher) is None
    assert clinic.row("vouchers", voucher).organization_id == here


def test_deleted_voucher_kind_has_no_name(clinic: RealClinic) -> None:
    kind = clinic.insert("vouchers", nome="Pacote 10", deleted_at=GONE)
    voucher = clinic.insert("user_vouchers", voucher_id=kind)
    assert clinic.row("vouchers", voucher).name is None


@pytest.mark.parametrize(("written", "active"), [(True, True), (False, False), (None, False)])
def test_voucher_is_active_only_if_it_says_so(
    clinic: RealClinic, written: bool | None, active: bool
) -> None:
    assert clinic.row("vouchers", clinic.insert("user_vouchers", ativo=written)).active is active


@pytest.mark.parametrize(
    ("zone", "expires_on"),
    [("America/Sao_Paulo", date(2026, 3, 10)), ("America/Manaus", date(2026, 3, 9))],
)
def test_voucher_expires_on_the_local_date(clinic: RealClinic, zone: str, expires_on: date) -> None:
    voucher = clinic.insert("user_vouchers", data_expiracao="2026-03-10 03:30+00")
    assert clinic.row("vouchers", voucher, zone).expires_on == expires_on


def test_payment_is_part_of_a_paid_appointment(clinic: RealClinic) -> None:
    organization, patient = someone(), someone()
    of = {"organization_id": organization, "patient_id": patient}
    paid = clinic.insert("appointments", payment_amount="120.50", paid_at="2026-03-02 12:00", **of)
    clinic.insert("appointments", payment_amount="120.50", **of)
    clinic.insert("appointments", paid_at="2026-03-02 12:00", **of)
    [row] = clinic.rows("payments")
    moment = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert row == (paid, organization, paid, patient, Decimal("120.50"), moment)
