"""Birthday greetings: one per patient and calendar year."""

from datetime import date, datetime

import pytest
from sqlalchemy import text

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode
from tests.workflows.people import MANAUS, NOW, SAO_PAULO, organization, patient
from tests.workflows.place import Place

NOTHING = {"candidates": 0, "sent": 0, "failed": 0, "in_doubt": 0, "pending": 0}
NOTHING |= {"skipped": {}, "by_channel": {}}


def test_greets_by_the_preferred_channel(place: Place) -> None:
    place.add(
        schema.patients,
        patient("ana", phone="(11) 98765-0001"),
        patient("bia", preferred_channel="email"),
        patient("caio", birth_date=date(1985, 3, 3)),
        patient("davi", birth_date=None),
        patient("eva", active=False),
    )
    report = place.start("birthdays")
    assert report.document() == {
        "run_id": report.run_id,
        "workflow": "fisioflow-birthday-messages",
        "slot": "2026-03-02",
        "environment": "development",
        "status": "completed",
        "reused": False,
        "attempt": 1,
        "started_at": report.started_at.isoformat() if report.started_at else None,
        "finished_at": report.finished_at.isoformat() if report.finished_at else None,
        "result": {
            "candidates": 3,
            "sent": 2,
            "failed": 0,
            "in_doubt": 0,
            "pending": 0,
            "skipped": {"inactive": 1},
            "by_channel": {"email": 1, "whatsapp": 1},
        },
    }
    assert report.final_code is ExitCode.DONE
    assert place.deliveries() == {
        "birthday/ana/2026": "sent whatsapp",
        "birthday/bia/2026": "sent email",
        "birthday/eva/2026": "skipped inactive",
    }
    assert set(place.letters()) == {"+5511987650001", "bia@example.com"}
    assert "Bia" in place.page("bia@example.com")
    assert "Clínica Sul" in place.page("bia@example.com")


def test_second_start_changes_nothing(place: Place) -> None:
    place.add(schema.patients, patient("ana"), patient("eva", active=False))
    first = place.start("birthdays")
    before = place.contents()
    second = place.start("birthdays")
    assert second.reused
    assert second.document() == first.document() | {"reused": True}
    assert place.contents() == before


def test_forced_start_greets_nobody_twice(place: Place) -> None:
    place.add(schema.patients, patient("ana"))
    place.start("birthdays")
    place.add(schema.patients, patient("bia"))
    result = place.result("birthdays", force=True)
    assert result["skipped"] == {"already_sent": 1}
    assert result["sent"] == 1
    assert result["candidates"] == 2


