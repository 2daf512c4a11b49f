"""Showing events: tables for people, documents for programs; never what a payload says."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.table import Column, Table

from fisioflow_cli import console
from fisioflow_cli.console import plain

if TYPE_CHECKING:
    from fisioflow_cli.ledger.events import EventRow

PRIORITIES = ("critical", "high", "normal", "low")


def show_list(events: "list[EventRow]") -> None:
    """One line per event, newest first; times in UTC."""
    if not events:
        console.err().print("No such events.")
        return
    heads = ("event", "name", "status", "attempts", "accepted (UTC)", "due (UTC)", "error")
    # an id that is cut off is of no use, since those of one hour begin alike
    columns = [Column(head, overflow="fold", no_wrap=head == "status") for head in heads]
    table = Table(*columns, box=None, pad_edge=False)
    for event in events:
        waits = event.status == "waiting"
        table.add_row(
            plain(event.id),
            plain(event.name),
            event.status,
            str(event.attempt),
            _time(event.accepted_at),
            _time(event.due_at) if waits else "",
            plain(event.error or ""),
        )
    console.out().print(table)


def show(event: "EventRow") -> None:
    """One event; of its payload only which fields it has."""
    facts = _facts(event)
    width = max(map(len, facts))
    for name, value in facts.items():
        console.out().print(f"{name:<{width}}  {plain(value)}")


def document(event: "EventRow") -> dict[str, Any]:
    """The JSON form of an event without its payload; instants in ISO 8601, UTC."""
    return {
        "event_id": event.id,
        "name": event.name,
        "status": event.status,
        "environment": event.environment,
        "workflow": event.workflow,
        "run_id": event.run_id,
        "source": event.source,
        "parent_id": event.parent_id,
        "priority": PRIORITIES[event.priority],
        "attempt": event.attempt,
        "failures": event.failures,
        "generation": event.generation,
        "ts": event.ts.isoformat(),
        "due_at": event.due_at.isoformat(),
        "accepted_at": event.accepted_at.isoformat(),
        "updated_at": event.updated_at.isoformat(),
        "fields": sorted(event.data) if event.data is not None else None,
        "error": event.error,
    }


def _facts(event: "EventRow") -> dict[str, str]:
    shown = {name: value for name, value in document(event).items() if value not in (None, [])}
    fields = shown.pop("fields", None)
    return {name: str(value) for name, value in shown.items()} | (
        {"fields": ", ".join(fields)} if fields else {}
    )


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
