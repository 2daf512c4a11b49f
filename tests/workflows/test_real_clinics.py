"""The event-driven workflows on the real schemas: preferences, consent, history, appointments."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from tests.clinic.real_clinic import RealClinic, real_clinic, someone
from tests.clinic.real_schema import NEON, SUPABASE
from tests.workflows.inbox import done, event, give, outcome, work
from tests.workflows.people import NOW, SAO_PAULO, TODAY
from tests.workflows.place import Place


@pytest.fixture(params=[SUPABASE, NEON])
def clinic(
    request: pytest.FixtureRequest, postgres_server: URL, tmp_path: Path
) -> Iterator[tuple[RealClinic, Place]]:
    with real_clinic(postgres_server, request.param) as real:
        url = real.engine.url.render_as_string(hide_password=False)
        environ = {
            "FISIOFLOW_CLINIC_PROFILE": real.name,
            "FISIOFLOW_ALLOW_CLINIC_WRITES": "true",
        }
        yield real, Place(url=url, folder=tmp_path, environ=environ).create()


def people(real: RealClinic) -> dict[str, str]:
    """An organization with one patient, who is also a user, and a therapist."""
    active = {"status": "active"} if real.name == SUPABASE else {"is_active": True}
    house, ana = real.insert("organizations", name="Clínica Sul"), someone()
    patient = real.insert(
        "patients",
        user_id=ana,
        organization_id=house,
        full_name="Ana Souza",
        email="ana@example.com",
        phone="(11) 98765-0001",
        **active,
    )
    return {"house": house, "user": ana, "patient": patient}


def note(found: dict[str, str], **more: Any) -> dict[str, Any]:
    words = {"type": "email", "to": "ana@example.com", "subject": "Aviso", "body": "Olá!"}
    return {"userId": found["user"], "organizationId": found["house"], **words, **more}


def test_notification_is_sent_and_stands_in_the_history(
    clinic: tuple[RealClinic, Place],
) -> None:
    real, place = clinic
    found = people(real)
    assert done(place, "notification/send", note(found))["sent"] == 1
    assert outcome(place) == "completed"
    if real.name == SUPABASE:
        [row_id] = real.values("SELECT id FROM notification_history")
        row = real.record("notification_history", row_id)
        assert (row.type, row.title, row.body, row.status) == ("email", "Aviso", "Olá!", "sent")
        assert (str(row.user_id), row.error_message) == (found["user"], None)


def test_recorded_refusal_wins(clinic: tuple[RealClinic, Place]) -> None:
    real, place = clinic
    found = people(real)
    real.execute("UPDATE patients SET consent_data = false")
    assert done(place, "notification/send", note(found))["skipped"] == {"opted_out": 1}
    if real.name == SUPABASE:
        assert real.values("SELECT status || ' ' || error_message FROM notification_history") == [
            "failed opted_out"
        ]


def test_ids_that_are_none_harm_nobody(clinic: tuple[RealClinic, Place]) -> None:
    real, place = clinic
    found = {**people(real), "house": "sul", "user": "ana"}
    skipped = done(place, "notification/send", note(found))["skipped"]
    assert skipped == {"organization_inactive": 1}
    give(place, "appointment/created", {"appointmentId": "a1"}, event_id="e2")
    work(place, at=NOW + timedelta(minutes=11))
    assert outcome(place, "e2").startswith("dead: The clinic's database has no such appointment")


def test_appointment_is_confirmed_reminded_of_and_cancelled(
    clinic: tuple[RealClinic, Place],
) -> None:
    real, place = clinic
    found = people(real)
    appointment = real.insert(
        "appointments",
        patient_id=found["patient"],
        organization_id=found["house"],
        date=TODAY + timedelta(days=1),
        start_time="14:30",
        status="agendado",
    )
    about = {"appointmentId": appointment, "organizationId": found["house"]}
    done(place, "appointment/created", about, event_id="e1")
    done(place, "appointment/reminder", about, event_id="e2")
    assert place.result("appointment-reminders", at=NOW.replace(hour=18))["skipped"] == {
        "already_sent": 1
    }
    real.execute("UPDATE appointments SET status = 'cancelado'")
    done(place, "appointment/cancelled", about, event_id="e3")
    starts_at = "2026-03-03T14:30:00"
    assert place.deliveries() == {
        f"appointment-confirmation/{appointment}/{starts_at}": "sent whatsapp",
        f"appointment-reminder/{appointment}/{starts_at}/day-before": "sent whatsapp",
        f"appointment-cancellation/{appointment}/{starts_at}": "sent whatsapp",
    }


@pytest.mark.parametrize("clinic", [SUPABASE], indirect=True)
def test_quiet_hours_of_the_production_schema(clinic: tuple[RealClinic, Place]) -> None:
    real, place = clinic
    found = people(real)
    hours = {"quiet_hours_start": "22:00", "quiet_hours_end": "07:30"}
    real.insert("notification_preferences", user_id=found["user"], **hours)
    night = datetime(2026, 3, 2, 23, tzinfo=SAO_PAULO)
    give(place, "notification/send", note(found), at=night)
    work(place, at=night)
    assert event(place)["due_at"] == datetime(2026, 3, 3, 7, 30, tzinfo=SAO_PAULO)
    assert real.values("SELECT id FROM notification_history") == []
    work(place, at=datetime(2026, 3, 3, 7, 30, tzinfo=SAO_PAULO))
    assert real.values("SELECT status FROM notification_history") == ["sent"]


@pytest.mark.parametrize("clinic", [SUPABASE], indirect=True)
def test_where_changes_are_not_kept_the_history_stays_as_it_is(
    clinic: tuple[RealClinic, Place],
) -> None:
    real, place = clinic
    found = people(real)
    place.environ["FISIOFLOW_ALLOW_CLINIC_WRITES"] = "false"
    assert done(place, "notification/send", note(found))["sent"] == 1
    assert real.values("SELECT id FROM notification_history") == []
