"""A request's events, made durable: all of them or none."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from fisioflow_cli.intake.offer import as_new, new_id
from fisioflow_cli.ledger.events import NewEvent, Offered, Verdict, accept_in
from fisioflow_cli.listener.parse import placed

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fisioflow_cli.catalogue.event import Event
    from fisioflow_cli.context.inbox import Inbox


def accept(inbox: "Inbox", events: "Sequence[Event]") -> list[Offered]:
    """What became of each, in order, once they are durable. Those known already are acknowledged.

    BadEvent for one that does not fit, HTTPException (409) for an id that stands for another
    event; nothing is accepted then, so that a request can be mended and sent again as a whole.
    """
    ledger = inbox.ledger
    new = [_checked(inbox, event, place, len(events)) for place, event in enumerate(events, 1)]

    def do(connection: "Connection") -> list[Offered]:
        offered = accept_in(ledger, connection, new)
        _refuse_conflicts(offered)
        return offered

    return ledger.write(do)


def _checked(inbox: "Inbox", event: "Event", place: int, count: int) -> NewEvent:
    with placed(place, count):
        return as_new(event, source="listen", event_id=new_id(inbox.ledger.clock))


def _refuse_conflicts(offered: Sequence[Offered]) -> None:
    taken = [each.event.id for each in offered if each.verdict is Verdict.CONFLICT]
    if taken:
        more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        raise HTTPException(
            409,
            f"The id {taken[0]!r}{more} stands for an event with another name or other data; nothing "
            "of this request was accepted.",
        )
