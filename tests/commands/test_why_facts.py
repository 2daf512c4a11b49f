"""`fisioflow why`: the facts that decide, of the settings, the organization, and what it is about."""

from datetime import timedelta

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.context.context import Context
from fisioflow_cli.context.surroundings import of_settings
from tests.commands.explaining import fisioflow, story
from tests.workflows.conftest import here, made_sqlite
from tests.workflows.people import TODAY, appointment, organization, patient, voucher
from tests.workflows.place import TEMPLATES, Place

__all__ = ["here", "made_sqlite"]
TOMORROW = TODAY + timedelta(days=1)


def test_the_organizations_switch_is_told_to_have_decided(here: Place) -> None:
    """`channel_disabled` has two causes, and neither was to be seen."""
    here.add(schema.organizations, organization("rio", whatsapp_enabled=False))
    here.add(schema.patients, patient("ana", "rio", email=None))
    here.start("birthdays")
    told = story(here, "birthday/ana/2026")
    assert told["delivery"]["reason"] == "channel_disabled"
    assert (told["reader"]["email_enabled"], told["reader"]["whatsapp_enabled"]) == (True, False)
    shown = fisioflow(here, "birthday/ana/2026").stdout
    assert "whatsapp enabled: no" in shown
    assert "channels configured: email, push, whatsapp" in shown
    assert "whatsapp enabled     no" in fisioflow(here, "ana").stdout


@pytest.mark.parametrize(
    ("env", "channels", "templates"),
    [
        ({}, "none", "none"),
        ({"RESEND_API_KEY": "re_1", "RESEND_FROM": "a@clinic.example"}, "email", "none"),
        ({"WHATSAPP_TEMPLATE_BIRTHDAY": "niver"}, "none", "birthday"),
        ({"WHATSAPP_PROVIDER": "evolution"}, "none", "none needed"),
        ({"WHATSAPP_ACCESS_TOKEN": "t"}, "WhatsApp is only half configured", None),
    ],
    ids=["none", "email", "template", "evolution", "half"],
)
def test_what_the_settings_allow(
    here: Place, env: dict[str, str], channels: str, templates: str | None
) -> None:
    nothing = dict.fromkeys(TEMPLATES, "")
    read = here.settings(**{**nothing, "FISIOFLOW_ENV": "production", **env})
    told = of_settings(Context(settings=read))
    assert str(told["channels_configured"]).startswith(channels)
    assert told.get("whatsapp_templates") == templates


def test_a_consent_that_is_required_is_told(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    required = {"FISIOFLOW_REQUIRE_CONSENT": "true"}
    here.start("birthdays", env=required)
    told = story(here, "birthday/ana/2026", **required)
    assert told["delivery"]["reason"] == "opted_out"
    assert told["reader"]["allows_marketing"] is None
    assert told["settings"]["consent_required"] is True
    assert story(here, "ana")["settings"]["consent_required"] is False


def test_the_appointment_is_told_as_it_is_now(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.add(schema.appointments, appointment("a1", TOMORROW, status="scheduled"))
    here.start("appointment-reminders")
    [key] = here.deliveries()
    here.change(schema.appointments, "a1", status="cancelled")
    subject = story(here, key)["subject"]
    assert (subject["status"], subject["starts_at"][:10]) == ("cancelled", TOMORROW.isoformat())
    here.remove(schema.appointments, "a1")
    assert story(here, key)["subject"] == {"appointment_found": False}
    assert "about                appointment found: no" in fisioflow(here, key).stdout


def test_the_voucher_is_told_as_it_is_now(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.add(schema.vouchers, voucher("v1"))
    here.start("expiring-vouchers")
    here.change(schema.vouchers, "v1", active=False)
    [key] = here.deliveries()
    subject = story(here, key)["subject"]
    assert (subject["active"], subject["expires_on"]) == (False, "2026-03-05")
