"""Appointment reminders: by the schedule, by an event about one, by an event about all of tomorrow's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode, SlotTooOld
from tests.workflows.inbox import done, event, give, outcome, work
from tests.workflows.people import NOW, SAO_PAULO, TODAY, appointment, organization, patient
from tests.workflows.place import Place

COMMAND, EVENT = "appointment-reminders", "appointment/reminder"
EVENING = NOW.replace(hour=18, minute=0)
TOMORROW = TODAY + timedelta(days=1)
Begin = Callable[[Place], dict[str, Any]]


def key(name: str, hour: str = "09:00", day: str = "2026-03-03") -> str:
    return f"appointment-reminder/{name}/{day}T{hour}:00/day-before"


def coming(name: str, hour: float = 9, **more: Any) -> dict[str, Any]:
    return appointment(name, TOMORROW, hour, **{"status": "scheduled", **more})


def fill(place: Place) -> None:
    place.add(schema.patients, patient("ana", preferred_channel="email"), patient("bia"))
    place.add(
        schema.appointments,
        coming("a1"),
        coming("a2", 14.5, patient_id="bia", status="confirmed", is_group=True),
        coming("a3", status="cancelled"),
        coming("a4", patient_id="nobody"),
        appointment("a5", TODAY, 19, status="scheduled"),
        appointment("a6", TOMORROW + timedelta(days=1), status="scheduled"),
    )


def by_schedule(place: Place) -> dict[str, Any]:
    return place.result(COMMAND, at=EVENING)


def by_event(place: Place) -> dict[str, Any]:
    return done(place, EVENT, {}, at=EVENING)


@pytest.mark.parametrize("begin", [by_schedule, by_event])
def test_everybody_of_tomorrow_is_reminded(place: Place, begin: Begin) -> None:
    fill(place)
    found = begin(place)
    assert (found["candidates"], found["sent"], found["skipped"]) == (3, 2, {"no_contact": 1})
    assert place.deliveries() == {
        key("a1"): "sent email",
        key("a2", "14:30"): "sent whatsapp",
        key("a4"): "skipped no_contact",
    }
    assert "amanhã, às 09:00" in place.text("ana@example.com")


def test_second_start_changes_nothing(place: Place) -> None:
    fill(place)
    place.start(COMMAND, at=EVENING)
    before = place.contents()
    assert place.start(COMMAND, at=EVENING).reused
    assert place.contents() == before


def test_one_message_whoever_begins_it(place: Place) -> None:
    fill(place)
    done(place, EVENT, {"appointmentId": "a1"}, at=NOW)
    assert by_schedule(place)["skipped"] == {"already_sent": 1, "no_contact": 1}
    assert done(place, EVENT, {}, at=EVENING, event_id="e2")["skipped"]["already_sent"] == 3 - 1
    assert len(place.letters()) == 2


def test_only_the_organization_asked_for(here: Place) -> None:
    fill(here)
    here.add(schema.organizations, organization("norte"))
    here.add(schema.patients, patient("rui", "norte"))
    here.add(schema.appointments, coming("a9", patient_id="rui", organization_id="norte"))
    assert done(here, EVENT, {"organizationId": "norte"}, at=EVENING)["candidates"] == 1
    assert here.result(COMMAND, at=EVENING, organization="sul")["candidates"] == 3


def test_message_is_that_of_the_clinic_the_appointment_is_at(here: Place) -> None:
    here.add(schema.organizations, organization("norte"))
    here.add(schema.patients, patient("ana", "norte", preferred_channel="email"))
    here.add(schema.appointments, coming("a1"))
    by_schedule(here)
    assert "Clínica Sul" in here.page("ana@example.com")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "rescheduled"}, "moved"),
        ({"status": "completed"}, "past"),
        ({"starts_at": datetime(2026, 3, 3, 11)}, "moved"),  # noqa: DTZ001  # clinic-local
    ],
)
def test_state_is_read_again_before_sending(
    here: Place, change: dict[str, Any], reason: str
) -> None:
    """What the night left waiting, and what became of the appointment meanwhile."""
    here.add(schema.patients, patient("ana"))
    here.add(schema.appointments, coming("a1"))
    night = EVENING.replace(hour=21)
    give(here, EVENT, {"appointmentId": "a1"}, at=night)
    work(here, at=night)
    assert here.deliveries() == {key("a1"): "pending outside_hours"}
    here.change(schema.appointments, "a1", **change)
    work(here, at=datetime(2026, 3, 3, 8, tzinfo=SAO_PAULO))
    expected = "not_due" if reason == "moved" and "starts_at" in change else reason
    assert here.deliveries()[key("a1")] == f"skipped {expected}"
    assert outcome(here) == "completed"


def test_moved_appointment_is_reminded_of_under_its_new_time(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.add(schema.appointments, coming("a1"))
    by_schedule(here)
    here.change(schema.appointments, "a1", starts_at=datetime(2026, 3, 3, 16))  # noqa: DTZ001
    assert here.result(COMMAND, at=EVENING, force=True)["sent"] == 1
    assert set(here.deliveries()) == {key("a1"), key("a1", "16:00")}


def test_next_morning_still_reminds_of_what_has_not_begun(place: Place) -> None:
    """The slot of yesterday was missed; today's is done after it."""
    place.add(schema.patients, patient("ana", preferred_channel="email"), patient("bia"))
    place.add(schema.appointments, coming("a1", 9), coming("a2", 19, patient_id="bia"))
    place.start(COMMAND, at=EVENING - timedelta(days=1))
    late = datetime(2026, 3, 3, 10, tzinfo=SAO_PAULO)
    report = place.start(COMMAND, at=late)
    assert [missed.slot for missed in report.caught_up] == ["2026-03-02"]
    assert place.deliveries() == {key("a1"): "skipped past", key("a2", "19:00"): "sent whatsapp"}


