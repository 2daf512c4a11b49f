"""What a person may do from the dashboard: the remedies of the commands, one by one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fisioflow_cli.context.delivery_history import DeliveryHistory
from fisioflow_cli.context.event_history import EventHistory
from fisioflow_cli.context.history import History
from fisioflow_cli.context.run_care import is_of_event, open_run_care
from fisioflow_cli.dashboard import retrial
from fisioflow_cli.dashboard.views import delivery, event, run
from fisioflow_cli.errors import NotThere
from fisioflow_cli.log import event_key

if TYPE_CHECKING:
    from fisioflow_cli.context.context import Context
    from fisioflow_cli.dashboard.facts import Facts

Form = Mapping[str, str]
CANCELLED = "cancelled"
EVERYBODY = "all"
"""The scope of the runs that a scheduled start takes up."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """What was done, and where it is to be seen."""

    path: str
    did: str
    """A key of DID."""
    line: str
    """The same for the log."""


DID: Mapping[str, str] = MappingProxyType(
    {
        "cancelled": "The run is cancelled.",
        "cancelling": "The run ends after the step in hand.",
        "retrying": "Another attempt is being started; how it goes is told below.",
        "due": "The event waits for the next dispatch.",
        "discarded": "The event is discarded.",
        "believed": "The message counts as sent.",
        "resend": "A later start sends the message once more.",
        "resend_by_retry": "Try this run again to send the message: a start for everybody does not.",
        "sent": "The event is accepted; the next dispatch works on it.",
        "known": "This event was known already; it does not run again.",
    }
)
"""What a page says after a remedy."""


def cancel_run(facts: "Facts", form: Form) -> Done:
    """End a run: at once, or after the step in hand if somebody works on it."""
    found = run.find(facts, form.get("id", ""))
    with open_run_care(_context(facts)) as care:
        ended = care.cancel(found)
    did = "cancelled" if ended.status == CANCELLED else "cancelling"
    return Done(path=f"/runs/{found.id}", did=did, line=f"cancel of run {found.id}")


def retry_run(facts: "Facts", form: Form) -> Done:
    """Try a run again: of an event by the next dispatch, of a schedule in a process of its own."""
    found = run.find(facts, form.get("id", ""))
    line = f"retry of run {found.id}"
    if is_of_event(found):
        with open_run_care(_context(facts)) as care:
            again = care.retry_event(found)
        return Done(path=event_path(again.id), did="due", line=line)
    retrial.begin(facts, found)
    return Done(path=f"/runs/{found.id}", did="retrying", line=line)


def retry_event(facts: "Facts", form: Form) -> Done:
    """Let a dead event, or one that waits for its time, be due now."""
    found = event.find(facts, form.get("id", ""))
    EventHistory(history=_history(facts)).retry(found, now=True)
    return Done(path=event_path(found.id), did="due", line=f"retry of {_event(found.id)}")


def discard_event(facts: "Facts", form: Form) -> Done:
    """Give up a waiting or dead event for good."""
    found = event.find(facts, form.get("id", ""))
    EventHistory(history=_history(facts)).discard(found)
    return Done(path=event_path(found.id), did="discarded", line=f"discard of {_event(found.id)}")


def believe(facts: "Facts", form: Form) -> Done:
    """Record that a message in doubt did leave."""
    found = delivery.find(facts, form.get("id", ""))
    provider_id = form.get("provider_id", "").strip() or None
    DeliveryHistory(history=_history(facts)).believe(found, provider_id)
    line = f"message {event_key(found.message_key)} resolved as sent"
    return Done(path=f"/deliveries/{found.id}", did="believed", line=line)


def resend(facts: "Facts", form: Form) -> Done:
    """Let a later start send a message in doubt once more; SlotTooOld if that would be too late."""
    found = delivery.find(facts, form.get("id", ""))
    heir = DeliveryHistory(history=_history(facts)).resend(found, allow_late=False)
    line = f"message {event_key(found.message_key)} resolved to be sent once more"
    if heir.scope != EVERYBODY:
        return Done(path=f"/runs/{heir.id}", did="resend_by_retry", line=line)
    return Done(path=f"/deliveries/{found.id}", did="resend", line=line)


REMEDIES: "Mapping[str, Callable[[Facts, Form], Done]]" = MappingProxyType(
    {
        "/runs/cancel": cancel_run,
        "/runs/retry": retry_run,
        "/event/retry": retry_event,
        "/event/discard": discard_event,
        "/deliveries/believe": believe,
        "/deliveries/resend": resend,
    }
)
"""By the address that a form is sent to."""


def event_path(event_id: str) -> str:
    """The address of an event's page."""
    return f"/event?{urlencode({'id': event_id})}"


def _event(event_id: str) -> str:
    """An event as a log may name it: whoever chose its id may have put a name in it."""
    return event_key(f"event/{event_id}")


def _history(facts: "Facts") -> History:
    return History(ledger=facts.ledger, zone=facts.zone)


def _context(facts: "Facts") -> "Context":
    if facts.context is None:
        raise NotThere("This dashboard cannot change runs.")
    return facts.context
