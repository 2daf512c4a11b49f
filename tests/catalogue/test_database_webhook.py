"""Supabase database webhooks."""

import json
from typing import Any

import pytest

from fisioflow_cli.catalogue.catalogue import check
from fisioflow_cli.catalogue.event import read
from tests.catalogue.refusals import unread

ROW = {
    "id": "7d1f6a7e-3c1b-4c53-9f0e-2f1f0c1b6a11",
    "organization_id": "0a4e0c5e-93a5-4f0e-8e57-2b1f6f5d9c01",
    "patient_id": "c5b1a3f2-6a0d-4f0c-9d8e-7e6f5a4b3c21",
    "status": "agendado",
    "notes": "SEGREDO",
}
DATA = {
    "appointmentId": ROW["id"],
    "organizationId": ROW["organization_id"],
    "patientId": ROW["patient_id"],
}


def webhook(change: str, **given: Any) -> dict[str, Any]:
    """A change of an appointment."""
    usual = {"table": "appointments", "schema": "public", "record": None, "old_record": None}
    return {"type": change, **usual, **given}


def update(before: Any, after: Any) -> dict[str, Any]:
    """An appointment's change of status."""
    return webhook("UPDATE", record={**ROW, "status": after}, old_record={**ROW, "status": before})


def test_a_new_appointment_is_created() -> None:
    event = read(webhook("INSERT", record=ROW))
    assert (event.name, event.data) == ("appointment/created", DATA)
    assert check(event).subject == ROW["id"]


@pytest.mark.parametrize(
    "status", ["cancelado", "cancelled", "canceled", "Cancelado ", "CANCELADA"]
)
def test_an_appointment_whose_status_becomes_cancelled_is_cancelled(status: str) -> None:
    event = read(update("agendado", status))
    assert (event.name, event.data) == ("appointment/cancelled", DATA)


@pytest.mark.parametrize(
    "raw",
    [
        update("cancelado", "cancelado"),
        update("cancelado", "cancelled"),
        update("agendado", "confirmado"),
        update("cancelado", "agendado"),
        update(None, "cancelado"),
        update("agendado", None),
        update("agendado", ["cancelado"]),
        webhook("UPDATE", record={**ROW, "status": "cancelado"}),
        webhook("DELETE", old_record=ROW),
        webhook("INSERT", table="patients", record=ROW),
        webhook("INSERT", schema="audit", record=ROW),
        webhook("INSERT"),
        webhook("INSERT", record={}),
    ],
)
def test_any_other_change_means_nothing_to_us(raw: dict[str, Any]) -> None:
    event = read(raw)
    assert event.name == f"supabase/{raw['table']}.{raw['type'].lower()}"
    assert check(event).workflow is None


def test_the_row_of_a_change_that_means_nothing_is_not_kept() -> None:
    event = read(webhook("UPDATE", table="patients", record=ROW, old_record=ROW))
    assert event.data == {"schema": "public", "table": "patients", "id": ROW["id"]}
    assert "SEGREDO" not in json.dumps(dict(event.data))


def test_a_repeated_delivery_is_the_same_event() -> None:
    once = read(webhook("INSERT", record=ROW))
    again = read(json.loads(json.dumps(webhook("INSERT", record=dict(reversed(ROW.items()))))))
    assert once.id == again.id
    assert once.id
    assert once.id.startswith("supabase:")


@pytest.mark.parametrize(
    "raw",
    [
        webhook("DELETE", record=ROW),
        webhook("INSERT", table="patients", record=ROW),
        webhook("INSERT", record={**ROW, "notes": ""}),
        webhook("INSERT", record=ROW, old_record=ROW),
        webhook("INSERT", schema="other", record=ROW),
    ],
)
def test_another_change_is_another_event(raw: dict[str, Any]) -> None:
    assert read(raw).id != read(webhook("INSERT", record=ROW)).id


def test_schema_may_be_missing() -> None:
    raw = webhook("INSERT", record=ROW)
    del raw["schema"], raw["old_record"]
    assert read(raw).name == "appointment/created"


def test_ids_that_are_numbers_are_fine() -> None:
    event = read(webhook("INSERT", record={"id": 7, "organization_id": None}))
    assert event.data == {"appointmentId": 7}
    assert check(event).subject == "7"


@pytest.mark.parametrize("change", ["TRUNCATE", "insert", "", None, 5, [], {}])
def test_other_types_are_refused(change: Any) -> None:
    assert "INSERT, UPDATE, DELETE" in unread(webhook(change, record=ROW))


@pytest.mark.parametrize("table", ["", " ", None, 5, [], {}])
def test_a_table_without_a_name_is_refused(table: Any) -> None:
    assert "table must be text" in unread(webhook("INSERT", table=table, record=ROW))


@pytest.mark.parametrize("key", ["record", "old_record"])
@pytest.mark.parametrize("row", ["text", 5, [], [ROW], True])
def test_a_row_that_is_none_is_refused(key: str, row: Any) -> None:
    assert f"{key} must be an object or null" in unread(webhook("UPDATE", **{key: row}))


def test_an_appointment_without_an_id_is_refused() -> None:
    row = {name: value for name, value in ROW.items() if name != "id"}
    event = read(webhook("INSERT", record=row))
    with pytest.raises(Exception, match=r"data\.appointmentId is missing"):
        check(event)
