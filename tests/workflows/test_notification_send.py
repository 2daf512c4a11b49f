"""`notification/send`: an application's message to one of its users, as that user wants it."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from fisioflow_cli.clinic import schema
from tests.workflows.inbox import done, event, give, outcome, work
from tests.workflows.people import MANAUS, NOW, SAO_PAULO, member, patient
from tests.workflows.place import Place

MAIL = {
    "userId": "u-ana",
    "organizationId": "sul",
    "type": "email",
    "to": "ana@example.com",
    "subject": "Plano atualizado",
    "body": "Olá!\n\nSeu plano <mudou>.",
}
WHATSAPP = {**MAIL, "type": "whatsapp", "to": "(11) 98765-0001"}
PUSH = {key: value for key, value in MAIL.items() if key != "to"} | {"type": "push"}
DATA = {"patientName": "Ana", "date": "2026-03-03", "time": "14:30"}
READY = {"template": "appointment.reminder", "templateData": DATA}
NIGHT = {"quiet_from": time(22), "quiet_until": time(7, 30)}


def ana(place: Place, **more: Any) -> None:
    place.add(schema.patients, patient("ana", user_id="u-ana", **more))


def wishes(place: Place, **more: Any) -> None:
    place.add(schema.preferences, {"user_id": "u-ana", **more})


def history(place: Place) -> list[tuple[Any, ...]]:
    rows = place.rows(schema.notification_history)
    return [(row["user_id"], row["channel"], row["status"]) for row in rows]


@pytest.mark.parametrize("asked", [MAIL, WHATSAPP], ids=["email", "whatsapp"])
def test_sends_by_the_channel_and_records_it_in_the_clinic(
    place: Place, asked: dict[str, Any]
) -> None:
    ana(place)
    channel = asked["type"]
    assert done(place, "notification/send", asked)["by_channel"] == {channel: 1}
    assert place.deliveries() == {f"event/e1/{channel}": f"sent {channel}"}
    assert history(place) == [("u-ana", channel, "sent")]
    assert outcome(place) == "completed"


def test_body_is_text_in_the_clinics_dress(here: Place) -> None:
    ana(here)
    done(here, "notification/send", MAIL)
    page = here.page("ana@example.com")
    assert "Seu plano &lt;mudou&gt;." in page
    assert "Clínica Sul" in page


def test_nested_form_of_older_callers(here: Place) -> None:
    ana(here)
    inner = {key: MAIL[key] for key in ("to", "subject", "body")}
    outer = {key: MAIL[key] for key in ("userId", "organizationId", "type")}
    assert done(here, "notification/send", {**outer, "data": inner})["sent"] == 1


def test_second_dispatch_changes_nothing(place: Place) -> None:
    ana(place)
    done(place, "notification/send", MAIL)
    before = place.contents()
    give(place, "notification/send", MAIL)
    work(place)
    assert place.contents() == before


BARRED: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("organization_inactive", MAIL, {}, {}, {"active": False}),
    ("inactive", MAIL, {"active": False}, {}, {}),
    ("channel_disabled", MAIL, {}, {}, {"email_enabled": False}),
    ("channel_disabled", WHATSAPP, {}, {}, {"whatsapp_enabled": False}),
    ("opted_out", MAIL, {}, {"allows_email": False}, {}),
    ("opted_out", WHATSAPP, {}, {"allows_whatsapp": False}, {}),
    ("opted_out", PUSH, {}, {"allows_push": False}, {}),
    ("opted_out", MAIL, {"consent_email": False}, {}, {}),
    ("opted_out", WHATSAPP, {"consent_whatsapp": False}, {}, {}),
    ("opted_out", PUSH, {"consent_whatsapp": False, "consent_email": False}, {}, {}),
    ("invalid_contact", {**MAIL, "to": "ana@"}, {}, {}, {}),
    ("invalid_contact", {**WHATSAPP, "to": "123"}, {}, {}, {}),
    ("no_subscription", PUSH, {}, {}, {}),
    ("no_template", {**WHATSAPP, **READY}, {}, {}, {}),
]


@pytest.mark.parametrize(("reason", "asked", "person", "wanted", "clinic"), BARRED)
def test_whoever_is_not_to_be_written_to_is_skipped_with_the_reason(
    here: Place,
    reason: str,
    asked: dict[str, Any],
    person: dict[str, Any],
    wanted: dict[str, Any],
    clinic: dict[str, Any],
) -> None:
    ana(here, **person)
    wishes(here, **wanted)
    here.change(schema.organizations, "sul", **(clinic or {"active": True}))
    env = {"WHATSAPP_TEMPLATE_APPOINTMENT_REMINDER": ""}
    result = done(here, "notification/send", asked, env=env)
    assert result["skipped"] == {reason: 1}
    assert outcome(here) == "completed"
    assert not here.letters()
    assert history(here) == [("u-ana", asked["type"], "failed")]


def test_organization_that_does_not_exist(here: Place) -> None:
    asked = {**MAIL, "organizationId": "nowhere"}
    assert done(here, "notification/send", asked)["skipped"] == {"organization_inactive": 1}


def test_staff_needs_no_consent_and_strangers_do_where_it_is_required(here: Place) -> None:
    here.environ["FISIOFLOW_REQUIRE_CONSENT"] = "true"
    here.add(schema.staff, member("tito"))
    ana(here)
    for number, user in enumerate(("u-tito", "u-ana", "u-nobody")):
        give(here, "notification/send", {**MAIL, "userId": user}, event_id=f"e{number}")
    work(here)
    assert here.deliveries() == {
        "event/e0/email": "sent email",
        "event/e1/email": "skipped opted_out",
        "event/e2/email": "skipped opted_out",
    }


def test_inactive_member_of_staff_is_not_written_to(here: Place) -> None:
    here.add(schema.staff, member("tito", active=False))
    asked = {**MAIL, "userId": "u-tito"}
    assert done(here, "notification/send", asked)["skipped"] == {"inactive": 1}


@pytest.mark.parametrize(
    ("zone", "now", "until"),
    [
        (SAO_PAULO, datetime(2026, 3, 2, 23, tzinfo=SAO_PAULO), (3, 3, 7, 30)),
        (SAO_PAULO, datetime(2026, 3, 3, 6, tzinfo=SAO_PAULO), (3, 3, 7, 30)),
        (MANAUS, datetime(2026, 3, 3, 8, tzinfo=SAO_PAULO), (3, 3, 7, 30)),
        (SAO_PAULO, datetime(2026, 3, 7, 12, tzinfo=SAO_PAULO), (3, 9, 7, 30)),
    ],
)
def test_quiet_hours_and_weekends_postpone(
    place: Place, zone: Any, now: datetime, until: tuple[int, int, int, int]
) -> None:
    ana(place)
    wishes(place, weekends=False, **NIGHT)
    place.change(schema.organizations, "sul", timezone=str(zone))
    give(place, "notification/send", MAIL, at=now)
    work(place, at=now)
    then = datetime(2026, *until, tzinfo=zone).astimezone(UTC)
    assert place.deliveries() == {"event/e1/email": "pending quiet_hours"}
    assert (event(place)["status"], event(place)["due_at"]) == ("waiting", then)
    assert event(place)["failures"] == 0
    assert history(place) == []
    work(place, at=then)
    assert place.deliveries() == {"event/e1/email": "sent email"}
    assert outcome(place) == "completed"
    assert history(place) == [("u-ana", "email", "sent")]


def test_critical_ignores_quiet_hours(here: Place) -> None:
    ana(here)
    wishes(here, **NIGHT)
    asked = {**MAIL, "priority": "critical"}
    assert done(here, "notification/send", asked, at=NOW.replace(hour=3))["sent"] == 1


def test_what_the_user_changes_overnight_is_heeded(here: Place) -> None:
    ana(here)
    wishes(here, **NIGHT)
    done(here, "notification/send", MAIL, at=NOW.replace(hour=3))
    with here.writing() as connection:
        connection.execute(schema.preferences.update().values(allows_email=False))
    work(here)
    assert here.deliveries() == {"event/e1/email": "skipped opted_out"}
    assert history(here) == [("u-ana", "email", "failed")]


def test_ready_made_message_from_its_data(here: Place) -> None:
    ana(here)
    assert done(here, "notification/send", {**MAIL, **READY})["sent"] == 1
    assert "amanhã, às 14:30" in here.page("ana@example.com")
    assert "Clínica Sul" in here.page("ana@example.com")


@pytest.mark.parametrize(
    ("template", "data", "error"),
    [
        ("nothing_of_ours", {}, "There is no such template"),
        ("appointment_reminder", {"patientName": "Ana"}, "data.appointmentDate is missing"),
    ],
)
def test_template_that_cannot_be_filled_is_dead(
    here: Place, template: str, data: dict[str, Any], error: str
) -> None:
    ana(here)
    give(here, "notification/send", {**MAIL, "template": template, "templateData": data})
    work(here)
    assert outcome(here).startswith("dead: ")
    assert error in outcome(here)
    assert here.deliveries() == {}
