"""`appointment/created` and `appointment/cancelled`: what the patient is told, and once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fisioflow_cli.clinic import schema
from tests.workflows.inbox import done, event, give, outcome, result, work
from tests.workflows.people import NOW, SAO_PAULO, TODAY, appointment, member, patient
from tests.workflows.place import Place

CREATED, CANCELLED, REMINDER = (
    "appointment/created",
    "appointment/cancelled",
    "appointment/reminder",
)
ABOUT = {"appointmentId": "a1", "organizationId": "sul"}
CONFIRMATION = "appointment-confirmation/a1/2026-03-05T14:30:00"
CANCELLATION = "appointment-cancellation/a1/2026-03-05T14:30:00"
DAY = TODAY + timedelta(days=3)
LATER = NOW + timedelta(minutes=11)


def fill(place: Place, status: str = "scheduled", **more: Any) -> None:
    place.add(schema.patients, patient("ana", preferred_channel="email"))
    place.add(schema.staff, member("tito") | {"name": "Tito Lima"})
    place.add(schema.appointments, appointment("a1", DAY, 14.5, status=status, **more))


def test_new_appointment_is_confirmed(place: Place) -> None:
    fill(place)
    assert done(place, CREATED, ABOUT)["by_channel"] == {"email": 1}
    assert place.deliveries() == {CONFIRMATION: "sent email"}
    text = place.text("ana@example.com")
    assert "quinta-feira, 5 de março de 2026" in text
    assert "14:30" in text
    assert "Tito Lima" in text


@pytest.mark.parametrize("name", [CREATED, CANCELLED])
def test_second_dispatch_and_second_event_tell_nobody_twice(place: Place, name: str) -> None:
    fill(place, "cancelled" if name == CANCELLED else "scheduled")
    done(place, name, ABOUT)
    before = place.contents()
    give(place, name, ABOUT)
    work(place)
    assert place.contents() == before
    assert done(place, name, ABOUT, event_id="e2")["skipped"] == {"already_sent": 1}
    assert outcome(place, "e2") == "completed"
    assert len(place.letters()) == 1


def test_moved_appointment_is_confirmed_anew(here: Place) -> None:
    fill(here)
    done(here, CREATED, ABOUT)
    here.change(schema.appointments, "a1", starts_at=datetime(2026, 3, 6, 9))  # noqa: DTZ001
    done(here, CREATED, ABOUT, event_id="e2")
    assert set(here.deliveries()) == {
        CONFIRMATION,
        "appointment-confirmation/a1/2026-03-06T09:00:00",
    }


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("cancelled", "cancelled"),
        ("rescheduled", "moved"),
        ("completed", "past"),
        ("no_show", "past"),
    ],
)
def test_nothing_is_confirmed_that_does_not_take_place(
    here: Place, status: str, reason: str
) -> None:
    fill(here, status)
    assert done(here, CREATED, ABOUT)["skipped"] == {reason: 1}
    assert outcome(here) == "completed"


@pytest.mark.parametrize(
    ("reason", "person", "clinic"),
    [
        ("organization_inactive", {}, {"active": False}),
        ("inactive", {"active": False}, {}),
        ("opted_out", {"consent_email": False, "consent_whatsapp": False}, {}),
        ("no_contact", {"email": None, "phone": None}, {}),
        ("channel_disabled", {}, {"email_enabled": False, "whatsapp_enabled": False}),
    ],
)
@pytest.mark.parametrize("name", [CREATED, CANCELLED, REMINDER])
def test_reason_is_recorded(
    here: Place, name: str, reason: str, person: dict[str, Any], clinic: dict[str, Any]
) -> None:
    fill(here, "cancelled" if name == CANCELLED else "scheduled")
    here.change(schema.patients, "ana", **(person or {"active": True}))
    here.change(schema.organizations, "sul", **(clinic or {"active": True}))
    assert done(here, name, ABOUT)["skipped"] == {reason: 1}


def test_patient_of_nobody(here: Place) -> None:
    fill(here, patient_id="nobody")
    assert done(here, CREATED, ABOUT)["skipped"] == {"no_contact": 1}


def test_marketing_refusal_and_age_do_not_matter(here: Place) -> None:
    fill(here)
    here.change(schema.patients, "ana", consent_marketing=False, birth_date=DAY)
    assert done(here, CREATED, ABOUT)["sent"] == 1


def test_night_postpones_to_the_morning(place: Place) -> None:
    fill(place)
    night = datetime(2026, 3, 2, 21, tzinfo=SAO_PAULO)
    give(place, CREATED, ABOUT, at=night)
    work(place, at=night)
    morning = datetime(2026, 3, 3, 8, tzinfo=SAO_PAULO).astimezone(UTC)
    assert place.deliveries() == {CONFIRMATION: "pending outside_hours"}
    assert (event(place)["due_at"], event(place)["failures"]) == (morning, 0)
    work(place, at=morning)
    assert place.deliveries() == {CONFIRMATION: "sent email"}


def test_what_begins_before_the_morning_is_not_waited_for(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.add(schema.appointments, appointment("a1", TODAY, 7.5, status="scheduled"))
    night = NOW.replace(hour=3)
    assert done(here, CREATED, ABOUT, at=night)["skipped"] == {"past": 1}


def test_appointment_that_is_not_there_yet_is_waited_for(place: Place) -> None:
    """A webhook may be faster than the transaction it tells of."""
    give(place, CREATED, ABOUT)
    work(place)
    assert (event(place)["status"], event(place)["failures"]) == ("waiting", 0)
    until = NOW.astimezone(UTC) + timedelta(minutes=10)
    why = "The clinic's database does not have the appointment yet; it is looked for until "
    assert event(place)["error"] == f"{why}{until:%Y-%m-%d %H:%M:%S} UTC."
    assert place.ledger("runs")[0]["error"] == event(place)["error"]
    assert event(place)["due_at"] < NOW.astimezone(UTC) + timedelta(minutes=2)
    fill(place)
    work(place, at=NOW + timedelta(minutes=2))
    assert outcome(place) == "completed"
    assert place.deliveries() == {CONFIRMATION: "sent email"}


@pytest.mark.parametrize("name", [CREATED, REMINDER])
def test_appointment_that_never_comes_is_dead_after_ten_minutes(here: Place, name: str) -> None:
    give(here, name, ABOUT)
    work(here, at=LATER)
    assert outcome(here).startswith("dead: The clinic's database has no such appointment")


def test_cancelled_appointment_is_told(place: Place) -> None:
    fill(place, "cancelled")
    found = done(place, CANCELLED, ABOUT)
    assert (found["by_channel"], found["voided_reminders"]) == ({"email": 1}, 0)
    assert place.deliveries() == {CANCELLATION: "sent email"}
    assert "cancelado" in place.text("ana@example.com")


def test_cancellation_of_what_still_takes_place_waits_and_then_says_nothing(here: Place) -> None:
    fill(here)
    give(here, CANCELLED, ABOUT)
    work(here)
    assert (event(here)["status"], event(here)["failures"]) == ("waiting", 0)
    assert "has no cancellation yet" in event(here)["error"]
    work(here, at=LATER)
    assert outcome(here) == "completed"
    assert result(here)["skipped"] == {"not_due": 1}


def test_cancellation_in_the_past_is_no_news(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.add(schema.appointments, appointment("a1", TODAY, 9, status="cancelled"))
    assert done(here, CANCELLED, ABOUT)["skipped"] == {"past": 1}


@pytest.mark.parametrize("gone", [False, True])
def test_waiting_reminders_are_voided(place: Place, *, gone: bool) -> None:
    fill(place)
    then = NOW + timedelta(days=1)
    give(place, REMINDER, ABOUT, event_id="r1", ts=then)
    give(place, REMINDER, {"appointmentId": "a2"}, event_id="r2", ts=then)
    if gone:
        place.remove(schema.appointments, "a1")
    else:
        place.change(schema.appointments, "a1", status="cancelled")
    found = done(place, CANCELLED, ABOUT)
    assert found["voided_reminders"] == 1
    assert found["sent"] == (not gone)
    assert event(place, "r1")["status"] == "discarded"
    assert event(place, "r2")["status"] == "waiting"