def test_next_year_brings_another_greeting(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.start("birthdays")
    here.start("birthdays", at=NOW.replace(year=2027), catch_up=False)
    assert set(here.deliveries()) == {"birthday/ana/2026", "birthday/ana/2027"}


def test_only_the_organization_asked_for(place: Place) -> None:
    place.add(schema.organizations, organization("norte"))
    place.add(schema.patients, patient("ana"), patient("bia", "norte"))
    report = place.start("birthdays", organization="norte")
    assert place.deliveries() == {"birthday/bia/2026": "sent whatsapp"}
    assert place.ledger("runs")[0]["scope"] == "norte"
    rest = place.start("birthdays")
    assert rest.run_id != report.run_id
    assert rest.result["skipped"] == {"already_sent": 1}
    assert rest.result["sent"] == 1


@pytest.mark.parametrize(
    ("day", "greeted"),
    [
        ((2026, 2, 28), False),  # a common year: Código Civil art. 132 §3
        ((2026, 3, 1), True),
        ((2028, 2, 28), False),
        ((2028, 2, 29), True),
        ((2028, 3, 1), False),
        ((2100, 3, 1), True),  # not a leap year
    ],
)
def test_born_on_29_february(here: Place, day: tuple[int, int, int], *, greeted: bool) -> None:
    here.add(schema.patients, patient("ana", birth_date=date(1984, 2, 29)))
    result = here.result("birthdays", at=datetime(*day, 10, tzinfo=SAO_PAULO))
    assert result["candidates"] == result["sent"] == greeted


def test_greeting_of_1_march_reaches_those_born_on_it_too(here: Place) -> None:
    leapling = patient("ana", birth_date=date(1984, 2, 29))
    here.add(schema.patients, leapling, patient("bia", birth_date=date(1990, 3, 1)))
    assert here.result("birthdays", at=datetime(2026, 3, 1, 10, tzinfo=SAO_PAULO))["sent"] == 2


def test_newborn_is_not_greeted_on_the_first_day(here: Place) -> None:
    here.environ["FISIOFLOW_MESSAGE_MINORS"] = "true"
    here.add(schema.patients, patient("ana", birth_date=NOW.date()))
    assert here.result("birthdays") == NOTHING


def test_birthday_corrected_before_the_message_leaves(here: Place) -> None:
    """What is pending when the clinic corrects the date is not sent, and the run ends."""
    here.add(schema.patients, patient("ana"))
    night = NOW.replace(hour=5)
    assert here.start("birthdays", at=night).final_code is ExitCode.TRY_LATER
    assert here.deliveries() == {"birthday/ana/2026": "pending outside_hours"}
    here.change(schema.patients, "ana", birth_date=date(1985, 4, 2))
    report = here.start("birthdays")
    assert report.status == "completed"
    assert here.deliveries() == {"birthday/ana/2026": "skipped not_due"}
    assert not here.letters()


def test_yesterdays_birthday_is_made_up_for(here: Place) -> None:
    here.add(schema.patients, patient("ana", birth_date=date(1985, 3, 1)), patient("bia"))
    here.start("birthdays", at=NOW.replace(month=2, day=28))
    report = here.start("birthdays")
    assert [done.slot for done in report.caught_up] == ["2026-03-01"]
    assert set(here.deliveries()) == {"birthday/ana/2026", "birthday/bia/2026"}


UNREADABLE = {
    # text that is not UTF-8, and a date that Python's calendar does not hold
    "sqlite": "UPDATE patients SET created_at = 'nonsense' WHERE id = 'bia'",
    "postgresql": "UPDATE patients SET birth_date = '0044-03-02 BC' WHERE id = 'bia'",
}


def test_unreadable_patient_fails_and_the_rest_go_on(place: Place) -> None:
    place.add(schema.patients, patient("ana"), patient("bia"), patient("caio"))
    with place.writing() as connection:
        connection.execute(text(UNREADABLE[connection.dialect.name]))
    report = place.start("birthdays")
    assert (report.status, report.final_code) == ("partial", ExitCode.PARTIAL)
    assert report.result["candidates"] == 3
    assert report.result["failed"] == 1
    assert report.result["sent"] == 2
    assert place.deliveries()["birthday/bia/2026"].startswith("failed unexpected")


def test_dry_run_says_who_would_get_what(place: Place) -> None:
    place.add(
        schema.patients,
        patient("ana", phone="(11) 98765-0001"),
        patient("bia", preferred_channel="email"),
        patient("eva", active=False),
    )
    before = place.contents()
    report = place.start("birthdays", dry_run=True)
    assert place.contents() == before
    assert (report.run_id, report.status, report.attempt) == (None, "planned", 0)
    plan = {row["key"]: row for row in report.result["plan"]}
    assert plan["birthday/ana/2026"]["recipient"] == "+55•••0001"
    assert plan["birthday/bia/2026"]["recipient"] == "b•••@example.com"
    assert plan["birthday/eva/2026"]["action"] == "skip"
    assert plan["birthday/eva/2026"]["reason"] == "inactive"
    counted = {name: number for name, number in report.result.items() if name != "plan"}
    assert counted == dict(place.start("birthdays").result)


def test_dry_run_after_the_fact_sends_nobody_anything(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.start("birthdays")
    assert here.result("birthdays", dry_run=True)["skipped"] == {"already_sent": 1}


def test_day_of_majority_in_a_dry_run_of_a_day_to_come(here: Place) -> None:
    """Fixed: the age was that of today, so a dry run said `minor` and the real one sent."""
    here.add(schema.patients, patient("ana", birth_date=date(2008, 3, 10)))
    ahead = {"as_of": "2026-03-10", "dry_run": True}
    assert here.result("birthdays", **ahead)["sent"] == 1
    assert here.result("birthdays", at=NOW.replace(hour=22), **ahead)["sent"] == 1
    assert here.result("birthdays", at=NOW.replace(day=10))["sent"] == 1


def test_organization_whose_day_has_not_begun_waits(place: Place) -> None:
    place.environ["FISIOFLOW_SEND_WINDOW"] = "always"
    place.add(schema.organizations, organization("norte", timezone="America/Manaus"))
    place.add(schema.patients, patient("ana"), patient("bia", "norte"))
    midnight = NOW.replace(hour=0, minute=30)
    first = place.start("birthdays", at=midnight)
    assert place.deliveries() == {
        "birthday/ana/2026": "sent whatsapp",
        "birthday/bia/2026": "pending day_not_begun",
    }
    assert (first.status, first.final_code) == ("timed_out", ExitCode.TRY_LATER)
    second = place.start("birthdays", at=datetime(2026, 3, 2, 0, 1, tzinfo=MANAUS))
    assert second.run_id == first.run_id
    assert (second.status, second.attempt) == ("completed", 2)
    assert second.result["sent"] == 2
