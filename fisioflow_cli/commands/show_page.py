"""Lists of the ledger's rows: a table for people, or one document, and where each goes on."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import typer

from fisioflow_cli import console

if TYPE_CHECKING:
    from collections.abc import Callable

    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.pages import Page

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class Listed(Generic[Row]):
    """How rows of one kind are listed."""

    name: str
    """`runs`: what the document calls them."""
    document: "Callable[[Row], dict[str, Any]]"
    """One of them, for programs."""
    table: "Callable[[list[Row]], None]"
    """All of them, for people."""

    def show_page(self, page: "Page[Row]", ledger: "Ledger", *, as_json: bool) -> None:
        """A page: the table and on stderr whose rows these are and how to see more; or one document.

        `{NAME: [...], "next": CURSOR or null}`.
        """
        if as_json:
            self._print(page.rows, next=page.next)
            return
        self.table(page.rows)
        console.err().print(f"Environment: {console.plain(ledger.environment)}")
        tell_next(page)

    def show_all(self, rows: list[Row], *, as_json: bool) -> None:
        """The table, or the document `{NAME: [...]}`."""
        if as_json:
            self._print(rows)
        else:
            self.table(rows)

    def _print(self, rows: list[Row], **more: str | None) -> None:
        typer.echo(json.dumps({self.name: [self.document(row) for row in rows], **more}))


def tell_next(page: "Page[Row]") -> None:
    """How to see what comes behind this page, if anything does."""
    if page.next is not None:
        console.err().print(f"More: add --after {page.next}", soft_wrap=True)
