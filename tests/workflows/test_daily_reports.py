"""Daily reports: yesterday's figures, cut at midnight in the organization's own zone."""

from datetime import date, timedelta

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode
from tests.workflows.people import (
    MANAUS,
    NOW,
    TODAY,
    ago,
    appointment,
    local,
    member,
    organization,
    patient,
    session,
)
from tests.workflows.place import Place

YESTERDAY = TODAY - timedelta(days=1)


def test_reports_to_whoever_receives_reports(place: Place) -> None:
    place.add(
        schema.staff,
        member("sara", role="admin"),
        member("tito"),
        member("rui", role="reception"),
        member("vera", email=None),
        member("zeca", active=False),
        member("olga", email="olga at example.com"),
    )
    place.add(
        schema.appointments,
        appointment("a1", YESTERDAY),
        appointment("a2", YESTERDAY, status="no_show"),
    )
    report = place.start("daily-reports")
    assert dict(report.result) == {
        "candidates": 5,
        "sent": 2,
        "failed": 0,
        "in_doubt": 0,
        "pending": 0,
        "skipped": {"inactive": 1, "invalid_contact": 1, "no_contact": 1},
        "by_channel": {"email": 2},
    }
    assert place.deliveries()["daily-report/sul/sara/2026-03-02"] == "sent email"
    assert set(place.letters()) == {"sara@example.com", "tito@example.com"}
    assert "1 de março" in place.letters()["sara@example.com"].subject


def test_second_start_changes_nothing(place: Place) -> None:
    place.add(schema.staff, member("tito"))
    place.add(schema.appointments, appointment("a", YESTERDAY))
    place.start("daily-reports")
    before = place.contents()
    assert place.start("daily-reports").reused
    assert place.contents() == before


@pytest.mark.parametrize(
    ("clinic", "reason"),
    [
        ({"active": False}, "organization_inactive"),
        ({"email_enabled": False}, "channel_disabled"),
        ({}, "nothing_to_report"),
    ],
)
def test_reason_is_recorded(here: Place, clinic: dict[str, bool], reason: str) -> None:
    here.add(schema.organizations, organization("norte", **clinic))
    here.add(schema.staff, member("tito", "norte"))
    report = here.start("daily-reports")
    assert report.result["skipped"] == {reason: 1}
    assert (report.status, report.final_code) == ("completed", ExitCode.DONE)


def test_todays_appointments_are_something_to_report(here: Place) -> None:
    here.add(schema.staff, member("tito"))
    cancelled = appointment("b", TODAY, status="cancelled")
    here.add(schema.appointments, appointment("a", TODAY), cancelled)
    assert here.result("daily-reports")["sent"] == 1
    page = here.page("tito@example.com")
    assert "1 atendimento" in page
    assert "2 atendimentos" not in page


def test_day_is_cut_at_midnight_of_the_organization(place: Place) -> None:
    """23:30 in Manaus is half past midnight in São Paulo: it belongs to Manaus' own day."""
    place.add(schema.organizations, organization("norte", timezone="America/Manaus"))
    place.add(schema.staff, member("tito", "norte"))
    place.add(schema.appointments, appointment("a", YESTERDAY, organization_id="norte"))
    for number, (day, hour, minute) in enumerate(
        [(YESTERDAY, 0, 0), (YESTERDAY, 23, 30), (YESTERDAY - timedelta(days=1), 23, 59)]
    ):
        held = local(day, hour, minute, MANAUS)
        place.add(schema.sessions, session(f"s{number}", held, organization_id="norte"))
    place.add(schema.sessions, session("s3", local(TODAY, 0, 0, MANAUS), organization_id="norte"))
    place.start("daily-reports")
    assert "Sessões concluídas 2 " in place.text("tito@example.com")


def test_day_without_a_midnight_begins_at_one(here: Place) -> None:
    """On 4 November 2018 the clocks of São Paulo went from 23:59:59 to 01:00."""
    day = date(2018, 11, 4)
    here.add(schema.staff, member("tito"))
    here.add(schema.appointments, appointment("a", day))
    for number, held in enumerate(
        [local(day, 1), local(day, 23, 59), local(day, 1) - timedelta(minutes=1), local(day, 24)]
    ):
        here.add(schema.sessions, session(f"s{number}", held))
    here.start("daily-reports", at=local(date(2018, 11, 5), 9))
    assert "Sessões concluídas 2 " in here.text("tito@example.com")


