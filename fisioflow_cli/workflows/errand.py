"""What the event-driven workflows share: what their event asks for, and what its messages came to."""

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from fisioflow_cli.catalogue.payloads import Payload, fit
from fisioflow_cli.clinic import appointments
from fisioflow_cli.engine.run import Seen
from fisioflow_cli.engine.workflow import Result
from fisioflow_cli.errors import BadEvent, EventRefused
from fisioflow_cli.ledger.tables import StepStatus
from fisioflow_cli.workflows.tally import messaging_result

if TYPE_CHECKING:
    from fisioflow_cli.clinic.appointments import Appointment
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.ledger.events import EventRow
    from fisioflow_cli.workflows.services import Services

P = TypeVar("P", bound=Payload)
STEP = "send"
PATIENCE = timedelta(minutes=10)
"""How long an event may be ahead of the transaction it tells of: webhooks are fast."""
LOOK_AGAIN = timedelta(minutes=1)


def payload(event: "EventRow", kind: type[P]) -> P:
    """The event's data as what the catalogue says it is; EventRefused if it is that no longer."""
    if event.data is None:
        raise EventRefused("The event's data was pruned; send the event again under a new id.")
    try:
        return fit(kind, event.data)
    except BadEvent as error:
        raise EventRefused(error.message) from None


def early(event: "EventRow", services: "Services") -> bool:
    """Whether the event may still be ahead of the transaction that it tells of."""
    return services.clock.now() - event.ts < PATIENCE


def found_or_awaited(
    run: "Run", event: "EventRow", services: "Services", appointment_id: str
) -> "Appointment | None":
    """The appointment; None if it is waited for. EventRefused once it should have appeared."""
    seen = appointments.appointment(services.clinic, appointment_id)
    if seen is None:
        if not early(event, services):
            raise EventRefused(
                "The clinic's database has no such appointment, ten minutes after the event."
            )
        look_again(run, event, services, "The clinic's database does not have the appointment yet")
    return seen


def look_again(run: "Run", event: "EventRow", services: "Services", why: str) -> None:
    """Let the event wait for the transaction that it tells of; `why` begins the sentence about it."""
    run.waits = True
    until = f"{event.ts + PATIENCE:%Y-%m-%d %H:%M:%S} UTC"
    run.postpone(services.clock.now() + LOOK_AGAIN, f"{why}; it is looked for until {until}.")


def remember(run: "Run", *seen: Seen, step: str = STEP) -> None:
    """Record what became of messages that are another run's, which this run's tally would miss."""
    together = Seen.together(seen)
    if together.labels:
        result = {
            "items": len(seen),
            "waiting": int(together.waiting),
            "labels": dict(Counter(together.labels)),
        }
        # written over by a later attempt
        now = run.ledger.clock.now()
        run.record(f"{step}/1", now, result, status=StepStatus.WAITING)


def errand_result(run: "Run", services: "Services") -> Result:
    """What the messages of an event have come to; see DESIGN §8."""
    return messaging_result(run, services, STEP)