def test_nobody_is_reminded_two_days_late(here: Place) -> None:
    fill(here)
    with pytest.raises(SlotTooOld):
        here.start(COMMAND, at=EVENING + timedelta(days=2), as_of="2026-03-02")
    late = here.start(COMMAND, at=EVENING + timedelta(days=2), as_of="2026-03-02", allow_late=True)
    assert late.result["skipped"] == {"no_contact": 1, "past": 2}


def test_night_leaves_it_to_the_morning(place: Place) -> None:
    fill(place)
    report = place.start(COMMAND, at=EVENING.replace(hour=20))
    assert (report.status, report.final_code) == ("timed_out", ExitCode.TRY_LATER)
    morning = datetime(2026, 3, 3, 8, 5, tzinfo=SAO_PAULO)
    again = place.start(COMMAND, at=morning, as_of="2026-03-02")
    assert (again.run_id, again.status) == (report.run_id, "completed")
    assert "hoje, às 09:00" in place.text("ana@example.com")


def test_organization_whose_day_has_not_begun_waits_for_it(place: Place) -> None:
    place.environ["FISIOFLOW_SEND_WINDOW"] = "always"
    place.change(schema.organizations, "sul", timezone="America/Manaus")
    fill(place)
    midnight = NOW.replace(hour=0, minute=30)
    give(place, EVENT, {}, at=midnight)
    work(place, at=midnight)
    assert place.deliveries()[key("a1")] == "pending day_not_begun"
    begins = NOW.replace(hour=1, minute=0).astimezone(UTC)
    assert (event(place)["due_at"], event(place)["failures"]) == (begins, 0)
    work(place, at=begins)
    assert place.deliveries()[key("a1")] == "sent email"


def test_dry_run_says_who_would_get_what(place: Place) -> None:
    fill(place)
    before = place.contents()
    report = place.start(COMMAND, at=EVENING, dry_run=True)
    assert place.contents() == before
    assert (report.run_id, report.status) == (None, "planned")
    plan = {row["key"]: (row["action"], row["reason"]) for row in report.result["plan"]}
    assert plan == {
        key("a1"): ("send", None),
        key("a2", "14:30"): ("send", None),
        key("a4"): ("skip", "no_contact"),
    }
    counted = {name: number for name, number in report.result.items() if name != "plan"}
    assert counted == by_schedule(place)


def test_dry_run_of_a_day_to_come(here: Place) -> None:
    fill(here)
    result = here.result(COMMAND, at=NOW - timedelta(days=3), as_of="2026-03-02", dry_run=True)
    assert result["sent"] == 2


UNREADABLE = {
    "sqlite": "UPDATE patients SET birth_date = 'nonsense' WHERE id = 'bia'",
    "postgresql": "UPDATE patients SET birth_date = '0044-03-02 BC' WHERE id = 'bia'",
}


@pytest.mark.parametrize("begin", [by_schedule, by_event])
def test_unreadable_patient_fails_and_the_rest_go_on(place: Place, begin: Begin) -> None:
    fill(place)
    with place.writing() as connection:
        connection.execute(text(UNREADABLE[connection.dialect.name]))
    found = begin(place)
    assert (found["sent"], found["failed"]) == (1, 1)
    assert place.deliveries()[key("a2", "14:30")].startswith("failed unexpected")


def test_event_with_a_failed_reminder_is_dead(here: Place) -> None:
    fill(here)
    with here.writing() as connection:
        connection.execute(text(UNREADABLE["sqlite"]))
    by_event(here)
    assert outcome(here).startswith("dead: 1 failed")
