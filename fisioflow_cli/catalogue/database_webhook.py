"""Supabase database webhooks: a changed row, read as the event that it means to us.

https://supabase.com/docs/guides/database/webhooks
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from fisioflow_cli.catalogue.names import Events
from fisioflow_cli.errors import BadEvent

TABLE = "appointments"
SCHEMA = "public"
CHANGES = ("INSERT", "UPDATE", "DELETE")
CANCELLED = frozenset({"cancelado", "cancelada", "cancelled", "canceled"})
ROWS = ("record", "old_record")
DIGESTED = ("type", "schema", "table", *ROWS)


def is_one(raw: Mapping[str, Any]) -> bool:
    """Whether this is meant to be a database webhook."""
    shape = {"type", "table"} <= raw.keys() and not raw.keys().isdisjoint(ROWS)
    return shape and "name" not in raw


def mapped(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The event that the change means; one that nobody handles, without the row, if it means none.

    Its id is a digest of the change, so that a repeated delivery is the same event.
    """
    change, table = raw["type"], raw["table"]
    if change not in CHANGES:
        raise BadEvent(f"A database webhook's type must be {', '.join(CHANGES)}.")
    if not isinstance(table, str) or not table.strip():
        raise BadEvent("A database webhook's table must be text, and not empty.")
    for row in ROWS:
        if not isinstance(raw.get(row), dict | None):
            raise BadEvent(f"A database webhook's {row} must be an object or null.")
    meaning = _meaning(raw)
    return {
        "name": meaning or f"supabase/{table}.{change.lower()}",
        "id": _id(raw),
        "data": _appointment(raw["record"]) if meaning else _place(raw),
    }


def _meaning(raw: Mapping[str, Any]) -> str | None:
    """Which of our events this is; None: none of them."""
    if raw["table"] != TABLE or (raw.get("schema") or SCHEMA) != SCHEMA or not raw.get("record"):
        return None
    if raw["type"] == "INSERT":
        return Events.APPOINTMENT_CREATED
    if raw["type"] == "UPDATE" and _is_cancelled(raw["record"]):
        # without the former status any edit of a cancelled appointment would look like this
        before = raw.get("old_record") or {}
        if isinstance(before.get("status"), str) and not _is_cancelled(before):
            return Events.APPOINTMENT_CANCELLED
    return None


def _is_cancelled(row: Mapping[str, Any]) -> bool:
    status = row.get("status")
    return isinstance(status, str) and status.strip().casefold() in CANCELLED


def _appointment(row: Mapping[str, Any]) -> dict[str, Any]:
    keys = {"appointmentId": "id", "organizationId": "organization_id", "patientId": "patient_id"}
    return {ours: row[theirs] for ours, theirs in keys.items() if row.get(theirs) is not None}


def _place(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Which row it was: what is of no use to us is not kept, it may be about a person."""
    row = raw.get("record") or raw.get("old_record") or {}
    found = {"schema": raw.get("schema"), "table": raw["table"], "id": row.get("id")}
    return {name: value for name, value in found.items() if isinstance(value, str | int)}


def _id(raw: Mapping[str, Any]) -> str:
    whole = json.dumps([raw.get(name) for name in DIGESTED], sort_keys=True)
    return f"supabase:{hashlib.sha256(whole.encode()).hexdigest()}"
