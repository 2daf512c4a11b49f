"""`fisioflow why`: what explains one message, and all about one patient."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from fisioflow_cli.clinic import schema
from fisioflow_cli.commands import show_why
from fisioflow_cli.delivery import reasons
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.ledger.tables import DeliveryState
from fisioflow_cli.workflows.message_kinds import KINDS, kind_of
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.commands.explaining import explained, fisioflow, story
from tests.workflows.conftest import here, made_postgres, made_sqlite, place, there
from tests.workflows.inbox import give, work
from tests.workflows.people import (
    MANAUS,
    NOW,
    TODAY,
    appointment,
    member,
    organization,
    patient,
    voucher,
)
from tests.workflows.place import Place

__all__ = ["here", "made_postgres", "made_sqlite", "place", "there"]
TOMORROW = TODAY + timedelta(days=1)
HOSTILE = "\x1b[31m::error::##[group] [b]x[/b]\n::warning::"


def now(place: Place, patient_id: str = "ana", at: datetime = NOW) -> dict[str, str]:
    """What each workflow would do about a patient, in short."""
    return {
        one["workflow"]: one["nothing"]
        or ", ".join(" ".join(filter(None, (p["action"], p["reason"]))) for p in one["plan"])
        for one in story(place, patient_id, at)["now"]
    }


def test_message_that_was_sent(place: Place) -> None:
    place.add(schema.organizations, organization("rio", timezone="America/Manaus"))
    place.add(schema.patients, patient("ana", "rio", consent_whatsapp=True))
    place.start("birthdays")
    told = story(place, "birthday/ana/2026")
    assert told["delivery"]["state"] == "sent"
    assert told["kind"] == "birthday/{patient}/{year}"
    assert told["rule"].startswith("One greeting per patient and calendar year")
    assert told["run"]["slot"] == "2026-03-02"
    assert told["timezone"] == "America/Manaus"
    assert told["template"] == "aniversario"
    assert told["reader"]["allows_whatsapp"] is True
    assert told["reader"]["allows_marketing"] is None
    assert told["reader"]["of_age"] is True
    [row] = place.ledger("deliveries")
    shown = fisioflow(place, "birthday/ana/2026").stdout
    local = row["created_at"].replace(tzinfo=UTC).astimezone(MANAUS)
    assert f"{local:%Y-%m-%d %H:%M:%S} America/Manaus (" in shown
    for told_text in (
        row["run_id"],
        row["provider_id"],
        "aniversario",
        "sent: the provider has taken",
    ):
        assert told_text in shown


def test_message_that_was_not(here: Place) -> None:
    here.add(schema.patients, patient("ana", consent_marketing=False))
    here.start("birthdays")
    shown = fisioflow(here, "birthday/ana/2026").stdout
    assert "outcome              skipped (opted_out): a refusal or revocation is on record" in shown
    assert "allows marketing: no" in shown
    assert "nobody yet (no channel chosen)" in shown


def test_nobody_is_named_and_no_address_shown(here: Place) -> None:
    here.add(schema.patients, {**patient("ana"), "full_name": "Maria Secreta", "name": "Maria"})
    here.start("birthdays")
    for args in (["birthday/ana/2026"], ["ana"]):
        for form in ([], ["--json"]):
            shown = fisioflow(here, *args, *form).stdout
            assert shown
            for secret in ("Maria", "Secreta", "ana@example.com", "+5511", "98765", "1985"):
                assert secret not in shown


def test_report_and_message_of_an_event(here: Place) -> None:
    here.add(schema.staff, member("sara", role="admin"))
    here.start("daily-reports")
    [key] = here.deliveries()
    reader = story(here, key)["reader"]
    assert (reader["receives_reports"], reader["role"]) == (True, "admin")
    assert (reader["organization_id"], reader["email_enabled"]) == ("sul", True)
    give(here, "email/send", {"to": "x@example.com", "subject": "x", "text": "x"})
    work(here)
    told = story(here, "event/e1/email")
    assert told["reader"] is None
    assert "application" in told["rule"]


def test_message_to_a_user_tells_of_their_wishes(here: Place) -> None:
    here.add(schema.patients, patient("ana", user_id="u-ana", consent_email=False))
    data = {"userId": "u-ana", "organizationId": "sul", "type": "email", "to": "ana@example.com"}
    give(here, "notification/send", {**data, "subject": "x", "body": "x"})
    work(here)
    told = story(here, "event/e1/email")
    assert told["delivery"]["reason"] == "opted_out"
    assert told["reader"]["allows_email"] is False
    assert told["reader"]["channels_on"] == "email, push, whatsapp"
    assert (told["reader"]["works_there"], told["reader"]["quiet_hours"]) == (False, False)


@pytest.mark.parametrize(
    ("hour", "opens"), [(5, "2026-03-02 08:00"), (10, "now on"), (21, "2026-03-03 08:00")]
)
def test_hours_at_which_a_patient_is_written_to(here: Place, hour: int, opens: str) -> None:
    here.add(schema.patients, patient("ana"))
    told = story(here, "ana", at=NOW.replace(hour=hour, minute=0))
    assert told["patient"]["written_to_from"] == opens


def test_what_would_happen_now(place: Place) -> None:
    place.add(schema.patients, patient("ana"), patient("bia", birth_date=date(1990, 7, 7)))
    place.add(schema.vouchers, voucher("v1"), voucher("v2", days_left=60))
    place.add(schema.appointments, appointment("a1", TOMORROW, status="scheduled"))
    assert now(place) == {
        "birthdays": "send",
        "expiring-vouchers": "send",
        "appointment-reminders": "send",
    }
    assert now(place, "bia") == {
        "birthdays": "it is not their birthday",
        "expiring-vouchers": "no voucher of theirs expires within 7 days",
        "appointment-reminders": "they have no appointment tomorrow",
    }


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"active": False}, "skip inactive"),
        ({"birth_date": date(2015, 3, 2)}, "skip minor"),
        ({"consent_marketing": False}, "skip opted_out"),
        ({"email": None, "phone": None}, "skip no_contact"),
        ({"email": None, "phone": "123"}, "skip invalid_contact"),
    ],
)
def test_decided_as_the_workflow_itself_does(
    here: Place, facts: dict[str, Any], reason: str
) -> None:
    here.add(schema.patients, patient("ana", **facts))
    assert now(here)["birthdays"] == reason
    here.start("birthdays")
    assert here.deliveries() == {"birthday/ana/2026": reason.replace("skip", "skipped")}
    assert story(here, "ana")["deliveries"][0]["reason"] == reason.split()[1]


def test_night_and_what_was_sent_already(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    assert now(here, at=NOW.replace(hour=5))["birthdays"] == "wait outside_hours"
    here.start("birthdays")
    assert now(here)["birthdays"] == "none already_sent"


def test_looking_changes_nothing(place: Place) -> None:
    place.add(schema.patients, patient("ana"))
    place.start("cleanup")
    before = place.contents()
    story(place, "ana")
    assert fisioflow(place, "ana").rc == 0
    assert place.contents() == before


def test_messages_of_a_patient_in_pages(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.add(schema.vouchers, voucher("v1"), voucher("v2"))
    here.start("birthdays")
    here.start("expiring-vouchers")
    first = fisioflow(here, "ana", "--limit", "2", "--json").json
    rest = fisioflow(here, "ana", "--after", first["next"], "--json").json
    keys = [row["key"] for row in first["deliveries"] + rest["deliveries"]]
    assert sorted(keys) == [
        "birthday/ana/2026",
        "voucher-expiry/v1/2026-03-05",
        "voucher-expiry/v2/2026-03-05",
    ]
    assert rest["next"] is None


def test_patient_who_has_left_the_clinic_keeps_a_history(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.start("birthdays")
    here.remove(schema.patients, "ana")
    told = story(here, "ana")
    assert (told["patient"], told["now"], len(told["deliveries"])) == (None, [], 1)
    assert story(here, "birthday/ana/2026")["reader"] is None


def test_address_is_refused_and_not_repeated(here: Place) -> None:
    here.start("cleanup")
    for typed in (
        "ana@example.com",
        "Ana <ana@example.com>",
        "+55 11 98765-0001",
        "(11) 98765-0001",
    ):
        done = fisioflow(here, typed)
        assert (done.rc, done.stdout) == (ExitCode.USAGE, ""), typed
        assert "looks like an address" in done.stderr
        assert "98765" not in done.stderr
        assert "ana" not in done.stderr


NOBODY = ("", " ", "nobody", "%", "_", "\udcff", "\x1b[31m", "9" * 5000, "a/\udcff", "%/%", "/")


def test_what_nobody_knows(place: Place) -> None:
    place.add(schema.patients, patient("ana"))
    place.start("birthdays")
    for typed in NOBODY:
        done = fisioflow(place, typed)
        assert (done.rc, done.stdout, done.stderr.count("\n")) == (ExitCode.USAGE, "", 1), ascii(
            typed
        )
        assert "\x1b" not in done.stderr
        assert len(done.stderr) < 400


def test_mistyped_key_names_those_that_begin_alike(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.start("birthdays")
    done = fisioflow(here, "birthday/ana/2027")
    assert (done.rc, "birthday/ana/2026" in done.stderr) == (ExitCode.USAGE, True)


def test_hostile_facts_are_only_text(here: Place) -> None:
    here.add(
        schema.patients, patient("ana", preferred_channel=HOSTILE, email=f"{HOSTILE}@example.com")
    )
    here.start("birthdays")
    shown = fisioflow(here, "ana").stdout
    assert "\x1b" not in shown
    assert "##[" not in shown
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())


def test_every_kind_of_message_is_known_by_its_key() -> None:
    for kind in KINDS:
        assert kind_of(kind.key.replace("{", "").replace("}", "")) is kind
    assert kind_of("event/batch-1/0/email") is kind_of("event/e/email")
    assert kind_of("nonsense/1") is None


def test_the_code_stands_beside_its_words(here: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """It was told by --json alone, and is what `deliveries list --reason` takes."""
    here.add(schema.patients, patient("ana", email=None, phone="123"))
    here.start("birthdays")
    assert "skipped (invalid_contact): the address" in fisioflow(here, "birthday/ana/2026").stdout
    show_why.show(explained(here, "ana"))
    assert "cannot be used (invalid_contact)" in " ".join(capsys.readouterr().out.split())
    assert reasons.headed(DeliveryState.SENT, None) == "sent"
    assert reasons.headed(DeliveryState.FAILED, "http_422") == "failed"


@pytest.mark.parametrize("state", [DeliveryState.FAILED, DeliveryState.IN_DOUBT])
def test_what_is_settled_is_not_said_to_be_sent(here: Place, state: DeliveryState) -> None:
    """A message that had failed for good, or was in doubt, was told like one that was sent."""
    here.add(schema.patients, patient("ana"))
    here.start("birthdays")
    with here.writing() as connection:
        connection.execute(update(here.ledger_table("deliveries")).values(state=state))
    [planned] = next(one["plan"] for one in story(here, "ana")["now"] if one["plan"])
    assert (planned["action"], planned["reason"]) == ("none", state)
    assert planned["meaning"] == reasons.SETTLED[state]


def test_every_workflow_that_writes_to_patients_can_be_asked_about_one() -> None:
    asked = {workflow.command for workflow in WORKFLOWS if workflow.concerning is not None}
    assert asked == {"birthdays", "expiring-vouchers", "appointment-reminders"}
