"""An inbox for tests of events: what is put in, claimed and concluded on a bench."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fisioflow_cli.ledger import deliveries, events, pages
from fisioflow_cli.ledger.deliveries import DeliveryRow, Subject
from fisioflow_cli.ledger.event_filter import EventFilter
from fisioflow_cli.ledger.events import Claimed, Conclusion, EventRow, NewEvent, Offered
from fisioflow_cli.ledger.ledger import Ledger
from fisioflow_cli.ledger.tables import EventStatus, RunStatus

WORKFLOW = "fisioflow-send-email"
OWNER = {"host": "here", "pid": 1}
LEASE_SECONDS = 3600


def new(event_id: str, **facts: Any) -> NewEvent:
    """An event ready to be accepted; an e-mail to nobody in particular unless `facts` differ."""
    usual: dict[str, Any] = {
        "name": "email/send",
        "data": {"to": "ana@example.com", "subject": "Olá, Ana"},
        "ts": None,
        "source": "file",
        "workflow": WORKFLOW,
    }
    return NewEvent(id=event_id, **{**usual, **facts})


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """The events of one ledger."""

    ledger: Ledger

    def put(self, *ids: str, **facts: Any) -> list[Offered]:
        """Accept events with these ids."""
        return events.accept(self.ledger, [new(event_id, **facts) for event_id in ids])

    def claim(
        self, most: int = 64, *, owner: Any = None, seconds: int = LEASE_SECONDS
    ) -> list[Claimed]:
        return events.claim(self.ledger, owner or OWNER, seconds, most=most)

    def one(self) -> Claimed:
        """The one event that is due, claimed."""
        (claimed,) = self.claim()
        return claimed

    def end(self, claimed: Claimed, status: EventStatus, **facts: Any) -> EventRow:
        run_status = {
            EventStatus.COMPLETED: RunStatus.COMPLETED,
            EventStatus.DEAD: RunStatus.FAILED,
            EventStatus.WAITING: RunStatus.TIMED_OUT,
        }[status]
        conclusion = Conclusion(status=status, run_status=run_status, **facts)
        return events.conclude(self.ledger, claimed, conclusion)

    def get(self, event_id: str) -> EventRow:
        found = events.get(self.ledger, event_id)
        assert found is not None
        return found

    def statuses(self) -> dict[str, str]:
        """The status of each event."""
        page = pages.page(self.ledger, EventFilter(), most=1000)
        return {row.id: str(row.status) for row in page.rows}

    def message(self, claimed: Claimed, key: str, state: str, **values: Any) -> DeliveryRow:
        """A delivery of the event's run in this state."""
        subject = Subject(
            message_key=key,
            provider_key=str(uuid.uuid4()),
            organization_id=None,
            recipient_id=None,
        )
        row = deliveries.write(
            self.ledger, claimed.lease, subject, None, {"state": state, **values}
        )
        assert row is not None
        return row

    def messages(self) -> dict[str, tuple[str, str | None]]:
        """State and reason of each delivery, by key."""
        d = self.ledger.tables.deliveries
        with self.ledger.reading() as connection:
            rows = connection.execute(d.select()).mappings().all()
        return {row["message_key"]: (row["state"], row["reason"]) for row in rows}


def ids(found: Sequence[Claimed]) -> list[str]:
    """Which events were claimed, in order."""
    return [claimed.event.id for claimed in found]


def later(moment: datetime, **by: float) -> datetime:
    """An instant so much later."""
    return moment + timedelta(**by)
