"""A remedy for one row of the ledger or many: which, whether it is confirmed, and what came of it."""

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

import typer

from fisioflow_cli import console
from fisioflow_cli.commands.confirm import SIGNALLED, code_of, confirm, to_each
from fisioflow_cli.commands.show_page import Listed
from fisioflow_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager


class Identified(Protocol):
    """A row of the ledger."""

    @property
    def id(self) -> str:
        """What a person names it by."""


class Finder(Protocol):
    """A ledger opened to care for its rows."""

    def find(self, prefix: str) -> Any:
        """The row whose id begins so."""


Care = TypeVar("Care", bound=Finder)
Row = TypeVar("Row", bound=Identified)
Wanted = TypeVar("Wanted")
Outcome = TypeVar("Outcome")


@dataclass(kw_only=True)
class Remedy(ABC, Generic[Care, Wanted, Row, Outcome]):
    """A remedy as a command offers it."""

    listed: ClassVar[Listed[Any]]
    """How such rows are listed."""
    what: ClassVar[str]
    """`events are to be discarded`."""
    which: ClassVar[str]
    """What is asked of who names none, or one and says which others."""
    dry_run: bool
    yes: bool
    as_json: bool
    codes: set[ExitCode] = field(default_factory=set)
    """Of all that came of it."""

    def one_or_many(self, prefix: str | None, wanted: Wanted) -> ExitCode:
        """Apply it to the row named, or to all that are meant; the exit code."""
        if (prefix is None) == (wanted == type(wanted)()):
            raise UsageError(self.which)
        with self.opened() as care:
            if self.dry_run:
                chosen = self._chosen(care, prefix, wanted)
                self.listed.show_all(chosen, as_json=self.as_json)
            elif prefix is None:
                self._many(care, wanted)
            else:
                self.tell(self.apply(care, care.find(prefix)))
        return code_of(self.codes)

    @abstractmethod
    def opened(self) -> "AbstractContextManager[Care]":
        """The ledger, opened to care for its rows."""

    @abstractmethod
    def meant(self, care: Care, wanted: Wanted) -> "Iterator[Row]":
        """The rows it would change."""

    @abstractmethod
    def check(self, care: Care, row: Row) -> None:
        """UsageError if it cannot be applied to this one."""

    @abstractmethod
    def apply(self, care: Care, row: Row) -> Outcome:
        """Apply it to one; UsageError if that cannot be."""

    @abstractmethod
    def document(self, outcome: Outcome) -> dict[str, Any]:
        """What came of one, for programs."""

    @abstractmethod
    def line(self, outcome: Outcome) -> str:
        """What came of one, in a line."""

    @property
    def stopped(self) -> bool:
        """Whether a signal has ended it, so that the others are left alone."""
        return not self.codes.isdisjoint(SIGNALLED)

    def tell(self, outcome: Outcome) -> None:
        """What came of one alone."""
        if self.as_json:
            typer.echo(json.dumps(self.document(outcome)))
        else:
            self.show(outcome)

    def show(self, outcome: Outcome) -> None:
        """The same for people."""
        console.out().print(self.line(outcome))

    def _many(self, care: Care, wanted: Wanted) -> None:
        # these and no others: what one of them becomes, or what comes meanwhile, was not confirmed
        ids = [row.id for row in self.meant(care, wanted)]
        if ids:
            confirm(len(ids), self.what, yes=self.yes)
        tally = to_each(
            ids, str, lambda each: self.apply(care, care.find(each)), stopped=lambda: self.stopped
        )
        self.codes |= tally.codes
        if self.as_json:
            documents = [self.document(outcome) for outcome in tally.done]
            typer.echo(json.dumps({self.listed.name: documents, "left": tally.left}))
            return
        for outcome in tally.done:
            console.out().print(self.line(outcome))
        tally.tell()

    def _chosen(self, care: Care, prefix: str | None, wanted: Wanted) -> list[Row]:
        """The rows that it would change; UsageError, as without --dry-run, for one that it would not."""
        if prefix is None:
            return list(self.meant(care, wanted))
        row: Row = care.find(prefix)
        self.check(care, row)
        return [row]
