"""What a scenario has left behind: the rows of the ledger and of the clinic."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select

from fisioflow_cli.clinic import schema
from fisioflow_cli.database import reading
from fisioflow_cli.ledger.tables import tables_for
from tests.chaos import clinic
from tests.chaos.moments import topic
from tests.chaos.places import Place

Rows = list[dict[str, Any]]
FINAL = ("sent", "failed", "in_doubt")
DONE = ("completed", "ignored")
SAYING = {"sent": "channel"}


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All rows of the ledger, in a stable order; equal if nothing has changed."""

    runs: Rows
    steps: Rows
    deliveries: Rows
    events: Rows
    sources: Rows

    @property
    def settled(self) -> set[tuple[tuple[str, Any], ...]]:
        """What no later start may touch: finished steps and events, what became of a message for good."""
        rows = [row for row in (*self.steps, *self.events) if row["status"] in DONE]
        rows += [row for row in self.deliveries if row["state"] in FINAL]
        return {tuple((name, str(value)) for name, value in sorted(row.items())) for row in rows}

    def outcomes(self) -> dict[str, str]:
        """State, and reason or channel, of each message by its key."""
        return {
            row["message_key"]: f"{row['state']} {row[SAYING.get(row['state'], 'reason')]}"
            for row in self.deliveries
        }

    def provider_ids(self) -> dict[str, str]:
        """The provider's id of each message that was sent, by the reference it has there."""
        return {
            row["provider_key"][:32]: row["provider_id"]
            for row in self.deliveries
            if row["state"] == "sent"
        }

    def step_names(self) -> list[tuple[str, str]]:
        """Name and status of each step."""
        return sorted((row["name"], row["status"]) for row in self.steps)

    def event_of(self, delivery: Mapping[str, Any]) -> str:
        """The id of the event that a delivery is of."""
        slots: dict[str, str] = {row["id"]: row["slot"] for row in self.runs}
        return slots[delivery["run_id"]]

    def key_of(self, reference: str) -> str:
        """The message key that a provider knows by this reference."""
        keys = {row["provider_key"][:32]: str(row["message_key"]) for row in self.deliveries}
        return keys[reference]


def reference(delivery: Mapping[str, Any]) -> str:
    """What a provider knows a delivery by."""
    key: str = delivery["provider_key"]
    return topic(key) if delivery["channel"] == "push" else key[:32]


def of_ledger(place: Place) -> Evidence:
    """The ledger, without the delivery that was there from the beginning."""
    tables = tables_for(place.ledger.dialect.name)
    with reading(place.ledger) as connection:
        deliveries = _rows(connection, tables.deliveries, "message_key")
        return Evidence(
            runs=_rows(connection, tables.runs, "workflow", "slot", "generation"),
            steps=_rows(connection, tables.steps, "run_id", "name"),
            deliveries=[row for row in deliveries if row["id"] != clinic.OLD_DELIVERY["id"]],
            events=_rows(connection, tables.events, "id"),
            sources=_rows(connection, tables.sources, "path", "inode"),
        )


def of_clinic(place: Place, shown: Mapping[str, Rows]) -> dict[str, Rows]:
    """The clinic's tables, with the columns that `shown` shows of them."""
    with reading(place.clinic) as connection:
        return {
            name: [
                {column: row[column] for column in rows[0]}
                for row in _rows(connection, schema.METADATA.tables[name], "id")
            ]
            for name, rows in shown.items()
        }


def old_payload(place: Place) -> str | None:
    """The text of the delivery that was there from the beginning."""
    with reading(place.ledger) as connection:
        deliveries = _rows(connection, tables_for(place.ledger.dialect.name).deliveries, "id")
    payloads: dict[str, str | None] = {row["id"]: row["payload"] for row in deliveries}
    return payloads[clinic.OLD_DELIVERY["id"]]


def _rows(connection: Connection, table: Table, *order: str) -> Rows:
    query = select(table).order_by(*(table.c[name] for name in order))
    return [dict(row) for row in connection.execute(query).mappings()]
