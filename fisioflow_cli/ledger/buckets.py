"""Stretches of time as both databases count them."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, cast, func

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from fisioflow_cli.ledger.ledger import Ledger


def bucket(ledger: "Ledger", at: "ColumnElement[Any]", seconds: int) -> "ColumnElement[Any]":
    """The number of the stretch of `seconds` that an instant falls into, counted from 1970, UTC."""
    if ledger.engine.dialect.name == "postgresql":
        # unlike extract(), not in decimal arithmetic
        return cast(func.floor(func.date_part("epoch", at) / seconds), BigInteger)
    return cast(func.strftime("%s", at), BigInteger) // seconds
