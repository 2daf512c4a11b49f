"""What an event-driven workflow declares: everything that dispatch and the documents derive from it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.engine.workflow import Result
    from fisioflow_cli.ledger.events import EventRow

S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class EventWorkflow(Generic[S]):
    """A unit of background work that an event starts; `S` is what its body needs besides the run."""

    id: str
    events: tuple[str, ...]
    """The names of the events that start it."""
    summary: str
    needs: tuple[str, ...]
    """The channels it cannot do without in production."""
    deadline: timedelta
    """How long one attempt may take."""
    body: "Callable[[Run, EventRow, S], None]"
    """Does the work, step by step; EventRefused if no repetition can help."""
    summarise: "Callable[[Run, S], Result]"
    """Tells what the run has come to; also called when the body was stopped early."""
