"""Organizations, staff, preferences and appointments of the Supabase database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
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


@pytest.mark.parametrize("active", [True, False])
def test_organization_is_switched_off_by_active(clinic: RealClinic, active: bool) -> None:
    row = clinic.row("organizations", clinic.insert("organizations", name="Vida", active=active))
    assert (row.name, row.active) == ("Vida", active)


@pytest.mark.parametrize(
    ("settings", "email", "whatsapp"),
    [
        ({"email_enabled": False}, False, True),
        ({"whatsapp_enabled": False}, True, False),
        ({"email_enabled": "false", "whatsapp_enabled": " FALSE "}, False, False),
        ({"email_enabled": "true", "whatsapp_enabled": True}, True, True),
        ({"email_enabled": None}, True, True),
        ({"email_enabled": {"x": 1}}, True, True),
        ({}, True, True),
        (None, True, True),
        ("null", True, True),
        ('"just text"', True, True),
        ('["email_enabled", false]', True, True),
        ("17", True, True),
    ],
)
def test_only_a_recorded_false_switches_a_channel_off(
    clinic: RealClinic, settings: Any, email: bool, whatsapp: bool
) -> None:
    row = clinic.row("organizations", clinic.insert("organizations", settings=settings))
    assert (row.email_enabled, row.whatsapp_enabled) == (email, whatsapp)
    assert row.timezone == "America/Sao_Paulo"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("America/Manaus", "America/Manaus"),
        (" America/Noronha ", "America/Noronha"),
        ("Europe/Lisbon", "Europe/Lisbon"),
        ("UTC", "UTC"),
        ("garbage", "America/Rio_Branco"),
        ("america/manaus", "America/Rio_Branco"),
        ("posix/America/Manaus", "America/Rio_Branco"),
        ("America/Sao_Paulo'; DROP TABLE patients", "America/Rio_Branco"),
        ("", "America/Rio_Branco"),
        (["America/Manaus"], "America/Rio_Branco"),
        (-3, "America/Rio_Branco"),
        (None, "America/Rio_Branco"),
    ],
)
def test_unknown_zone_gives_way_to_the_default(clinic: RealClinic, written: Any, read: str) -> None:
    organization = clinic.insert("organizations", settings={"timezone": written})
    assert clinic.row("organizations", organization, "America/Rio_Branco").timezone == read


@pytest.mark.parametrize(
    ("written", "role", "reports"),
    [
        ("admin", "admin", True),
        ("fisioterapeuta", "therapist", True),
        ("estagiario", "intern", False),
        ("paciente", "patient", False),
        ("parceiro", "partner", False),
    ],
)
def test_admins_and_therapists_receive_reports(
    clinic: RealClinic, written: str, role: str, reports: bool
) -> None:
    user = someone()
    profile = clinic.insert(
        "profiles", role=written, user_id=user, full_name="Ana Lima", email=" ana@example.com "
    )
    row = clinic.row("staff", profile)
    assert (row.role, row.receives_reports) == (role, reports)
    assert (row.user_id, row.name, row.email) == (user, "Ana Lima", "ana@example.com")


@pytest.mark.parametrize(("written", "active"), [(True, True), (None, True), (False, False)])
def test_staff_is_active_unless_switched_off(
    clinic: RealClinic, written: bool | None, active: bool
) -> None:
    assert clinic.row("staff", clinic.insert("profiles", is_active=written)).active is active


def test_quiet_hours_may_cross_midnight(clinic: RealClinic) -> None:
    user = someone()
    clinic.insert(
        "notification_preferences",
        user_id=user,
        quiet_hours_start=time(22),
        quiet_hours_end=time(7, 30),
        weekend_notifications=False,
    )
    [row] = clinic.rows("preferences", user_id=user)
    assert (row.quiet_from, row.quiet_until, row.weekends) == (time(22), time(7, 30), False)
    assert (row.allows_email, row.allows_whatsapp, row.allows_push) == (True, True, True)


def test_appointment_reminders_switch_closes_every_channel(clinic: RealClinic) -> None:
    user = someone()
    clinic.insert("notification_preferences", user_id=user, appointment_reminders=False)
    [row] = clinic.rows("preferences", user_id=user)
    assert (row.allows_email, row.allows_whatsapp, row.allows_push) == (False, False, False)


def test_two_preference_rows_of_a_user_are_one(clinic: RealClinic) -> None:
    user = someone()
    clinic.insert(
        "notification_preferences",
        user_id=user,
        appointment_reminders=False,
        quiet_hours_start=time(20),
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    clinic.insert(
        "notification_preferences",
        user_id=user,
        quiet_hours_start=time(21),
        updated_at=datetime(2026, 2, 1, tzinfo=UTC),
    )
    clinic.insert("notification_preferences", user_id=None)
    [row] = clinic.rows("preferences")
    assert (row.allows_email, row.quiet_from) == (False, time(21))


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("agendado", "scheduled"),
        ("confirmado", "confirmed"),
        ("em_andamento", "completed"),
        ("concluido", "completed"),
        ("cancelado", "cancelled"),
        ("falta", "no_show"),
        (" Cancelado ", "cancelled"),
        ("Em Espera", "em espera"),
        (None, "scheduled"),
    ],
)
def test_appointment_status(clinic: RealClinic, written: str | None, status: str) -> None:
    appointment = clinic.insert("appointments", status=written)
    assert clinic.row("appointments", appointment).status == status


def test_appointment_is_at_its_date_and_start_time(clinic: RealClinic) -> None:
    """The older pair of columns repeats them; should they differ, they are wrong."""
    appointment = clinic.insert(
        "appointments",
        date=date(2026, 3, 2),
        start_time=time(9, 30),
        appointment_date=date(2025, 1, 1),
        appointment_time=time(7),
        end_time=time(10, 20),
        duration=90,
    )
    row = clinic.row("appointments", appointment)
    assert row.starts_on == date(2026, 3, 2)
    assert row.starts_at == datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001 - clinic-local
    assert row.ends_at == datetime(2026, 3, 2, 10, 20)  # noqa: DTZ001 - clinic-local
    assert row.is_group is False


@pytest.mark.parametrize(
    ("duration", "end"),
    [(50, datetime(2026, 3, 3, 0, 20)), (None, None)],  # noqa: DTZ001 - clinic-local
)
def test_duration_ends_an_appointment_without_end_time(
    clinic: RealClinic, duration: int | None, end: datetime | None
) -> None:
    appointment = clinic.insert(
        "appointments", date=date(2026, 3, 2), start_time=time(23, 30), duration=duration
    )
    assert clinic.row("appointments", appointment).ends_at == end


def test_dangling_patient_of_an_appointment_is_kept(clinic: RealClinic) -> None:
    nobody = someone()
    appointment = clinic.insert("appointments", patient_id=nobody)
    assert clinic.row("appointments", appointment).patient_id == nobody
