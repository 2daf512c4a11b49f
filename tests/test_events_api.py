"""Events from Python: durable when the function returns, on both databases."""

import base64
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID

import pytest
from pydantic.alias_generators import to_camel
from sqlalchemy import create_engine, text

from fisioflow_cli import events
from fisioflow_cli.catalogue.payload import Payload, key
from fisioflow_cli.catalogue.payloads import (
    AppointmentCancelled,
    AppointmentCreated,
    AppointmentReminder,
    EmailSend,
    NotificationSend,
    PatientInsights,
    WhatsappSend,
)
from fisioflow_cli.catalogue.payloads import Attachment as AttachmentPayload
from fisioflow_cli.errors import BadEvent, ConfigurationError, LedgerMissing
from fisioflow_cli.events.fields import Options
from tests.commands.inside import run_inside

MAIL: events.Email = {"to": "ana@example.com", "subject": "Oi", "text": "Oi, Ana!"}


class Inbox:
    """What the inbox holds, read past the program."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        self.table = "fisioflow.events" if "postgres" in url else "fisioflow_events"

    def rows(self) -> list[dict[str, Any]]:
        """The events in the order in which they were accepted, as the database has them."""
        with self.engine.connect() as connection:
            found = connection.execute(text(f"SELECT * FROM {self.table} ORDER BY accepted_at, id"))
            rows = [dict(row) for row in found.mappings()]
        for row in rows:
            if isinstance(row["data"], str):
                row["data"] = json.loads(row["data"])
        return rows

    def row(self) -> dict[str, Any]:
        """The only one."""
        (row,) = self.rows()
        return row


@contextmanager
def inbox_at(url: str, patch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """The inbox of a new database, which the settings of this process name."""
    assert run_inside("db", "upgrade", env={"DATABASE_URL": url}).rc == 0
    patch.setenv("DATABASE_URL", url)
    inbox = Inbox(url)
    yield inbox
    inbox.engine.dispose()


@pytest.fixture
def inbox(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    with inbox_at(database_url, monkeypatch) as found:
        yield found


@pytest.fixture
def quick(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """An inbox where the kind of database does not matter."""
    with inbox_at(sqlite_url, monkeypatch) as found:
        yield found


def test_event_is_in_the_inbox_when_its_id_is_returned(inbox: Inbox) -> None:
    event_id = events.send(events.Events.EMAIL_SEND, dict(MAIL))
    row = inbox.row()
    assert (row["id"], row["name"], row["data"]) == (event_id, "email/send", dict(MAIL))
    assert (row["source"], row["status"], row["workflow"]) == (
        "api",
        "waiting",
        "fisioflow-send-email",
    )
    assert UUID(event_id).version == 7


def test_a_repeated_call_with_the_same_id_is_the_same_event(inbox: Inbox) -> None:
    assert [events.send_email(**MAIL, id="welcome/42") for _ in range(3)] == ["welcome/42"] * 3
    assert inbox.row()["id"] == "welcome/42"


def test_without_an_id_every_call_is_a_new_event(inbox: Inbox) -> None:
    ids = {events.send_email(**MAIL) for _ in range(3)}
    assert ids == {row["id"] for row in inbox.rows()}
    assert len(ids) == 3


def test_an_id_that_stands_for_another_event_is_refused(inbox: Inbox) -> None:
    events.send_email(**MAIL, id="welcome/42")
    with pytest.raises(BadEvent, match="stands for an event with another name or other data"):
        events.send_email(**{**MAIL, "subject": "Outro"}, id="welcome/42")
    with pytest.raises(BadEvent):
        events.send("x/y", dict(MAIL), id="welcome/42")
    assert inbox.row()["data"]["subject"] == "Oi"


def test_what_does_not_fit_is_refused_before_anything_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There is no database here at all."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(BadEvent, match=r"data\.subject is missing"):
        events.send("email/send", {"to": "ana@example.com", "text": "Oi"})
    with pytest.raises(BadEvent, match="name must be"):
        events.send("", {})


def test_a_ledger_that_is_missing_is_told(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    with pytest.raises(LedgerMissing):
        events.send_email(**MAIL)


def test_settings_that_cannot_be_used_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://nobody@example.com/none")
    with pytest.raises(ConfigurationError):
        events.send_email(**MAIL)


def test_an_event_that_nobody_handles_is_kept_as_ignored(quick: Inbox) -> None:
    events.send("billing/invoice.paid", {"amount": 5})
    assert quick.row()["status"] == "ignored"


@pytest.mark.parametrize(
    "ts",
    [
        datetime(2026, 12, 1, 9, tzinfo=timezone(timedelta(hours=-3))),
        datetime(2026, 12, 1, 12, tzinfo=UTC),
        1796126400000,
    ],
)
def test_nothing_is_done_before_ts(quick: Inbox, ts: datetime | int) -> None:
    events.send_email(**MAIL, ts=ts)
    assert str(quick.row()["ts"]).startswith("2026-12-01 12:00:00")
    assert str(quick.row()["due_at"]).startswith("2026-12-01 12:00:00")


def test_a_ts_without_a_zone_is_refused() -> None:
    with pytest.raises(BadEvent, match="time zone"):
        events.send_email(**MAIL, ts=datetime(2026, 12, 1, 9))  # noqa: DTZ001  # that is the mistake
    with pytest.raises(BadEvent, match="2000 and 2100"):
        events.send_email(**MAIL, ts=datetime(1999, 12, 1, tzinfo=UTC))


def test_pythons_names_become_those_of_the_application(quick: Inbox) -> None:
    events.send_email(
        **MAIL,
        sender="Clínica <a@example.com>",
        reply_to=["b@example.com"],
        cc=None,
        attachments=[{"filename": "a.txt", "content": b"\x00\xff", "content_type": "text/plain"}],
        tags={"a": "b"},
    )
    assert quick.row()["data"] == {
        **MAIL,
        "from": "Clínica <a@example.com>",
        "replyTo": ["b@example.com"],
        "cc": None,
        "attachments": [
            {
                "filename": "a.txt",
                "content": base64.b64encode(b"\x00\xff").decode(),
                "contentType": "text/plain",
            }
        ],
        "tags": {"a": "b"},
    }


def test_ids_dates_and_times_may_be_pythons_own(quick: Inbox) -> None:
    identity = UUID("7d1f6a7e-3c1b-4c53-9f0e-2f1f0c1b6a11")
    events.send(
        "email/appointment.reminder",
        {
            "to": "ana@example.com",
            "patientName": "Ana",
            "appointmentDate": date(2026, 12, 1),
            "appointmentTime": time(14, 30),
            "appointmentId": identity,
        },
    )
    assert quick.row()["data"]["appointmentDate"] == "2026-12-01"
    events.notify_appointment_created(appointment_id=identity)
    assert {row["subject"] for row in quick.rows()} == {None, str(identity)}


def test_every_function_sends_its_event(quick: Inbox) -> None:
    push: events.Notification = {"user_id": 1, "organization_id": 2, "type": "push", "body": "Oi"}
    text_message: events.Whatsapp = {"to": "+5511987654321", "message": "Oi"}
    sent = {
        events.send_notification(**push): "notification/send",
        events.send_email(**MAIL): "email/send",
        events.send_whatsapp(**text_message): "whatsapp/send",
        events.generate_patient_insights(
            patient_id="p", organization_id="o"
        ): "ai/patient.insights",
        events.notify_appointment_created(appointment_id="a"): "appointment/created",
        events.notify_appointment_cancelled(appointment_id="a"): "appointment/cancelled",
        events.trigger_appointment_reminders(): "appointment/reminder",
        events.trigger_appointment_reminders(appointment_id="a"): "appointment/reminder",
        events.send_bulk_notifications([push, push]): "notification/send-batch",
        events.send_bulk_emails([MAIL, MAIL]): "email/send-batch",
        events.send_bulk_whatsapp([text_message]): "whatsapp/send-batch",
        events.generate_bulk_insights(["p", 5], organization_id="o"): "ai/batch.insights",
    }
    assert {row["id"]: row["name"] for row in quick.rows()} == sent
    assert {row["status"] for row in quick.rows()} == {"waiting"}


def test_items_of_a_batch_have_the_applications_names_too(quick: Inbox) -> None:
    events.send_bulk_emails(
        [{**MAIL, "reply_to": "b@example.com", "sender": "a@example.com"}], id="x"
    )
    (item,) = quick.row()["data"]["items"]
    assert item == {**MAIL, "replyTo": "b@example.com", "from": "a@example.com"}
    assert quick.row()["id"] == "x"


def test_documented_code_runs(quick: Inbox) -> None:
    document = Path(__file__).parents[1] / "docs/events.md"
    (code,) = re.findall(r"```python\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    exec(code, {})
    assert [row["status"] for row in quick.rows()] == ["waiting"] * 3


def test_one_bad_item_refuses_the_whole_batch(quick: Inbox) -> None:
    with pytest.raises(BadEvent, match=r"data\.items\.1 must be an e-mail with html or text"):
        events.send_bulk_emails([MAIL, {"to": "b@example.com", "subject": "Oi"}])
    with pytest.raises(BadEvent, match="1 to 1,000"):
        events.send_bulk_emails([])
    assert quick.rows() == []


def test_a_misspelt_field_is_an_error_and_not_dropped() -> None:
    with pytest.raises(TypeError, match="Email has no field 'subjct'"):
        events.send_email(**{**MAIL, "subjct": "Oi"})  # type: ignore[misc]  # that is the mistake
    with pytest.raises(TypeError, match="Attachment has no field 'name'"):
        events.send_bulk_emails([{**MAIL, "attachments": [{"name": "a"}]}])  # type: ignore[typeddict-unknown-key]


def test_values_that_json_does_not_have_are_refused() -> None:
    with pytest.raises(BadEvent, match="JSON does not have"):
        events.send("x/y", {"a": object()})
    with pytest.raises(BadEvent, match="cannot be stored"):
        events.send("x/y", {"a": "\x00"})


def test_threads_do_not_disturb_each_other(inbox: Inbox) -> None:
    together = threading.Barrier(8)

    def send(place: int) -> str:
        together.wait()
        return events.send_email(
            **{**MAIL, "subject": f"Oi {place}"}, id=f"event-{place % 4}-{place}"
        )

    def again(_: int) -> str:
        together.wait()
        return events.send_email(**MAIL, id="the same")

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(send, range(8)))
        assert set(pool.map(again, range(8))) == {"the same"}
    assert {row["id"] for row in inbox.rows()} == {*ids, "the same"}


@pytest.mark.parametrize(
    ("fields", "payload"),
    [
        (events.Notification, NotificationSend),
        (events.Email, EmailSend),
        (events.Whatsapp, WhatsappSend),
        (events.Attachment, AttachmentPayload),
        (events.Patient, PatientInsights),
        (events.Appointment, AppointmentCreated),
        (events.Appointment, AppointmentCancelled),
        (events.Reminders, AppointmentReminder),
    ],
)
def test_functions_take_every_field_of_the_catalogue(fields: Any, payload: type[Payload]) -> None:
    named = {"from" if name == "sender" else to_camel(name) for name in get_type_hints(fields)}
    assert named == {key(field) for field in payload.model_fields.values()}
    required = {key(field) for field in payload.model_fields.values() if field.is_required()}
    assert {to_camel(name) for name in fields.__required_keys__} >= required
    assert named.isdisjoint(Options.__annotations__)
