"""The pages there are: each with its address and the view that it shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.dashboard import sending
from fisioflow_cli.dashboard.views import (
    calendar,
    charts,
    deliveries,
    delivery,
    dispatch,
    event,
    events,
    outbox,
    overview,
    run,
    runs,
)

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.view import View, Wishes

Look = Callable[["Facts", "Wishes"], "View"]


@dataclass(frozen=True, kw_only=True)
class Place:
    """One page."""

    path: str
    look: Look


_PAGES = (
    Place(path="/", look=overview.look),
    Place(path="/runs", look=runs.look),
    Place(path="/runs/{id}", look=run.look),
    Place(path="/events", look=events.look),
    Place(path="/event", look=event.look),
    Place(path="/deliveries", look=deliveries.look),
    Place(path="/deliveries/{id}", look=delivery.look),
    Place(path="/calendar", look=calendar.look),
    Place(path="/charts", look=charts.look),
    Place(path="/dispatch", look=dispatch.look),
    Place(path="/outbox", look=outbox.look),
)

_NAVIGATION = (
    ("/", "Overview"),
    ("/runs", "Runs"),
    ("/events", "Events"),
    ("/deliveries", "Deliveries"),
    ("/calendar", "Calendar"),
    ("/charts", "Charts"),
    ("/dispatch", "Dispatch"),
    ("/outbox", "Outbox"),
)

_SEND = Place(path="/send", look=sending.look)


def places(facts: "Facts") -> tuple[Place, ...]:
    """The pages of this dashboard: a form for test events only where one may send some."""
    return (*_PAGES, _SEND) if _may_send(facts) else _PAGES


def navigation(facts: "Facts") -> tuple[tuple[str, str], ...]:
    """Address and name of what one may go to from every page."""
    return (*_NAVIGATION, (_SEND.path, "Send a test")) if _may_send(facts) else _NAVIGATION


def _may_send(facts: "Facts") -> bool:
    return facts.allow_actions and not facts.production
