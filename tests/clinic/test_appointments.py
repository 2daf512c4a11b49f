"""The appointments that patients are written to about."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import URL

from fisioflow_cli.clinic import schema
from fisioflow_cli.clinic.appointments import appointment, coming_of, coming_on, therapist
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.clinic.patients import vouchers_of
from tests.clinic.plain import add, plain_clinic
from tests.clinic.real_clinic import SAO_PAULO, real_clinic, someone
from tests.clinic.real_schema import NEON, SUPABASE
from tests.workflows import people
from tests.workflows.people import TODAY, member

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def clinic(database_url: str) -> Iterator[Clinic]:
    with plain_clinic(database_url) as clinic:
        yield clinic


def test_as_it_is_now(clinic: Clinic) -> None:
    add(clinic, schema.appointments, people.appointment("a1", TOMORROW, 14.5, status="confirmed"))
    found = appointment(clinic, "a1")
    assert found is not None
    assert found.starts_at == datetime(2026, 3, 3, 14, 30)  # noqa: DTZ001  # clinic-local
    assert (found.patient_id, found.organization_id) == ("ana", "sul")
    assert found.coming
    assert appointment(clinic, "nowhere") is None


def test_only_what_is_to_take_place_on_that_day(clinic: Clinic) -> None:
    statuses = ("scheduled", "confirmed", "cancelled", "completed", "no_show", "rescheduled")
    for status in statuses:
        add(clinic, schema.appointments, people.appointment(status, TOMORROW, status=status))
    for name, day in (("today", TODAY), ("later", TOMORROW + timedelta(days=1))):
        add(clinic, schema.appointments, people.appointment(name, day, status="scheduled"))
    add(
        clinic,
        schema.appointments,
        people.appointment("norte", TOMORROW, status="scheduled", organization_id="norte"),
    )
    every = [row.id for row in coming_on(clinic, TOMORROW, None, None, None)]
    assert every == ["confirmed", "norte", "scheduled"]
    assert [row.id for row in coming_on(clinic, TOMORROW, "sul", None, None)] == [
        "confirmed",
        "scheduled",
    ]
    assert [row.id for row in coming_on(clinic, TOMORROW, None, "confirmed", "norte")] == ["norte"]


@pytest.mark.parametrize("stored", ["tito", "u-tito"])
def test_therapist_by_either_id(clinic: Clinic, stored: str) -> None:
    add(clinic, schema.staff, member("tito"), member("rui", "norte"))
    add(clinic, schema.appointments, people.appointment("a1", TOMORROW, therapist_id=stored))
    found = appointment(clinic, "a1")
    assert found is not None
    assert therapist(clinic, found) == "Tito"


@pytest.mark.parametrize("stored", [None, "rui", "u-rui", "nobody"])
def test_therapist_of_another_clinic_is_not_named(clinic: Clinic, stored: str | None) -> None:
    add(clinic, schema.staff, member("tito"), member("rui", "norte"))
    add(clinic, schema.appointments, people.appointment("a1", TOMORROW, therapist_id=stored))
    found = appointment(clinic, "a1")
    assert found is not None
    assert therapist(clinic, found) == ""


@pytest.mark.parametrize(
    ("name", "status", "meaning"),
    [
        (SUPABASE, "agendado", True),
        (SUPABASE, "confirmado", True),
        (SUPABASE, "cancelado", False),
        (NEON, "agendado", True),
        (NEON, "presenca_confirmada", True),
        (NEON, "remarcar", False),
        (NEON, "cancelado", False),
    ],
)
def test_in_the_real_databases(
    postgres_server: URL, name: str, status: str, *, meaning: bool
) -> None:
    with real_clinic(postgres_server, name) as real:
        clinic = Clinic(
            engine=real.engine, profile=real.profile, timezone=SAO_PAULO, may_change=True
        )
        row = real.insert("appointments", date=date(2026, 3, 3), start_time="14:30", status=status)
        found = appointment(clinic, row)
        assert found is not None
        assert found.starts_at == datetime(2026, 3, 3, 14, 30)  # noqa: DTZ001  # clinic-local
        assert found.coming is meaning
        assert [one.id for one in coming_on(clinic, TOMORROW, None, None, None)] == [row] * meaning
        patient = real.insert("patients")
        real.execute(f"UPDATE appointments SET patient_id = '{patient}'")
        assert [one.id for one in coming_of(clinic, patient, TOMORROW)] == [row] * meaning
        for other in (someone(), "not a uuid", "ana\0"):
            assert coming_of(clinic, other, TOMORROW) == []
            assert vouchers_of(clinic, other, (TODAY, TOMORROW)) == []
        assert appointment(clinic, "not a uuid") is None
        assert appointment(clinic, someone()) is None
