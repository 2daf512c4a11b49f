"""Data integrity: what contradicts itself, and who is told of what is new."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import DeadlineReached, ExitCode
from fisioflow_cli.ledger import findings
from tests.workflows.people import (
    NOW,
    TODAY,
    ago,
    appointment,
    member,
    organization,
    patient,
    payment,
    session,
    voucher,
)
from tests.workflows.place import Place

LATER = timedelta(hours=6)
HEALTHY = {"birth_date": date(1985, 7, 1), "phone": "(11) 98765-0001"}


def fill(place: Place) -> None:
    """One row for every check to object to, and its healthy neighbour."""
    place.add(schema.staff, member("sara", role="admin"), member("tito"))
    place.add(
        schema.patients,
        patient("ana", **HEALTHY),
        patient("lost", "nowhere", **HEALTHY),
        patient("loose", clinic=None, **HEALTHY),
        patient("unborn", **HEALTHY | {"birth_date": TODAY + timedelta(days=1)}),
        patient("eldest", **HEALTHY | {"birth_date": date(1905, 12, 31)}),
        patient("mute", **HEALTHY | {"phone": "9876"}),
        patient("wrong", **HEALTHY | {"email": "wrong@"}),
        patient("old", **HEALTHY | {"birth_date": date(1906, 1, 1), "email": None, "phone": None}),
    )
    place.add(
        schema.appointments,
        appointment("a1", TODAY, 9),
        appointment("a2", TODAY, 9.5),
        appointment("a3", TODAY, 9.5, status="cancelled"),
        appointment("a4", TODAY, 9.5, is_group=True),
        appointment("a5", TODAY, 10.5, patient_id="nobody"),
        appointment("a6", TODAY, 11.5, patient_id=None),
    )
    place.add(schema.sessions, session("s1", ago(1), appointment_id="gone"))
    place.add(schema.sessions, session("s2", ago(1), appointment_id="a1"))
    place.add(schema.sessions, session("s3", ago(1)))
    place.add(schema.payments, payment("p1", "1.00", ago(1)) | {"appointment_id": "gone"})
    place.add(schema.vouchers, voucher("v1", "nobody"), voucher("v2", owner=None), voucher("v3"))


ISSUES = [
    ("appointments_without_patient", ["a5"]),
    ("sessions_without_appointment", ["s1"]),
    ("payments_without_appointment", ["p1"]),
    ("patients_without_organization", ["loose", "lost"]),
    ("vouchers_without_patient", ["v1", "v2"]),
    ("overlapping_appointments", ["a2"]),
    ("impossible_birth_dates", ["eldest", "unborn"]),
    ("unusable_phones", ["mute"]),
    ("unusable_emails", ["wrong"]),
]


def test_finds_what_contradicts_itself_and_tells_the_admins(place: Place) -> None:
    fill(place)
    report = place.start("data-integrity")
    assert (report.slot, report.status) == ("2026-03-02T06", "completed")
    assert report.final_code is ExitCode.DONE
    assert dict(report.result) == {
        "issues": [
            {"check": check, "count": len(found), "sample": found} for check, found in ISSUES
        ],
        "issues_found": 12,
    }
    assert place.deliveries() == {"data-integrity/sul/sara/2026-03-02T06": "sent email"}
    mail = place.text("sara@example.com")
    assert "unborn" in mail
    assert "loose" not in mail  # nobody's patient is nobody's to mend


def test_second_start_changes_nothing(place: Place) -> None:
    fill(place)
    place.start("data-integrity")
    before = place.contents()
    assert place.start("data-integrity").reused
    assert place.contents() == before


def test_admins_hear_only_of_what_is_new(place: Place) -> None:
    fill(place)
    place.start("data-integrity")
    unchanged = place.start("data-integrity", at=NOW + LATER)
    assert unchanged.result["issues_found"] == 12
    assert len(place.deliveries()) == 1
    place.add(schema.patients, patient("bia", **HEALTHY | {"phone": "55"}))
    place.start("data-integrity", at=NOW + 2 * LATER)
    assert place.deliveries()["data-integrity/sul/sara/2026-03-02T18"] == "sent email"
    payload = place.ledger("deliveries")[-1]["payload"]
    assert "bia" in payload
    assert "unborn" not in payload


def test_what_was_mended_and_breaks_again_is_new(place: Place) -> None:
    place.add(schema.staff, member("sara", role="admin"))
    place.add(schema.patients, patient("ana", **HEALTHY | {"phone": "55"}))
    place.start("data-integrity")
    place.change(schema.patients, "ana", phone=HEALTHY["phone"])
    assert place.result("data-integrity", at=NOW + LATER) == {"issues": [], "issues_found": 0}
    assert not place.ledger("findings")
    place.change(schema.patients, "ana", phone="55")
    place.start("data-integrity", at=NOW + 2 * LATER)
    assert set(place.deliveries()) == {
        "data-integrity/sul/sara/2026-03-02T06",
        "data-integrity/sul/sara/2026-03-02T18",
    }


def test_run_that_never_came_to_its_end_leaves_nothing_known(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It saw the finding and told nobody; its slot is over; the next run tells."""
    here.add(schema.staff, member("sara", role="admin"))
    here.add(schema.patients, patient("ana", **HEALTHY | {"phone": "55"}))
    with monkeypatch.context() as patch:
        patch.setattr(findings, "new", _away)
        assert here.start("data-integrity").status == "timed_out"
    assert [row["known"] for row in here.ledger("findings")] == [False]
    here.start("data-integrity", at=NOW + LATER)
    assert here.deliveries() == {"data-integrity/sul/sara/2026-03-02T12": "sent email"}
    assert [row["known"] for row in here.ledger("findings")] == [True]


