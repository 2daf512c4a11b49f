"""What the dashboard is told when it is built; all else it reads from the ledger."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.dashboard.keyring import Keyring
from fisioflow_cli.dashboard.trials import Trials

if TYPE_CHECKING:
    from datetime import datetime

    from fisioflow_cli.context.context import Context
    from fisioflow_cli.ledger.ledger import Ledger


def silent(line: str) -> None:
    """Tell nobody."""
    del line


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything that one dashboard depends on."""

    ledger: "Ledger"
    zone: ZoneInfo
    """FISIOFLOW_TIMEZONE: all times are shown in it."""
    keyring: Keyring
    outbox: Path | None = None
    """The folder of messages that did not leave; None: there is none to show."""
    hosts: frozenset[str] = frozenset()
    """Names that a browser may call this machine by, beside those that can only mean itself."""
    allow_actions: bool = False
    """Whether one may also change something; otherwise there is no route that could."""
    context: "Context | None" = None
    """What actions on runs work with; None: there are none."""
    trials: Trials = field(default_factory=Trials)
    """The attempts that were begun from its pages."""
    say: Callable[[str], None] = silent
    """Told of every action, and of every defect."""
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set by whoever ends the server: all that is live ends within a second."""

    @property
    def production(self) -> bool:
        """Whether this is the ledger of what was really sent."""
        return self.ledger.environment == "production"

    def now(self) -> "datetime":
        """The present instant in `zone`."""
        return self.ledger.clock.now().astimezone(self.zone)
