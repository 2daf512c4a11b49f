"""The demo's calendar, what was written down about it, and what was paid."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from fisioflow_cli.demo import MONDAY
from fisioflow_cli.demo.appointments import appointments
from fisioflow_cli.demo.calendar import DURATION as LENGTH
from fisioflow_cli.demo.calendar import Appointment
from fisioflow_cli.demo.money import payments, vouchers
from fisioflow_cli.demo.organizations import CLINICS, RIO_NEGRO
from fisioflow_cli.demo.patients import patients
from fisioflow_cli.demo.sessions import sessions

PATIENTS = patients(MONDAY)
CALENDAR = appointments(MONDAY, PATIENTS)
SESSIONS = sessions(MONDAY, CALENDAR, PATIENTS)
BY_ID = {appointment.id: appointment for appointment in CALENDAR}
CONTENT = ("subjective", "objective", "assessment", "plan", "pain")


def day_of(appointment: Appointment) -> date:
    return appointment.starts_at.date()


def days(offset: int) -> date:
    return MONDAY + timedelta(days=offset)


def test_every_clinic_works_on_all_days_but_sundays() -> None:
    expected = {days(offset) for offset in range(-14, 2)} - {days(-8), days(-1)}
    for clinic in CLINICS:
        found = {day_of(a) for a in CALENDAR if a.clinic is clinic and day_of(a) >= days(-14)}
        assert found == expected


def test_past_holds_every_status_in_both_weeks() -> None:
    every = {"scheduled", "confirmed", "completed", "cancelled", "no_show", "rescheduled"}
    for first in (-14, -7):
        week = {a.status for a in CALENDAR if days(first) <= day_of(a) < days(first + 7)}
        assert week == every


def test_nothing_to_come_is_completed_or_missed() -> None:
    to_come = {a.status for a in CALENDAR if day_of(a) >= MONDAY}
    assert to_come == {"scheduled", "confirmed", "cancelled", "rescheduled"}


def test_patients_belong_to_the_clinic_and_are_active() -> None:
    known = {patient["id"]: patient for patient in PATIENTS}
    for appointment in CALENDAR:
        patient = known[appointment.patient_id]
        assert patient["organization_id"] == appointment.clinic.id
        assert patient["active"]


def test_three_pairs_overlap_beside_a_cancelled_one_and_groups() -> None:
    def overlap(one: Appointment, other: Appointment) -> bool:
        same = one.therapist_id == other.therapist_id
        return same and abs(one.starts_at - other.starts_at) < LENGTH

    alone = [a for a in CALENDAR if not a.is_group]
    pairs = [pair for pair in combinations(alone, 2) if overlap(*pair)]
    assert len(pairs) == 4
    counted = [p for p in pairs if "cancelled" not in {a.status for a in p}]
    assert [day_of(first) for first, _ in counted] == [MONDAY, days(-5), days(-4)]


def test_groups_share_a_therapist_and_an_hour() -> None:
    groups = Counter((a.therapist_id, a.starts_at) for a in CALENDAR if a.is_group)
    assert set(groups.values()) == {5}
    assert len(groups) == 15


def test_wall_clock_of_manaus_is_an_hour_behind_sao_paulo() -> None:
    eight = [a for a in CALENDAR if a.starts_at.hour == 8]
    hours = {(a.clinic is RIO_NEGRO, a.began_at.hour) for a in eight}
    assert hours == {(True, 12), (False, 11)}
    assert all(a.began_at.tzinfo is UTC for a in eight)


def test_rows_repeat_the_day_and_end_after_fifty_minutes() -> None:
    for appointment in CALENDAR:
        row = appointment.row()
        assert row["starts_on"] == day_of(appointment)
        assert row["ends_at"] == appointment.starts_at + timedelta(minutes=50)


def test_finished_sessions_have_full_notes() -> None:
    finished = [row for row in SESSIONS if row["status"] == "completed"]
    assert len(finished) > 200
    for row in finished:
        assert all(row[field] is not None for field in CONTENT)


def test_some_notes_name_the_patient() -> None:
    names = {patient["id"]: str(patient["name"]) for patient in PATIENTS}
    named = [row for row in SESSIONS if names[row["patient_id"]] in str(row["subjective"])]
    assert len(named) > 20


def test_unfinished_sessions_are_old_and_young_empty_and_begun() -> None:
    unfinished = {
        (
            day_of(BY_ID[str(row["appointment_id"])]) < days(-30),
            any(str(row[field] or "").strip() or row[field] == 0 for field in CONTENT),
        )
        for row in SESSIONS
        if row["status"] == "incomplete"
    }
    assert unfinished == {(old, begun) for old in (True, False) for begun in (True, False)}


def test_some_completed_appointments_have_no_session() -> None:
    written = {row["appointment_id"] for row in SESSIONS}
    missing = [a for a in CALENDAR if a.status == "completed" and a.id not in written]
    assert 3 < len(missing) < 40


def test_payments_are_for_completed_appointments_and_some_are_owed() -> None:
    rows = payments(CALENDAR)
    assert all(BY_ID[str(row["appointment_id"])].status == "completed" for row in rows)
    assert len({row["appointment_id"] for row in rows}) == len(rows)
    paid = [row["paid_at"] for row in rows]
    assert None in paid
    assert all(day is None or isinstance(day, datetime) for day in paid)


def test_vouchers_expire_on_each_of_the_next_days_and_some_are_dead() -> None:
    rows = vouchers(MONDAY, PATIENTS)
    assert len(rows) == 30
    assert all(row["patient_id"] for row in rows)
    live = [row for row in rows if row["active"] and row["sessions_left"]]
    assert {row["expires_on"] for row in rows} >= {days(offset) for offset in range(8)}
    assert sum(row["expires_on"] in {days(offset) for offset in range(8)} for row in live) >= 5
    assert any(not row["active"] for row in rows)
    assert any(row["sessions_left"] == 0 for row in rows)
    assert any(str(row["expires_on"]) < MONDAY.isoformat() for row in rows)
