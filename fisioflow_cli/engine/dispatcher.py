"""The dispatcher: claims due events, works on them in threads, records how each attempt ended."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from fisioflow_cli.engine.event_worker import EventWorker
from fisioflow_cli.engine.leases import Leases
from fisioflow_cli.engine.shift import Shift
from fisioflow_cli.engine.summary import Finished, Summary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from fisioflow_cli.engine.control import Control
    from fisioflow_cli.engine.handler import EventWorkflow
    from fisioflow_cli.ledger.ledger import Ledger

__all__ = ["Dispatcher", "Finished", "Limits", "Summary"]

S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one dispatch may do."""

    concurrency: int = 16
    max_attempts: int = 5
    most: int | None = None
    """How many events it works on; None: all that are due."""


@dataclass(kw_only=True)
class Dispatcher(Generic[S]):
    """Works on the due events of one ledger's environment."""

    ledger: "Ledger"
    workflows: "Sequence[EventWorkflow[S]]"
    services: S
    control: "Control"
    limits: Limits
    lease_seconds: int
    zone: "ZoneInfo"
    """FISIOFLOW_TIMEZONE: an event's slot is the local day of its `ts`."""
    finished: Callable[[Finished], None]
    """Told of each attempt that ended, one at a time, by the thread that works."""

    def work(self, feeding: Callable[[], bool]) -> Summary:
        """Work until nothing is due and `feeding()` is false, or the control says stop.

        While `feeding()` holds, the source may still bring events: an empty inbox is waited at.
        What is claimed and not begun when it ends is given back; an attempt in hand ends after its
        step. An error of `finished` ends it too and is raised.
        """
        worker = EventWorker(
            ledger=self.ledger,
            workflows={workflow.id: workflow for workflow in self.workflows},
            services=self.services,
            control=self.control,
            max_attempts=self.limits.max_attempts,
            zone=self.zone,
        )
        with (
            Leases(self.ledger, self.lease_seconds) as leases,
            ThreadPoolExecutor(self.limits.concurrency, thread_name_prefix="worker") as pool,
        ):
            return Shift(dispatcher=self, worker=worker, leases=leases, pool=pool).work(feeding)
