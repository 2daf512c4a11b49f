"""Foresight: the slots of the next weeks are written down, for whoever only reads the database."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fisioflow_cli.engine.agenda import ALL
from fisioflow_cli.engine.slots import period
from fisioflow_cli.ledger import slot_runs, slots
from fisioflow_cli.ledger.slots import SlotRow

if TYPE_CHECKING:
    from fisioflow_cli.engine.slots import Slot
    from fisioflow_cli.engine.timetable import Timetable
    from fisioflow_cli.ledger.ledger import Ledger

AHEAD, LEAST = timedelta(days=35), timedelta(days=28)
"""How far the slots are written ahead, and from when on anew: so it happens about once a week."""


def foresee(ledger: "Ledger", table: "Timetable", slot: "Slot") -> None:
    """Make sure that the slots since the workflow's first run, or `slot`, are known some weeks ahead.

    So a view names what nobody starts, however long nobody does. Usually one query and no write.
    """
    workflow, now = table.workflow.id, ledger.clock.now()
    known = slots.known(ledger, workflow)
    since = slot
    if known is None:
        since = min(slot, _first(ledger, table) or slot, key=lambda one: one.begins)
    elif known[0] <= table.scheduled(slot):
        if known[1] >= now + LEAST:
            return
        since = table.slot_of(known[1])
    slots.fill(ledger, workflow, [_row(table, one) for one in _until(table, since, now + AHEAD)])


def _first(ledger: "Ledger", table: "Timetable") -> "Slot | None":
    workflow = table.workflow.id
    label = slot_runs.firsts(ledger, [workflow], ALL).get(workflow)
    return table.workflow.rule.slot(period(label)[0]) if label is not None else None


def _until(table: "Timetable", since: "Slot", until: datetime) -> "list[Slot]":
    found = table.between(since, table.slot_of(until))
    return [slot for slot in found if table.scheduled(slot) <= until]


def _row(table: "Timetable", slot: "Slot") -> SlotRow:
    return SlotRow(
        slot=slot.label,
        due_at=table.scheduled(slot).astimezone(UTC),
        expires_at=table.expires(slot).astimezone(UTC),
    )
