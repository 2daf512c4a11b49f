"""The end of a list: where it goes on, for people on stderr and for programs in the document."""

import json
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from fisioflow_cli import console

if TYPE_CHECKING:
    from collections.abc import Callable

    from fisioflow_cli.ledger.ledger import Ledger
    from fisioflow_cli.ledger.pages import Page

Row = TypeVar("Row")


def print_document(
    name: str, page: "Page[Row]", document: "Callable[[Row], dict[str, Any]]"
) -> None:
    """One document: `{NAME: [...], "next": CURSOR or null}`."""
    typer.echo(json.dumps({name: [document(row) for row in page.rows], "next": page.next}))


def tell_end(page: "Page[Row]", ledger: "Ledger") -> None:
    """Whose rows these are, which stands in none of them, and how to see what comes behind them."""
    console.err().print(f"Environment: {console.plain(ledger.environment)}")
    tell_next(page)


def tell_next(page: "Page[Row]") -> None:
    """How to see what comes behind this page, if anything does."""
    if page.next is not None:
        console.err().print(f"More: add --after {page.next}", soft_wrap=True)
