"""What a dashboard is given: the ledger and the facts of one process's settings."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.clock import Clock
from fisioflow_cli.context.channels import outbox_folder
from fisioflow_cli.context.context import Context
from fisioflow_cli.context.databases import open_databases
from fisioflow_cli.dashboard.facts import Facts, silent
from fisioflow_cli.dashboard.keyring import SHORTEST_TOKEN, Keyring, new_token
from fisioflow_cli.errors import InvalidSetting, LedgerMissing

if TYPE_CHECKING:
    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.settings import Settings

Say = Callable[[str], None]


@contextmanager
def open_ledger(settings: "Settings") -> "Iterator[Ledger]":
    """The ledger of these settings, closed at the end; LedgerMissing where nothing has ever run."""
    databases = open_databases(settings, Clock())
    try:
        if not databases.inspect():
            raise LedgerMissing
        yield databases.ledger
    finally:
        databases.close()


def facts_of(
    settings: "Settings",
    ledger: "Ledger",
    say: Say = silent,
    *,
    keyring: Keyring | None = None,
    names: Sequence[str] = (),
    allow_actions: bool = False,
) -> Facts:
    """What a dashboard of these settings depends on; a new token unless `keyring` has one."""
    return Facts(
        ledger=ledger,
        zone=ZoneInfo(settings.timezone),
        keyring=keyring or Keyring(new_token()),
        outbox=None if settings.production else outbox_folder(settings),
        hosts=frozenset(name.strip().lower() for name in names),
        allow_actions=allow_actions,
        context=Context(settings=settings) if allow_actions else None,
        say=say,
    )


def keyring_of(settings: "Settings") -> Keyring:
    """The keyring of FISIOFLOW_DASHBOARD_TOKEN, or of a new token; InvalidSetting if it is too short."""
    secret = settings.dashboard_token
    if secret is None:
        return Keyring(new_token())
    token = secret.get_secret_value()
    if len(token) < SHORTEST_TOKEN:
        raise InvalidSetting(
            f"FISIOFLOW_DASHBOARD_TOKEN has fewer than {SHORTEST_TOKEN} characters; take a longer one, "
            "or unset it for a new one at each start."
        )
    return Keyring(token)