def _away(*_: object, **__: object) -> None:
    raise DeadlineReached


def test_resumed_run_tells_once(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It died between telling and remembering that it told."""
    here.add(schema.staff, member("sara", role="admin"))
    here.add(schema.patients, patient("ana", **HEALTHY | {"phone": "55"}))
    with monkeypatch.context() as patch:
        patch.setattr(findings, "settle", _away)
        assert here.start("data-integrity").status == "timed_out"
    report = here.start("data-integrity", at=NOW + timedelta(minutes=5))
    assert (report.status, report.attempt) == ("completed", 2)
    assert len(here.deliveries()) == 1
    assert here.ledger("deliveries")[0]["tries"] == 1


def test_each_organization_hears_of_its_own(place: Place) -> None:
    place.add(schema.organizations, organization("norte"), organization("shut", active=False))
    for clinic in ("sul", "norte", "shut"):
        place.add(schema.staff, member(f"boss-{clinic}", clinic, "admin"))
        place.add(schema.patients, patient(f"p-{clinic}", clinic, **HEALTHY | {"phone": "1"}))
    place.start("data-integrity")
    assert place.deliveries() == {
        "data-integrity/norte/boss-norte/2026-03-02T06": "sent email",
        "data-integrity/shut/boss-shut/2026-03-02T06": "skipped organization_inactive",
        "data-integrity/sul/boss-sul/2026-03-02T06": "sent email",
    }
    assert "p-norte" in place.text("boss-norte@example.com")
    assert "p-sul" not in place.text("boss-norte@example.com")


def test_one_organization_has_a_memory_of_its_own(place: Place) -> None:
    place.add(schema.organizations, organization("norte"))
    for clinic in ("sul", "norte"):
        place.add(schema.staff, member(f"boss-{clinic}", clinic, "admin"))
        place.add(schema.patients, patient(f"p-{clinic}", clinic, **HEALTHY | {"phone": "1"}))
    assert place.result("data-integrity", organization="norte")["issues_found"] == 1
    assert set(place.deliveries()) == {"data-integrity/norte/boss-norte/2026-03-02T06"}
    place.start("data-integrity")
    assert len(place.deliveries()) == 2


def test_large_tables_are_looked_at_page_by_page(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fisioflow_cli.clinic.integrity.PAGE", 3)
    people = [patient(f"p{n:02}", **HEALTHY | {"phone": "1" if n % 2 else "2"}) for n in range(13)]
    place.add(schema.patients, *people, patient("z", **HEALTHY))
    result = place.result("data-integrity")
    assert result["issues"] == [
        {"check": "unusable_phones", "count": 13, "sample": [f"p{n:02}" for n in range(10)]}
    ]
    assert len(place.ledger("findings")) == 13


def test_check_whose_relations_are_absent_is_skipped(here: Place) -> None:
    here.copy_profile("relations.payments")
    fill(here)
    result = here.result("data-integrity")
    assert result["skipped"] == ["payments_without_appointment"]
    assert result["issues_found"] == 11


def test_unreadable_organization_keeps_no_other_from_hearing(here: Place) -> None:
    """Fixed: one organization that could not be read failed the run before the others were told."""
    here.add(schema.organizations, organization("broken"))
    for clinic in ("sul", "broken"):
        here.add(schema.staff, member(f"boss-{clinic}", clinic, "admin"))
        here.add(schema.patients, patient(f"p-{clinic}", clinic, **HEALTHY | {"phone": "1"}))
    with here.writing() as connection:
        connection.execute(text("UPDATE organizations SET name = x'ff' WHERE id = 'broken'"))
    report = here.start("data-integrity")
    assert (report.status, report.final_code) == ("partial", ExitCode.PARTIAL)
    assert here.deliveries() == {
        "data-integrity/sul/boss-sul/2026-03-02T06": "sent email",
        "data-integrity/broken/boss-broken/2026-03-02T06": "failed unexpected TypeError",
    }


def test_dry_run_writes_nothing_and_tells_nobody(place: Place) -> None:
    fill(place)
    before = place.contents()
    result = place.result("data-integrity", dry_run=True)
    assert place.contents() == before
    assert result["issues_found"] == 12
    assert {issue["check"] for issue in result["issues"]} == {check for check, _ in ISSUES}


def test_slot_is_a_quarter_of_the_day(here: Place) -> None:
    slots = [here.start("data-integrity", at=NOW.replace(hour=hour)).slot for hour in (0, 5, 6, 23)]
    assert [slot[-3:] for slot in slots] == ["T00", "T00", "T06", "T18"]
