"""The dashboard as a process: what it is given, where it listens and how it ends."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fisioflow_cli.clock import Clock
from fisioflow_cli.dashboard.app import build
from fisioflow_cli.dashboard.opening import facts_of, keyring_of, open_ledger
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.signals import heeded
from fisioflow_cli.errors import UsageError
from fisioflow_cli.listener.keys import is_loopback
from fisioflow_cli.listener.serve import attend, bound_to, serving, url_of

if TYPE_CHECKING:
    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.dashboard.keyring import Keyring
    from fisioflow_cli.errors import ExitCode
    from fisioflow_cli.settings import Settings

Say = Callable[[str], None]


def serve(
    settings: "Settings",
    say: Say,
    *,
    host: str,
    port: int,
    names: Sequence[str],
    allow_actions: bool,
) -> "ExitCode":
    """Serve the dashboard until a signal comes: its exit code.

    `names`: what browsers may call this machine, beside localhost. UsageError if other machines could
    reach `host` and there is none, LedgerMissing where nothing has ever run; both before anything
    listens.
    """
    if not is_loopback(host) and not names:
        raise UsageError(
            f"Other machines could reach {host}: name what browsers will call it with --allow-host, or "
            "keep it on 127.0.0.1 and come through an SSH tunnel."
        )
    keyring = keyring_of(settings)
    control = Control(clock=Clock())
    with heeded(control), open_ledger(settings) as ledger, bound_to(host, port) as bound:
        facts = facts_of(
            settings, ledger, say, keyring=keyring, names=names, allow_actions=allow_actions
        )
        with serving(build(facts), bound) as thread, ending(facts):
            say(welcome(url_of(bound), settings, keyring))
            return attend(thread, control)


@contextmanager
def ending(facts: "Facts") -> Iterator[None]:
    """At the end all that is live ends, so that the server need not wait for it."""
    try:
        yield
    finally:
        facts.stopping.set()


def welcome(url: str, settings: "Settings", keyring: "Keyring") -> str:
    """Where to go: with the token if it is a new one; one that was set is written nowhere."""
    if settings.dashboard_token is not None:
        return f"Dashboard on {url}/ (sign in with FISIOFLOW_DASHBOARD_TOKEN)"
    return f"Dashboard on {url}/?token={keyring.token}"
