"""Local work in one process: events are received, worked on and looked at, as `inngest dev` had it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.context.channels import outbox_folder
from fisioflow_cli.context.context import Context, unwatched
from fisioflow_cli.context.demonstration import Demonstration
from fisioflow_cli.context.dispatching import Audience, Wishes, dispatch
from fisioflow_cli.context.inbox import open_inbox
from fisioflow_cli.dashboard.app import build as build_dashboard
from fisioflow_cli.dashboard.opening import facts_of, keyring_of
from fisioflow_cli.dashboard.serve import ending, welcome
from fisioflow_cli.errors import UsageError
from fisioflow_cli.listener.app import build as build_listener
from fisioflow_cli.listener.keys import Keys
from fisioflow_cli.listener.serve import bound_to, serving, shared, url_of

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import ASGIApp, Receive, Scope, Send

    from fisioflow_cli.context.dispatching import Outcome
    from fisioflow_cli.dashboard.keyring import Keyring
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.settings import Settings

Say = Callable[[str], None]

HOST = "127.0.0.1"
# what an Inngest client asks of its dev server; a dashboard would answer with a page
OF_CLIENTS = ("/e/", "/fn/")
OF_CLIENTS_WHOLE = frozenset({"/dev", "/health"})


@dataclass(frozen=True, kw_only=True)
class Served:
    """What is where, once it is served."""

    url: str
    welcome: str
    """Where the dashboard is, and how one gets in."""
    environment: str
    database: str
    outbox: "Path | None"


@dataclass(frozen=True)
class Together:
    """One application of two: what Inngest's clients ask goes to the listener, all else to the dashboard."""

    listener: "ASGIApp"
    dashboard: "ASGIApp"

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass the request on."""
        path = scope.get("path", "")
        is_client = path.startswith(OF_CLIENTS) or path in OF_CLIENTS_WHOLE
        await (self.listener if is_client else self.dashboard)(scope, receive, send)


def develop(
    settings: "Settings",
    audience: Audience,
    say: Say,
    ready: Callable[[Served], None],
    *,
    port: int,
    demo: bool,
) -> "Outcome":
    """Receive, work and show until a signal comes; what was in hand is finished then.

    UsageError in production, FisioFlowError if the port is taken, both before anything is created.
    `demo`: with the demo clinic in it. Any event key will do: only this machine can reach it.
    """
    if settings.production:
        raise UsageError(
            "This is production, and `fisioflow dev` is for local work; unset FISIOFLOW_ENV, and "
            "DATABASE_URL too."
        )
    keyring = keyring_of(settings)
    with bound_to(HOST, port) as bound:
        if demo:
            Demonstration.of(settings, watch=unwatched).build(fresh=False)
        with open_inbox(settings) as inbox, shared(inbox) as shared_inbox:
            facts = facts_of(settings, inbox.ledger, say, keyring=keyring, allow_actions=True)
            listener = build_listener(shared_inbox, Keys(accepted=()), say, audience.offered)
            both = Together(listener, build_dashboard(facts))
            with serving(both, bound), ending(facts):
                ready(_served(settings, inbox.ledger, url_of(bound), keyring))
                return dispatch(Context(settings=settings), Wishes(follow=True), audience)


def _served(settings: "Settings", ledger: "Ledger", url: str, keyring: "Keyring") -> Served:
    place = ledger.engine.url
    return Served(
        url=url,
        welcome=welcome(url, settings, keyring),
        environment=settings.environment,
        database=f"{place.get_backend_name()} {place.database}",
        outbox=outbox_folder(settings),
    )
