"""Showing events: tables for people, documents for programs; never what a payload says."""

import json
from typing import TYPE_CHECKING, Any

from fisioflow_cli import console
from fisioflow_cli.catalogue.masked import masked
from fisioflow_cli.commands.columns import Row, print_rows
from fisioflow_cli.commands.facts import minute_of, print_facts
from fisioflow_cli.commands.show_page import Listed
from fisioflow_cli.console import plain
from fisioflow_cli.delivery.reasons import ENDED, remark
from fisioflow_cli.ledger.tables import EventStatus
from fisioflow_cli.workflows.names import workflow_name

if TYPE_CHECKING:
    from fisioflow_cli.ledger.events import EventRow

UNHANDLED = "nobody handles this name"
PRIORITIES = ("critical", "high", "normal", "low")


def show_list(events: "list[EventRow]") -> None:
    """One line per event, newest first; times in UTC."""
    if not events:
        console.err().print("No such events.")
        return
    rows = [
        Row(
            cells=(plain(e.id), plain(e.name), e.status, minute_of(e.accepted_at)),
            remark=plain(_remark(e)),
        )
        for e in events
    ]
    print_rows(("event", "name", "status", "accepted (UTC)"), rows, remark="remark")


def _remark(event: "EventRow") -> str:
    """How often it was tried, when it is due if it waits, and what went wrong."""
    tried = f"{event.attempt} tries" if event.attempt > 1 else ""
    due = f"due {minute_of(event.due_at)}" if event.status == "waiting" else ""
    said = remark(event.error) or _meaning(event)
    return ": ".join(filter(None, (", ".join(filter(None, (tried, due))), said)))


def _meaning(event: "EventRow") -> str | None:
    """What a status without a sentence means, where somebody would ask."""
    if event.status is EventStatus.IGNORED:
        return UNHANDLED
    return ENDED.get(event.error or "")


def show(event: "EventRow", *, payload: bool = False) -> None:
    """One event; of its payload only which fields it has, with `payload` of which kinds they are."""
    facts = document(event)
    fields = facts.pop("fields")  # below all others, since they may be many
    workflow = event.workflow and workflow_name(event.workflow)
    print_facts(facts | {"workflow": workflow, "fields": fields})
    if payload:
        told = "pruned" if event.data is None else masked(event.data)
        for line in json.dumps(told, ensure_ascii=False, indent=2).splitlines():
            indented = len(line) - len(line.lstrip())
            console.out().print(" " * indented + plain(line.lstrip()), soft_wrap=True)


def document(event: "EventRow", *, payload: bool = False) -> dict[str, Any]:
    """The JSON form of an event; of its payload at most the shape; instants in ISO 8601, UTC."""
    shape = {"payload": masked(event.data) if event.data is not None else None} if payload else {}
    return shape | {
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
        "meaning": _meaning(event),
    }


LISTED = Listed(name="events", document=document, table=show_list)
