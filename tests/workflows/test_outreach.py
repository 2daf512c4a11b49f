"""Whom marketing reaches, why not the others, by which channel and when."""

from datetime import date, datetime
from typing import Any

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.errors import ExitCode
from tests.workflows.people import MANAUS, SAO_PAULO, organization, patient
from tests.workflows.place import Place

NO_TEMPLATES = {"WHATSAPP_TEMPLATE_BIRTHDAY": ""}
BARRED: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, str]]] = [
    # in the order in which one reason hides the next
    ("organization_inactive", {}, {"active": False}, {}),
    ("inactive", {"active": False}, {}, {}),
    ("minor", {"birth_date": date(2015, 3, 2)}, {}, {}),
    ("opted_out", {"consent_marketing": False}, {}, {}),
    ("channel_disabled", {}, {"whatsapp_enabled": False, "email_enabled": False}, {}),
    ("opted_out", {"consent_whatsapp": False, "consent_email": False}, {}, {}),
    ("no_contact", {"phone": None, "email": None}, {}, {}),
    ("no_contact", {"phone": "  ", "email": "\t"}, {}, {}),
    ("invalid_contact", {"phone": "98765-0001", "email": "ana@"}, {}, {}),
    ("no_template", {"email": None}, {}, NO_TEMPLATES),
]


@pytest.mark.parametrize(("reason", "person", "clinic", "env"), BARRED)
def test_reason_is_recorded(
    here: Place, reason: str, person: dict[str, Any], clinic: dict[str, Any], env: dict[str, str]
) -> None:
    here.add(schema.organizations, organization("norte", **clinic))
    here.add(schema.patients, patient("ana", "norte", **person))
    report = here.start("birthdays", env=env)
    assert report.result["skipped"] == {reason: 1}
    assert (report.status, report.final_code) == ("completed", ExitCode.DONE)
    assert here.deliveries() == {"birthday/ana/2026": f"skipped {reason}"}
    assert not here.letters()


def test_first_reason_in_line_is_the_one_given(here: Place) -> None:
    """Everything stands against her; one obstacle after another is taken away."""
    person: dict[str, Any] = {}
    clinic: dict[str, Any] = {}
    env: dict[str, str] = {}
    for _, about_person, about_clinic, about_env in reversed(BARRED):
        person, clinic, env = (
            {**person, **about_person},
            {**clinic, **about_clinic},
            dict(about_env or env),
        )
    here.add(schema.organizations, organization("norte", **clinic))
    here.add(schema.patients, patient("ana", "norte", **person))

    def reason() -> str:
        return " ".join(here.result("birthdays", force=True, env=env)["skipped"])

    found = [reason()]
    for change in (
        lambda: here.change(schema.organizations, "norte", active=True),
        lambda: here.change(schema.patients, "ana", active=True),
        lambda: here.change(schema.patients, "ana", birth_date=date(1985, 3, 2)),
        lambda: here.change(schema.patients, "ana", consent_marketing=None),
        lambda: here.change(schema.organizations, "norte", whatsapp_enabled=True),
        lambda: here.change(schema.patients, "ana", consent_whatsapp=None),
        lambda: here.change(schema.patients, "ana", phone="98765-0001"),
        lambda: here.change(schema.patients, "ana", phone="(11) 98765-0001"),
        env.clear,
    ):
        change()
        found.append(reason())
    assert found == [
        "organization_inactive",
        "inactive",
        "minor",
        "opted_out",
        "channel_disabled",
        "opted_out",
        "no_contact",
        "invalid_contact",
        "no_template",
        "",
    ]
    assert here.deliveries() == {"birthday/ana/2026": "sent whatsapp"}


def test_patient_of_no_clinic_is_not_written_to(here: Place) -> None:
    here.add(schema.patients, patient("ana", "nowhere"), patient("bia", clinic=None))
    assert here.result("birthdays")["skipped"] == {"organization_inactive": 2}


@pytest.mark.parametrize(
    ("person", "clinic", "env", "channel"),
    [
        ({"phone": None}, {}, {}, "email"),
        ({"phone": "123"}, {}, {}, "email"),
        ({"consent_whatsapp": False}, {}, {}, "email"),
        ({}, {"whatsapp_enabled": False}, {}, "email"),
        ({}, {}, NO_TEMPLATES, "email"),
        ({"preferred_channel": "email", "email": "nope"}, {}, {}, "whatsapp"),
        ({"preferred_channel": "email", "consent_email": False}, {}, {}, "whatsapp"),
        ({"preferred_channel": "email"}, {"email_enabled": False}, {}, "whatsapp"),
        ({"preferred_channel": "pombo"}, {}, {}, "whatsapp"),
    ],
)
def test_other_channel_stands_in(
    here: Place, person: dict[str, Any], clinic: dict[str, Any], env: dict[str, str], channel: str
) -> None:
    here.add(schema.organizations, organization("norte", **clinic))
    here.add(schema.patients, patient("ana", "norte", **person))
    assert here.result("birthdays", env=env)["by_channel"] == {channel: 1}


