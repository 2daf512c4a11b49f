"""Which runs are meant, as a list of them is asked for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.ledger.filters import Filter, Listing
from fisioflow_cli.ledger.run_rows import RunRow, columns, row_of
from fisioflow_cli.ledger.tables import RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement

    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class RunFilter(Filter[RunRow]):
    """Which runs of the ledger's environment are meant; None: whichever."""

    workflow: str | None = None
    """A workflow's id."""
    status: RunStatus | None = None
    slot: str | None = None
    scope: str | None = None
    workflows: tuple[str, ...] = ()
    """Any of these workflows; given all there are, a slot is found without looking through the runs."""

    def listing(self, ledger: "Ledger") -> Listing[RunRow]:
        """The runs by the time at which they were opened."""
        runs = ledger.tables.runs
        return Listing(table=runs, columns=columns(ledger), at=runs.c.created_at, row=row_of)

    @property
    def equal(self) -> tuple[str, ...]:
        """What they are for, and how they stand."""
        return ("workflow", "status", "slot", "scope")

    @property
    def unindexed(self) -> tuple[str, ...]:
        """A slot is found by the workflows that may have it."""
        return ("scope",) if self.workflow or self.workflows else ("scope", "slot")

    def where(self, ledger: "Ledger") -> "Iterator[ColumnElement[bool]]":
        """One of `workflows`."""
        if self.workflows:
            yield ledger.tables.runs.c.workflow.in_(self.workflows)
