"""The catalogue's ready-made messages, by e-mail and by WhatsApp."""

from typing import Any

import pytest

from tests.workflows.inbox import done, give, outcome, work
from tests.workflows.people import NOW
from tests.workflows.place import Place

VISIT = {
    "patientName": "Ana",
    "appointmentDate": "2026-03-03",
    "appointmentTime": "14:30",
    "therapistName": "Tito Lima",
    "organizationName": "Clínica Sul",
    "type": "fisioterapia",
}
FIGURES = {
    "organizationName": "Clínica Sul",
    "date": "2026-03-01",
    "therapistName": "Tito",
    "totalSessions": 12,
    "completedSessions": 9,
    "cancelledSessions": 1,
    "newPatients": 2,
    "revenue": 1234.5,
}
DATA: dict[str, dict[str, Any]] = {
    "appointment.confirmation": VISIT,
    "appointment.reminder": VISIT,
    "birthday.greeting": {"name": "Ana", "organizationName": "Clínica Sul"},
    "daily.report": FIGURES,
}
SAID = {
    "appointment.confirmation": ("Seu horário está marcado", "14:30", "Tito Lima"),
    "appointment.reminder": ("amanhã, às 14:30", "Clínica Sul"),
    "birthday.greeting": ("Feliz aniversário, Ana!", "Clínica Sul"),
    "daily.report": ("domingo, 1 de março de 2026", "12", "R$ 1.234,50"),
}
NO_TEMPLATE = {"WHATSAPP_TEMPLATE_APPOINTMENT_REMINDER": ""}
NIGHT = NOW.replace(hour=3)


@pytest.mark.parametrize("message", DATA)
def test_mail_from_its_data_at_once(place: Place, message: str) -> None:
    asked = {**DATA[message], "to": "ana@example.com"}
    assert done(place, f"email/{message}", asked, at=NIGHT)["by_channel"] == {"email": 1}
    assert place.deliveries() == {"event/e1/email": "sent email"}
    written = place.text("ana@example.com").replace("\u00a0", " ")
    for said in SAID[message]:
        assert said in written
    assert "fisioterapia" not in written


@pytest.mark.parametrize("message", DATA)
def test_whatsapp_from_its_data_at_once(place: Place, message: str) -> None:
    asked = {**DATA[message], "to": "(11) 98765-0001"}
    found = done(place, f"whatsapp/{message}", asked, at=NIGHT)
    assert found["by_channel"] == {"whatsapp": 1}
    assert place.deliveries() == {"event/e1/whatsapp": "sent whatsapp"}
    assert set(place.letters()) == {"+5511987650001"}


def test_second_dispatch_changes_nothing(place: Place) -> None:
    asked = {**VISIT, "to": "ana@example.com"}
    done(place, "email/appointment.reminder", asked)
    before = place.contents()
    give(place, "email/appointment.reminder", asked)
    work(place)
    assert place.contents() == before


def test_whatsapp_without_an_approved_template_is_skipped(here: Place) -> None:
    asked = {**VISIT, "to": "(11) 98765-0001"}
    found = done(here, "whatsapp/appointment.reminder", asked, env=NO_TEMPLATE)
    assert found["skipped"] == {"no_template": 1}
    assert outcome(here) == "completed"


@pytest.mark.parametrize(
    ("name", "to"),
    [("email/birthday.greeting", "123"), ("whatsapp/birthday.greeting", "ana@example.com")],
)
def test_address_of_the_wrong_kind_is_dead(here: Place, name: str, to: str) -> None:
    give(here, name, {"name": "Ana", "to": to})
    work(here)
    assert outcome(here).startswith("dead: The event has an invalid address")
    assert to not in outcome(here)