@pytest.mark.parametrize(
    ("born", "reached"), [((2008, 3, 2), True), ((2009, 3, 2), False), ((2025, 3, 2), False)]
)
def test_marketing_begins_at_18(here: Place, born: tuple[int, int, int], *, reached: bool) -> None:
    here.add(schema.patients, patient("ana", birth_date=date(*born)))
    assert here.result("birthdays")["sent"] == reached
    allowed = {"FISIOFLOW_MESSAGE_MINORS": "true"}
    here.start("birthdays", force=True, env=allowed)
    assert here.deliveries() == {"birthday/ana/2026": "sent whatsapp"}


@pytest.mark.parametrize("consents", [{}, {"consent_marketing": True}, {"consent_whatsapp": True}])
def test_required_consent_must_be_complete(here: Place, consents: dict[str, bool]) -> None:
    here.environ["FISIOFLOW_REQUIRE_CONSENT"] = "true"
    here.add(schema.patients, patient("ana", **consents))
    assert here.result("birthdays")["skipped"] == {"opted_out": 1}


def test_recorded_consent_for_one_channel_chooses_it(here: Place) -> None:
    here.environ["FISIOFLOW_REQUIRE_CONSENT"] = "true"
    here.add(schema.patients, patient("ana", consent_marketing=True, consent_email=True))
    assert here.result("birthdays")["by_channel"] == {"email": 1}


@pytest.mark.parametrize(
    ("clock", "leaves"),
    [("07:59:00", False), ("08:00:00", True), ("19:59:00", True), ("20:00:00", False)],
)
@pytest.mark.parametrize("zone", [SAO_PAULO, MANAUS], ids=str)
def test_hours_are_those_of_the_organization(
    here: Place, clock: str, zone: Any, *, leaves: bool
) -> None:
    here.add(schema.organizations, organization("norte", timezone=str(zone)))
    here.add(schema.patients, patient("ana", "norte"))
    at = datetime.fromisoformat(f"2026-03-02T{clock}").replace(tzinfo=zone)
    report = here.start("birthdays", at=at)
    assert report.result["sent"] == leaves
    assert report.result["pending"] == (not leaves)
    assert report.final_code is (ExitCode.DONE if leaves else ExitCode.TRY_LATER)


def test_what_night_left_the_morning_sends_once(place: Place) -> None:
    place.add(schema.patients, patient("ana"), patient("eva", active=False))
    night = datetime(2026, 3, 2, 6, tzinfo=SAO_PAULO)
    first = place.start("birthdays", at=night)
    assert (first.status, first.final_code) == ("timed_out", ExitCode.TRY_LATER)
    assert place.deliveries() == {
        "birthday/ana/2026": "pending outside_hours",
        "birthday/eva/2026": "skipped inactive",
    }
    again = place.start("birthdays", at=night.replace(hour=7))
    assert (again.run_id, again.attempt) == (first.run_id, 2)
    assert again.result["pending"] == 1
    morning = place.start("birthdays", at=night.replace(hour=8))
    assert (morning.run_id, morning.status, morning.attempt) == (first.run_id, "completed", 3)
    assert morning.result["sent"] == 1
    assert place.start("birthdays", at=night.replace(hour=9)).reused


def test_opt_out_during_the_night_is_heeded(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.start("birthdays", at=datetime(2026, 3, 2, 6, tzinfo=SAO_PAULO))
    here.change(schema.patients, "ana", consent_marketing=False)
    report = here.start("birthdays")
    assert (report.status, report.result["skipped"]) == ("completed", {"opted_out": 1})


def test_window_may_be_moved_or_left_out(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    night = datetime(2026, 3, 2, 3, tzinfo=SAO_PAULO)
    narrow = {"FISIOFLOW_SEND_WINDOW": "03:01-03:02"}
    assert here.result("birthdays", at=night, env=narrow)["pending"] == 1
    always = {"FISIOFLOW_SEND_WINDOW": "always"}
    assert here.result("birthdays", at=night, env=always)["sent"] == 1


def test_zone_that_does_not_exist_counts_as_the_default_one(here: Place) -> None:
    here.add(schema.organizations, organization("norte", timezone="Mars/Olympus"))
    here.add(schema.patients, patient("ana", "norte"))
    assert here.result("birthdays")["sent"] == 1
