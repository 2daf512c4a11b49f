"""The catalogue as a whole: complete, and the same as its documentation."""

import json
import re
from pathlib import Path

import pytest

from fisioflow_cli.catalogue.catalogue import ENTRIES, Checked, Entry, check
from fisioflow_cli.catalogue.event import read
from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.catalogue.payload import key
from fisioflow_cli.catalogue.payloads import Batch, fit
from tests.catalogue.refusals import checked, refusal

DOCUMENT = Path(__file__).parents[2] / "docs/events.md"
NAMES = {value for name, value in vars(Events).items() if name.isupper()}
BATCHES = [entry for entry in ENTRIES if issubclass(entry.payload, Batch)]


def section(entry: Entry) -> str:
    """What docs/events.md says of an event."""
    text = DOCUMENT.read_text(encoding="utf-8")
    found = re.search(
        rf"^## {re.escape(entry.name)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE
    )
    assert found is not None
    return found[1]


def test_every_name_has_one_entry() -> None:
    assert sorted(NAMES) == sorted(entry.name for entry in ENTRIES)
    assert len({entry.workflow for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize(
    ("name", "workflow"),
    [
        ("notification/send", "fisioflow-send-notification"),
        ("email/send", "fisioflow-send-email"),
        ("whatsapp/send", "fisioflow-send-whatsapp"),
        ("appointment/reminder", "fisioflow-appointment-reminder"),
        ("ai/patient.insights", "fisioflow-ai-patient-insights"),
        ("appointment/created", "fisioflow-appointment-created"),
        ("appointment/cancelled", "fisioflow-appointment-cancelled"),
        ("email/appointment.confirmation", "fisioflow-email-appointment-confirmation"),
        ("whatsapp/birthday.greeting", "fisioflow-whatsapp-birthday-greeting"),
        ("notification/send-batch", "fisioflow-send-notification-batch"),
        ("email/send-batch", "fisioflow-send-email-batch"),
        ("whatsapp/send-batch", "fisioflow-send-whatsapp-batch"),
        ("ai/batch.insights", "fisioflow-ai-batch-insights"),
    ],
)
def test_workflow_ids_are_those_of_the_system_replaced(name: str, workflow: str) -> None:
    assert {entry.name: entry.workflow for entry in ENTRIES}[name] == workflow


def test_an_event_that_nobody_handles_is_no_error() -> None:
    assert checked("billing/invoice.paid", {"to": 5}) == Checked(workflow=None)


def test_names_are_taken_exactly() -> None:
    assert checked("Email/Send", {}).workflow is None


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_documented_example_validates(entry: Entry) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", section(entry), re.DOTALL)
    data = json.loads(example)
    assert data == entry.example
    assert checked(entry.name, data).workflow == entry.workflow


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_field_is_documented_with_its_meaning(entry: Entry) -> None:
    text = section(entry)
    assert entry.summary in text
    assert f"`{entry.workflow}`" in text
    for field in entry.payload.model_fields.values():
        row = re.search(
            rf"^\| `{key(field)}` \| (required)? *\| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE
        )
        assert row is not None
        assert bool(row[1]) is field.is_required()
        assert field.description in row[3]


def test_the_event_shown_first_is_one() -> None:
    (line,) = re.findall(r"^\{.+\}$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert check(read(json.loads(line))).workflow == "fisioflow-send-email"


def test_links_of_the_overview_lead_to_headings() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^\w -]", "", name) for name in re.findall(r"^## (.+)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\(#([^)]+)\)", text)) == anchors


@pytest.mark.parametrize(
    ("stated", "priority"),
    [("critical", 0), ("high", 1), ("normal", 2), ("low", 3), (None, 2), ("", 2)],
)
def test_priority_of_a_notification_counts(stated: str | None, priority: int) -> None:
    data = {"userId": "u", "organizationId": "o", "type": "push", "body": "Oi", "priority": stated}
    assert checked("notification/send", data).priority == priority


@pytest.mark.parametrize(
    ("stated", "priority"),
    [("critical", 0), ("low", 3), ("urgent", 2), (5, 2), (["high"], 2), ({"a": 1}, 2), (None, 2)],
)
def test_any_event_may_have_a_priority_and_what_is_none_is_normal(
    stated: object, priority: int
) -> None:
    data = {"to": "ana@example.com", "subject": "Oi", "text": "Oi", "priority": stated}
    assert checked("email/send", data).priority == priority


def test_a_notification_with_another_priority_is_refused() -> None:
    data = {
        "userId": "u",
        "organizationId": "o",
        "type": "push",
        "body": "Oi",
        "priority": "urgent",
    }
    assert refusal("notification/send", data) == (
        "data.priority must be critical, high, normal or low."
    )


@pytest.mark.parametrize(
    "name", ["appointment/created", "appointment/cancelled", "appointment/reminder"]
)
def test_an_appointments_events_are_about_it(name: str) -> None:
    assert checked(name, {"appointmentId": 7}).subject == "7"
    assert checked(name, {"appointmentId": " a-7 "}).subject == "a-7"


def test_reminders_of_all_of_tomorrow_are_about_none() -> None:
    assert checked("appointment/reminder", {"timestamp": "2026-11-23T12:00:00Z"}).subject is None


def test_an_appointment_id_elsewhere_is_no_subject() -> None:
    data = {"to": "a", "subject": "b", "text": "c", "appointmentId": "7"}
    assert checked("email/send", data).subject is None


@pytest.mark.parametrize("entry", BATCHES, ids=lambda entry: entry.name)
def test_children_of_a_batch_fit_their_own_event(entry: Entry) -> None:
    batch = fit(entry.payload, entry.example)
    assert isinstance(batch, Batch)
    child = entry.name.replace("send-batch", "send").replace("batch.insights", "patient.insights")
    assert len(batch.children()) == len(batch.items) > 0
    for data in batch.children():
        assert checked(child, json.loads(json.dumps(data))).workflow
