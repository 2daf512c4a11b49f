"""What a workflow declares: everything that commands, schedules and documents derive from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.engine.slots import SlotRule

S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a run has come to, over all its attempts, as computed from the ledger."""

    data: Mapping[str, Any]
    """The `result` of `--json`: ids and figures, never people."""
    troubled: int = 0
    """Items that failed for good or are in doubt: the run is partial."""
    pending: int = 0
    """Items that a later start does: the run is not settled."""


@dataclass(frozen=True, kw_only=True)
class Workflow(Generic[S]):
    """A unit of background work with a stable id; `S` is what its body needs besides the run."""

    id: str
    command: str
    summary: str
    rule: "SlotRule"
    at: time
    """When in its slot it is scheduled: wall-clock time in FISIOFLOW_TIMEZONE."""
    cron: str
    """The same, as five cron fields."""
    maximum_age: timedelta | None
    """How late a slot may still be done, from its first day to today; None: only the present slot."""
    deadline: timedelta
    """How long a run may take unless --max-duration says otherwise."""
    needs: tuple[str, ...]
    """The channels that must be configured in production."""
    body: "Callable[[Run, S], None]"
    """Does the work, step by step."""
    summarise: "Callable[[Run, S], Result]"
    """Tells what the run has come to; also called when the body was stopped early."""
    concerning: "Callable[[Run, S, str], str | None] | None" = None
    """Rehearses what concerns one patient alone; why that is nothing. None: it writes to no patients."""
