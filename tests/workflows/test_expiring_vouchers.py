"""Voucher reminders: one per voucher and expiry date, while sessions remain."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode
from tests.workflows.people import MANAUS, NOW, SAO_PAULO, TODAY, organization, patient, voucher
from tests.workflows.place import Place

NIGHT = datetime(2026, 3, 2, 5, tzinfo=SAO_PAULO)


def test_reminds_of_what_expires_within_a_week(place: Place) -> None:
    place.add(schema.patients, patient("ana", phone="(11) 98765-0001"), patient("bia", phone=None))
    place.add(
        schema.vouchers,
        voucher("v-today", days_left=0),
        voucher("v-week", "bia", days_left=7),
        voucher("v-late", days_left=-1),
        voucher("v-early", days_left=8),
        voucher("v-none", expires_on=None),
        voucher("v-used", sessions_left=0),
        voucher("v-off", active=False),
        voucher("v-lost", "nobody"),
        voucher("v-loose", owner=None),
    )
    report = place.start("expiring-vouchers")
    assert dict(report.result) == {
        "candidates": 4,
        "sent": 2,
        "failed": 0,
        "in_doubt": 0,
        "pending": 0,
        "skipped": {"no_contact": 2},
        "by_channel": {"email": 1, "whatsapp": 1},
    }
    assert place.deliveries() == {
        "voucher-expiry/v-today/2026-03-02": "sent whatsapp",
        "voucher-expiry/v-week/2026-03-09": "sent email",
        "voucher-expiry/v-lost/2026-03-05": "skipped no_contact",
        "voucher-expiry/v-loose/2026-03-05": "skipped no_contact",
    }
    assert "hoje" in place.letters()["+5511987650001"].short
    assert "9 de março" in place.page("bia@example.com")


def test_second_start_and_the_next_days_remind_nobody_again(place: Place) -> None:
    place.add(schema.patients, patient("ana"))
    place.add(schema.vouchers, voucher("v", days_left=7))
    place.start("expiring-vouchers")
    before = place.contents()
    assert place.start("expiring-vouchers").reused
    assert place.contents() == before
    tomorrow = place.result("expiring-vouchers", at=NOW + timedelta(days=1))
    assert tomorrow["skipped"] == {"already_sent": 1}
    assert tomorrow["sent"] == 0


def test_another_expiry_date_is_another_reminder(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.add(schema.vouchers, voucher("v", days_left=2))
    here.start("expiring-vouchers")
    here.change(schema.vouchers, "v", expires_on=TODAY + timedelta(days=6))
    here.start("expiring-vouchers", at=NOW + timedelta(days=1))
    assert set(here.deliveries()) == {
        "voucher-expiry/v/2026-03-04",
        "voucher-expiry/v/2026-03-08",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"expires_on": TODAY + timedelta(days=60)},
        {"expires_on": TODAY + timedelta(days=6)},
        {"expires_on": None},
        {"sessions_left": 0},
        {"active": False},
    ],
)
def test_what_has_changed_since_is_not_reminded_of(here: Place, change: dict[str, object]) -> None:
    """Pending at night, changed by the clinic in the morning: the run ends, and says why."""
    here.add(schema.patients, patient("ana"))
    here.add(schema.vouchers, voucher("v"))
    assert here.start("expiring-vouchers", at=NIGHT).final_code is ExitCode.TRY_LATER
    here.change(schema.vouchers, "v", **change)
    report = here.start("expiring-vouchers")
    assert (report.status, report.attempt) == ("completed", 2)
    assert here.deliveries()["voucher-expiry/v/2026-03-05"] == "skipped not_due"
    moved = change.get("expires_on") == TODAY + timedelta(days=6)
    assert report.result["sent"] == moved


def test_reminder_tells_the_days_left_when_it_leaves(here: Place) -> None:
    """Pending on Monday evening, sent on Tuesday: it does not say what Monday would have said."""
    here.add(schema.patients, patient("ana", phone=None))
    here.add(schema.vouchers, voucher("v", days_left=2))
    here.start("expiring-vouchers", at=NOW.replace(hour=22))
    report = here.start("expiring-vouchers", at=NOW + timedelta(days=1))
    assert [done.slot for done in report.caught_up] == ["2026-03-02"]
    assert report.caught_up[0].result["sent"] == 1
    assert "vence amanhã" in here.letters()["ana@example.com"].subject


def test_missed_days_do_not_remind_of_what_has_expired(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.start("expiring-vouchers", at=NOW - timedelta(days=4))
    here.add(schema.vouchers, voucher("v", days_left=-2))
    report = here.start("expiring-vouchers")
    assert [done.slot for done in report.caught_up] == ["2026-02-27", "2026-02-28", "2026-03-01"]
    assert here.deliveries() == {"voucher-expiry/v/2026-02-28": "skipped not_due"}
    assert report.final_code is ExitCode.DONE


def test_only_the_organization_asked_for(place: Place) -> None:
    place.add(schema.organizations, organization("norte"))
    place.add(schema.patients, patient("ana"))
    place.add(schema.vouchers, voucher("v"), voucher("w", organization_id="norte"))
    assert place.result("expiring-vouchers", organization="norte")["candidates"] == 1
    assert set(place.deliveries()) == {"voucher-expiry/w/2026-03-05"}


def test_unreadable_voucher_is_parked_and_the_rest_go_on(here: Place) -> None:
    """Fixed: one date that is none, as SQLite lets it be, failed the whole run."""
    here.add(schema.patients, patient("ana"))
    here.add(schema.vouchers, voucher("u"), voucher("v"), voucher("w"))
    with here.writing() as connection:
        connection.execute(text("UPDATE vouchers SET expires_on = '2026-03-05x' WHERE id = 'v'"))
    report = here.start("expiring-vouchers")
    assert (report.status, report.final_code) == ("partial", ExitCode.PARTIAL)
    assert report.result["failed"] == 1
    assert report.result["sent"] == 2
    [step] = here.ledger("steps")
    assert step["result"]["parked"] == ["v ValueError"]


def test_minor_with_a_voucher_is_not_written_to_but_an_unknown_age_is(here: Place) -> None:
    child = patient("ana", birth_date=date(2015, 7, 1))
    here.add(schema.patients, child, patient("bia", birth_date=None))
    here.add(schema.vouchers, voucher("v"), voucher("w", "bia"))
    result = here.result("expiring-vouchers")
    assert result["skipped"] == {"minor": 1}
    assert result["sent"] == 1


def test_last_day_is_that_of_the_organization(here: Place) -> None:
    """Half past midnight in São Paulo, the voucher of yesterday has half an hour left in Manaus."""
    here.environ["FISIOFLOW_SEND_WINDOW"] = "always"
    here.add(schema.organizations, organization("norte", timezone="America/Manaus"))
    here.add(schema.patients, patient("ana", "norte"))
    here.add(schema.vouchers, voucher("v", days_left=-1, organization_id="norte"))
    evening = datetime(2026, 3, 1, 23, 30, tzinfo=MANAUS)
    assert here.result("expiring-vouchers", at=evening)["candidates"] == 0
    as_of = {"as_of": "2026-03-01", "catch_up": False}
    assert here.result("expiring-vouchers", at=evening, **as_of)["sent"] == 1
    assert "hoje" in next(iter(here.letters().values())).short


def test_dry_run_writes_nothing(place: Place) -> None:
    place.add(schema.patients, patient("ana", phone="(11) 98765-0001"))
    place.add(schema.vouchers, voucher("v"), voucher("w", "nobody"))
    before = place.contents()
    result = place.result("expiring-vouchers", dry_run=True)
    assert place.contents() == before
    assert [(row["key"], row["action"], row["reason"]) for row in result["plan"]] == [
        ("voucher-expiry/v/2026-03-05", "send", None),
        ("voucher-expiry/w/2026-03-05", "skip", "no_contact"),
    ]
