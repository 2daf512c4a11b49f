"""Sessions of the Supabase database: what is finished, and what is a health record."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import URL

from tests.clinic.real_clinic import RealClinic, real_clinic, someone
from tests.clinic.real_schema import SUPABASE, facts

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(postgres_server: URL) -> Iterator[RealClinic]:
    with real_clinic(postgres_server, SUPABASE) as real:
        yield real


@pytest.fixture
def clinic(database: RealClinic) -> RealClinic:
    return database.empty()


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("completed", "completed"),
        ("draft", "incomplete"),
        ("cancelled", "cancelled"),
        ("signed", "signed"),
        (None, "unknown"),
    ],
)
def test_session_status(clinic: RealClinic, written: str | None, status: str) -> None:
    assert clinic.row("sessions", clinic.insert("sessions", status=written)).status == status


CONTENT = {"subjective": "dor", "objective": "ok", "assessment": ".", "plan": "x", "eva_score": 0}


def test_any_clinical_column_of_a_session_is_content(clinic: RealClinic) -> None:
    """Every column of the table is either tried here or known to say nothing clinical."""
    administrative = {
        *("id", "appointment_id", "organization_id", "patient_id", "therapist_id"),
        *("status", "started_at", "completed_at", "created_at", "updated_at"),
    }
    assert set(facts(SUPABASE).tables["sessions"]) == administrative | set(CONTENT)
    for column, value in CONTENT.items():
        session = clinic.insert("sessions", **{column: value})
        assert clinic.row("sessions", session).has_clinical_content is True, column


def test_blank_session_has_no_content(clinic: RealClinic) -> None:
    session = clinic.insert(
        "sessions",
        status="draft",
        subjective=" \n\t",
        plan="",
        appointment_id=someone(),
        organization_id=someone(),
        therapist_id=someone(),
        started_at=NOW,
        completed_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )
    assert clinic.row("sessions", session).has_clinical_content is False


def test_soap_record_of_the_same_appointment_is_content(clinic: RealClinic) -> None:
    appointment, other = someone(), someone()
    session = clinic.insert("sessions", appointment_id=appointment)
    clinic.insert("soap_records", appointment_id=other)
    assert clinic.row("sessions", session).has_clinical_content is False
    clinic.insert("soap_records", appointment_id=appointment, status="draft")
    assert clinic.row("sessions", session).has_clinical_content is True


@pytest.mark.parametrize(
    ("record", "content"),
    [
        ({"record_date": date(2026, 3, 1)}, True),
        ({"record_date": date(2026, 3, 2)}, False),
        ({"record_date": date(2026, 2, 28)}, False),
        # 21:30 in Manaus on 1 March, although 2 March in UTC and in Tokyo
        ({"created_at": datetime(2026, 3, 2, 1, 30, tzinfo=UTC)}, True),
        ({"created_at": datetime(2026, 3, 2, 4, 30, tzinfo=UTC)}, False),
        ({}, False),
    ],
)
def test_soap_record_of_the_same_patient_and_local_day_is_content(
    clinic: RealClinic, record: dict[str, Any], content: bool
) -> None:
    organization = clinic.insert("organizations", settings={"timezone": "America/Manaus"})
    patient = someone()
    session = clinic.insert(
        "sessions",
        patient_id=patient,
        organization_id=organization,
        # 20:30 in Manaus on 1 March
        started_at=datetime(2026, 3, 2, 0, 30, tzinfo=UTC),
    )
    clinic.insert("soap_records", patient_id=someone(), record_date=date(2026, 3, 1))
    clinic.insert("soap_records", patient_id=patient, **record)
    assert clinic.row("sessions", session).has_clinical_content is content


def test_day_of_a_session_may_come_from_its_appointment(clinic: RealClinic) -> None:
    patient = someone()
    appointment = clinic.insert("appointments", date=date(2026, 3, 1))
    session = clinic.insert("sessions", patient_id=patient, appointment_id=appointment)
    clinic.insert("soap_records", patient_id=patient, record_date=date(2026, 3, 1))
    assert clinic.row("sessions", session).has_clinical_content is True


def test_session_was_held_when_completed_else_when_started(clinic: RealClinic) -> None:
    started, completed = NOW, NOW.replace(hour=13)
    both = clinic.insert("sessions", started_at=started, completed_at=completed)
    begun = clinic.insert("sessions", started_at=started, eva_score=7, plan="repouso")
    assert clinic.row("sessions", both).held_at == completed
    row = clinic.row("sessions", begun)
    assert (row.held_at, row.pain, row.plan, row.subjective) == (started, 7, "repouso", None)