def test_therapist_stored_by_user_id_is_the_same_person(place: Place) -> None:
    """Fixed: one therapist, found once by staff id and once by user id, was two bars."""
    place.add(schema.staff, member("tito"))
    place.add(schema.appointments, appointment("a", YESTERDAY))
    held = local(YESTERDAY, 10)
    place.add(
        schema.sessions,
        session("s1", held),
        session("s2", held, therapist_id="u-tito"),
        session("s3", held, therapist_id="u-tito"),
    )
    place.start("daily-reports")
    page = place.page("tito@example.com")
    assert page.count(">Tito<") == 1
    assert "Tito 3 " in place.text("tito@example.com")


def test_organization_whose_day_has_not_begun_waits(here: Place) -> None:
    here.add(schema.organizations, organization("norte", timezone="America/Manaus"))
    here.add(schema.staff, member("nora", "norte"), member("tito"))
    here.add(
        schema.appointments,
        appointment("a", YESTERDAY),
        appointment("b", YESTERDAY, organization_id="norte"),
    )
    report = here.start("daily-reports", at=NOW.replace(hour=0, minute=30))
    assert report.final_code is ExitCode.TRY_LATER
    assert report.result["sent"] == report.result["pending"] == 1
    done = here.start("daily-reports")
    assert (done.run_id, done.status, done.result["sent"]) == (report.run_id, "completed", 2)


def test_reports_leave_at_night(here: Place) -> None:
    """The send window is for patients."""
    here.add(schema.staff, member("tito"))
    here.add(schema.appointments, appointment("a", YESTERDAY))
    assert here.result("daily-reports", at=NOW.replace(hour=3))["sent"] == 1


def test_missed_days_are_made_up_for_a_week(here: Place) -> None:
    here.add(schema.staff, member("tito"))
    here.add(schema.appointments, appointment("a", date(2026, 2, 24)))
    here.start("daily-reports", at=NOW - timedelta(days=20))
    report = here.start("daily-reports")
    assert [done.slot for done in report.caught_up] == [
        f"2026-02-{day}" for day in range(23, 29)
    ] + ["2026-03-01"]
    sent = {key for key, state in here.deliveries().items() if state.startswith("sent")}
    assert sent == {"daily-report/sul/tito/2026-02-24", "daily-report/sul/tito/2026-02-25"}


def test_only_the_organization_asked_for(here: Place) -> None:
    here.add(schema.organizations, organization("norte"))
    here.add(schema.staff, member("nora", "norte"), member("tito"))
    here.add(
        schema.appointments,
        appointment("a", YESTERDAY),
        appointment("b", YESTERDAY, organization_id="norte"),
    )
    here.start("daily-reports", organization="norte")
    assert set(here.deliveries()) == {"daily-report/norte/nora/2026-03-02"}


def test_somebody_who_works_at_two_clinics_gets_both_reports(here: Place) -> None:
    here.add(schema.organizations, organization("norte"))
    here.add(schema.staff, member("t1", email="tito@example.com"))
    here.add(schema.staff, member("t2", "norte", email="tito@example.com"))
    here.add(
        schema.appointments,
        appointment("a", YESTERDAY),
        appointment("b", YESTERDAY, organization_id="norte"),
    )
    assert here.result("daily-reports")["sent"] == 2


def test_dry_run_writes_nothing(place: Place) -> None:
    place.add(schema.staff, member("tito"), member("vera", email=None))
    place.add(schema.appointments, appointment("a", YESTERDAY))
    before = place.contents()
    result = place.result("daily-reports", dry_run=True)
    assert place.contents() == before
    assert [(row["key"], row["action"], row["recipient"]) for row in result["plan"]] == [
        ("daily-report/sul/tito/2026-03-02", "send", "t•••@example.com"),
        ("daily-report/sul/vera/2026-03-02", "skip", None),
    ]


def test_new_patients_are_those_of_the_local_day(here: Place) -> None:
    here.add(schema.staff, member("tito"))
    here.add(schema.appointments, appointment("a", YESTERDAY))
    here.add(
        schema.patients,
        patient("ana", created_at=local(YESTERDAY, 0)),
        patient("bia", created_at=local(YESTERDAY, 23, 59)),
        patient("caio", created_at=local(TODAY, 0)),
        patient("davi", created_at=ago(40)),
    )
    here.start("daily-reports")
    assert "Novos pacientes 2 " in here.text("tito@example.com")
