"""A keyset page of items: each is done by itself, and one bad item harms no other."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from fisioflow_cli import log
from fisioflow_cli.engine import retry
from fisioflow_cli.errors import FisioFlowError

if TYPE_CHECKING:
    from fisioflow_cli.engine.run import Run, Seen

PARKED_SAMPLE = 20


class Identified(Protocol):
    """A row that keyset pages go by."""

    @property
    def id(self) -> str:
        """Its place in the order."""


Row = TypeVar("Row", bound=Identified)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of the step `step` of a run."""

    run: "Run"
    step: str
    rows: Sequence[Identified]

    def work(self, do: "Callable[[Any], Seen]") -> dict[str, Any]:
        """What the page came to, as its step records it."""
        labels: Counter[str] = Counter()
        parked: list[str] = []
        waiting = 0
        for number, row in enumerate(self.rows, start=1):
            self.run.check()
            try:
                seen = retry.call(partial(do, row), retry.DATABASE, self.run.control).value
            except FisioFlowError:
                raise
            except Exception as error:  # noqa: BLE001  # one bad row must not stop the others
                kind = type(error).__name__
                log.tell("item.parked", level=log.ERROR, step=self.step, item=row.id, error=kind)
                labels["parked"] += 1
                parked.append(f"{row.id} {kind}")
                continue
            self.run.watch(self.step, number)
            waiting += seen.waiting
            labels.update(seen.labels)
        return {
            "items": len(self.rows),
            "waiting": waiting,
            "labels": dict(labels),
            "parked": parked[:PARKED_SAMPLE],
        }
