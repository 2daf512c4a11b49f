"""Organizations, staff, patients and appointments of the Neon database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

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


def test_every_organization_is_active_in_the_default_zone(clinic: RealClinic) -> None:
    organization = clinic.insert(
        "organizations", name="Vida", metadata={"email_enabled": False, "timezone": "UTC"}
    )
    row = clinic.row("organizations", organization, "America/Manaus")
    assert row == (organization, "Vida", True, True, True, "America/Manaus")


@pytest.mark.parametrize(
    ("written", "role", "reports"),
    [
        ("admin", "admin", True),
        ("Fisioterapeuta ", "therapist", True),
        ("estagiario", "intern", False),
        ("paciente", "patient", False),
        ("parceiro", "partner", False),
        ("owner", "other", False),
        (None, "other", False),
    ],
)
def test_admins_and_therapists_receive_reports(
    clinic: RealClinic, written: str | None, role: str, reports: bool
) -> None:
    row = clinic.row("staff", clinic.insert("profiles", role=written))
    assert (row.role, row.receives_reports) == (role, reports)


def test_staff_has_one_of_two_names(clinic: RealClinic) -> None:
    full = clinic.insert("profiles", full_name="Ana Lima", name="Ana", user_id="auth|1")
    short = clinic.insert("profiles", full_name=" ", name="Ana", email=" ", is_active=False)
    row = clinic.row("staff", full)
    assert (row.name, row.user_id, row.active) == ("Ana Lima", "auth|1", True)
    row = clinic.row("staff", short)
    assert (row.name, row.email, row.active) == ("Ana", None, False)


@pytest.mark.parametrize(
    ("columns", "active"),
    [
        ({"is_active": True}, True),
        ({"is_active": True, "archived": False}, True),
        ({"is_active": True, "archived": True}, False),
        ({"is_active": False}, False),
        # the status is a free text of the clinic's own
        ({"is_active": True, "status": "Em tratamento"}, True),
    ],
)
def test_active_patient(clinic: RealClinic, columns: dict[str, Any], active: bool) -> None:
    assert clinic.row("patients", clinic.insert("patients", **columns)).active is active


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"social_name": " Duda Reis ", "nickname": "Du", "full_name": "Eduarda R."}, "Duda Reis"),
        ({"social_name": " ", "nickname": "Du", "full_name": "Eduarda Reis"}, "Du"),
        ({"nickname": "", "full_name": " Eduarda Reis"}, "Eduarda"),
        ({"full_name": ""}, None),
    ],
)
def test_patient_is_addressed_by_the_social_name(
    clinic: RealClinic, columns: dict[str, str], name: str | None
) -> None:
    assert clinic.row("patients", clinic.insert("patients", **columns)).name == name


def test_birth_date_has_an_older_column(clinic: RealClinic) -> None:
    first, second = date(1990, 1, 1), date(1980, 2, 2)
    both = clinic.insert("patients", birth_date=first, date_of_birth=second)
    older = clinic.insert("patients", date_of_birth=second)
    assert clinic.row("patients", both).birth_date == first
    assert clinic.row("patients", older).birth_date == second


@pytest.mark.parametrize("consent", [True, False, None])
def test_consent_data_decides_alone(clinic: RealClinic, consent: bool | None) -> None:
    """marketing_consents is about publishing pictures: refusing that refuses no message."""
    patient = clinic.insert("patients", consent_data=consent)
    clinic.insert("marketing_consents", patient_id=patient, social_media=False, is_active=False)
    row = clinic.row("patients", patient)
    assert (row.allows_email, row.allows_whatsapp, row.allows_marketing) == (consent,) * 3


def test_timestamps_without_zone_are_utc(clinic: RealClinic) -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    patient = clinic.insert("patients", created_at="2026-03-02 12:00", phone=" 123 ", email=" ")
    row = clinic.row("patients", patient)
    assert (row.created_at, row.phone, row.email) == (noon, "123", None)
    appointment = clinic.insert("appointments", created_at="2026-03-02 12:00")
    assert clinic.row("appointments", appointment).created_at == noon


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("agendado", "scheduled"),
        ("presenca_confirmada", "confirmed"),
        ("atendido", "completed"),
        ("avaliacao", "completed"),
        ("cancelado", "cancelled"),
        ("faltou", "no_show"),
        ("faltou_com_aviso", "no_show"),
        ("faltou_sem_aviso", "no_show"),
        ("nao_atendido", "no_show"),
        ("nao_atendido_sem_cobranca", "no_show"),
        ("remarcar", "rescheduled"),
    ],
)
def test_appointment_status(clinic: RealClinic, written: str, status: str) -> None:
    appointment = clinic.insert("appointments", status=written)
    assert clinic.row("appointments", appointment).status == status


@pytest.mark.parametrize(
    ("columns", "group"),
    [
        ({"is_group": True}, True),
        ({"is_group": False, "type": "group"}, False),
        ({"is_group": None, "type": "group"}, True),
        ({"is_group": None, "type": "session"}, False),
    ],
)
def test_group_appointment(clinic: RealClinic, columns: dict[str, Any], group: bool) -> None:
    appointment = clinic.insert("appointments", **columns)
    assert clinic.row("appointments", appointment).is_group is group


def test_appointment_times_are_local(clinic: RealClinic) -> None:
    appointment = clinic.insert(
        "appointments",
        date=date(2026, 3, 2),
        start_time=time(23, 30),
        end_time=time(23, 59),
        patient_id=(nobody := someone()),
    )
    row = clinic.row("appointments", appointment)
    assert (row.starts_on, row.patient_id) == (date(2026, 3, 2), nobody)
    assert row.starts_at == datetime(2026, 3, 2, 23, 30)  # noqa: DTZ001 - clinic-local
    assert row.ends_at == datetime(2026, 3, 2, 23, 59)  # noqa: DTZ001 - clinic-local


@pytest.mark.parametrize(
    ("relation", "table"),
    [
        ("patients", "patients"),
        ("appointments", "appointments"),
        ("sessions", "sessions"),
        ("vouchers", "user_vouchers"),
        ("payments", "appointments"),
    ],
)
def test_deleted_row_is_as_if_absent(clinic: RealClinic, relation: str, table: str) -> None:
    paid = {"payment_amount": "10", "paid_at": "2026-03-02 12:00"}
    columns = paid if table == "appointments" else {}
    kept = clinic.insert(table, **columns)
    clinic.insert(table, deleted_at=GONE, **columns)
    assert [row.id for row in clinic.rows(relation)] == [kept]


def test_what_this_database_lacks_is_absent(clinic: RealClinic) -> None:
    """The waiting list holds wishes, not offers; pre-registration tokens reset no password."""
    profile = clinic.profile
    absent = ("preferences", "waitlist_offers", "push_subscriptions")
    assert not any(profile.has(relation) for relation in absent)
    assert set(profile.cleanup) == {"sessions"}
    assert not profile.writes
