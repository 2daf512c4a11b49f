"""A ledger with something of everything in it, hostile texts included."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert

from fisioflow_cli.ledger.ledger import Ledger

NOON = datetime(2026, 11, 23, 15, tzinfo=UTC)
"""A Monday, twelve o'clock in São Paulo."""
LATER = NOON + timedelta(seconds=1)
HOSTILE = "<script>document.title='1'</script><img src=x onerror=\"document.title='1'\">"
PERSON = "Ana Beatriz Souza"
ADDRESS = "ana.souza@example.com"
SECRET_TEXT = f"Oi, {PERSON}! {HOSTILE}"
BIRTHDAYS = "fisioflow-birthday-messages"
EMAIL = "fisioflow-send-email"


def run_id(number: int) -> str:
    """The id of the scene's run of this number."""
    return f"00000000-0000-4000-8000-{number:012}"


def delivery_id(number: int) -> str:
    """The id of the scene's delivery of this number."""
    return f"11111111-0000-4000-8000-{number:012}"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Writes rows as the engine leaves them."""

    ledger: Ledger

    def run(self, number: int, **facts: Any) -> str:
        """A completed run of yesterday's birthdays, unless `facts` differ; its id."""
        began = NOON - timedelta(minutes=number)
        usual = {
            "id": run_id(number),
            "environment": self.ledger.environment,
            "workflow": BIRTHDAYS,
            "slot": f"2026-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}",
            "scope": "all",
            "generation": 1,
            "status": "completed",
            "attempt": 1,
            "as_of": began,
            "created_at": began,
            "started_at": began,
            "finished_at": began + timedelta(seconds=2),
            "result": {"candidates": 2, "sent": 1, "skipped": {"opted_out": 1}},
        }
        self.insert(self.ledger.tables.runs, {**usual, **facts})
        return str({**usual, **facts}["id"])

    def step(self, run: str, name: str, **facts: Any) -> None:
        """A completed step of a second."""
        usual = {
            "run_id": run,
            "name": name,
            "status": "completed",
            "attempt": 1,
            "tries": 1,
            "started_at": NOON,
            "finished_at": NOON + timedelta(seconds=1),
            "result": {"items": 2},
        }
        self.insert(self.ledger.tables.steps, {**usual, **facts})

    def event(self, event_id: str, **facts: Any) -> str:
        """A completed e-mail to a person; its id."""
        usual = {
            "environment": self.ledger.environment,
            "id": event_id,
            "name": "email/send",
            "data": {"to": ADDRESS, "subject": f"Olá, {PERSON}", "text": SECRET_TEXT},
            "digest": "0" * 64,
            "ts": NOON,
            "source": "emit",
            "workflow": EMAIL,
            "priority": 2,
            "status": "completed",
            "due_at": NOON,
            "attempt": 1,
            "failures": 0,
            "generation": 1,
            "accepted_at": NOON,
            "updated_at": NOON,
        }
        self.insert(self.ledger.tables.events, {**usual, **facts})
        return event_id

    def delivery(self, number: int, run: str, **facts: Any) -> str:
        """An e-mail that was sent; its id."""
        usual = {
            "id": delivery_id(number),
            "environment": self.ledger.environment,
            "message_key": f"birthday/p-{number}/2026",
            "run_id": run,
            "organization_id": "o-1",
            "recipient_id": f"p-{number}",
            "recipient": "a•••@example.com",
            "channel": "email",
            "state": "sent",
            "claim": 1,
            "tries": 1,
            "provider": "resend",
            "provider_key": f"{number:064}",
            "provider_id": "re_1",
            "payload": json.dumps(
                {"to": [ADDRESS], "subject": f"Feliz aniversário, {PERSON}!", "html": SECRET_TEXT}
            ),
            "created_at": NOON - timedelta(minutes=number),
            "first_attempt_at": NOON,
            "updated_at": NOON,
        }
        self.insert(self.ledger.tables.deliveries, {**usual, **facts})
        return str({**usual, **facts}["id"])

    def insert(self, table: Table, row: Mapping[str, Any]) -> None:
        """One row."""
        with self.ledger.writing() as connection:
            connection.execute(insert(table).values(**row))

    def play(self) -> None:
        """Something of everything."""
        self.run(1)
        self.step(run_id(1), "greet/1")
        self.run(2, status="failed", error=f"It failed: {HOSTILE}", finished_at=NOON)
        self.step(run_id(2), HOSTILE, status="failed", error=HOSTILE, tries=3)
        self.run(
            3,
            workflow=EMAIL,
            slot="event-1",
            status="running",
            finished_at=None,
            owner={"host": "clinic-1", "pid": 4711},
            lease_until=NOON + timedelta(minutes=1),
        )
        self.run(4, environment="preview:other", slot="elsewhere")
        self.event("event-1", status="running")
        self.event("event-2", status="dead", error=f"http_422 {HOSTILE}")
        self.event(HOSTILE, name=HOSTILE, status="ignored", workflow=None, data={HOSTILE: HOSTILE})
        self.event("event-4", status="waiting", due_at=NOON + timedelta(hours=1))
        self.delivery(1, run_id(1))
        self.delivery(2, run_id(1), state="skipped", reason="opted_out", payload=None)
        self.delivery(3, run_id(2), state="in_doubt", reason="timeout", channel="whatsapp")
        self.delivery(4, run_id(2), state="failed", reason=HOSTILE, message_key=f"event/{HOSTILE}")
