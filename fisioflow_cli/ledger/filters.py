"""What a list is asked for: which rows of one table are meant."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Column, ColumnElement, RowMapping, Table

    from fisioflow_cli.ledger.ledger import Ledger

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class Listing(Generic[Row]):
    """How the rows of one table are listed."""

    table: "Table"
    """It has an environment and an id."""
    columns: "Sequence[ColumnElement[Any]]"
    at: "Column[Any]"
    """The instant that the list is sorted by; the id tells rows of the same instant apart."""
    row: "Callable[[RowMapping], Row]"


@dataclass(frozen=True, kw_only=True)
class Filter(ABC, Generic[Row]):
    """Which rows of the ledger's environment are meant; None: whichever."""

    since: datetime | None = None
    """Opened or accepted at this instant or later."""
    until: datetime | None = None
    """Opened or accepted before this instant."""

    @abstractmethod
    def listing(self, ledger: "Ledger") -> Listing[Row]:
        """The rows that it chooses among."""

    @property
    @abstractmethod
    def equal(self) -> tuple[str, ...]:
        """What of it has the name of a column, and means the rows with that value."""

    @property
    def unindexed(self) -> tuple[str, ...]:
        """What of `equal` no index finds."""
        return ()

    def where(self, ledger: "Ledger") -> "Iterator[ColumnElement[bool]]":
        """What it means beyond its instants and `equal`."""
        return iter(())

    def values(self, names: tuple[str, ...]) -> dict[str, object]:
        """Those of these that it has a value for."""
        return {name: value for name in names if (value := getattr(self, name)) is not None}
