"""Keyset pages of the ledger's lists, newest first: as fast at the end as at the beginning."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import func, literal, select, tuple_

from fisioflow_cli.database import UtcDateTime
from fisioflow_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Subquery, Table

    from fisioflow_cli.ledger.ledger import Ledger

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The place of one row in a list: what comes behind it is the next page."""

    at: datetime
    id: str

    def text(self) -> str:
        """The cursor as it travels: opaque, safe in a URL and on a command line."""
        packed = json.dumps([self.at.isoformat(), self.id]).encode()
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The cursor that `text` made; UsageError for anything else."""
        try:
            padded = text.encode() + b"=" * (-len(text) % 4)
            at, row = json.loads(base64.urlsafe_b64decode(padded))
            return cls(at=_instant(at), id=_storable(row))
        except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error):
            raise UsageError(
                "This is no cursor; take one from the end of an earlier page."
            ) from None


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """Some rows of a list, and where the next ones begin."""

    rows: list[Row]
    next: str | None
    """The cursor of the next page; None: there is none."""


@dataclass(frozen=True, kw_only=True)
class Listing(Generic[Row]):
    """A list of one table's rows, newest first."""

    columns: "Sequence[ColumnElement[Any]]"
    at: "ColumnElement[Any]"
    """The instant that the list is sorted by."""
    id: "ColumnElement[Any]"
    """What tells rows of the same instant apart."""
    row: "Callable[[RowMapping], Row]"

    def page(
        self,
        ledger: "Ledger",
        where: "Sequence[ColumnElement[bool]]",
        *,
        after: str | None,
        most: int,
        among: "Among | None" = None,
    ) -> Page[Row]:
        """The rows behind the cursor `after`, at most `most`; UsageError if it is none.

        With `among` a page may have fewer rows, even none, and still a next one.
        """
        query = self._newest(where, after).limit(most + 1)
        if among is not None:
            looked_through = self._newest(where, after).limit(among.rows).subquery()
            query = among.narrowed(select(looked_through), looked_through)
            query = query.order_by(*(looked_through.c[name].desc() for name in self._order)).limit(
                most + 1
            )
        # one more than asked for tells whether there is a next page
        with ledger.reading() as connection:
            found = connection.execute(query).mappings().all()
            rows = found[:most]
            last = rows[-1] if len(found) > most else None
            if last is None and among is not None:
                last = self._end(connection, where, after, among)
        at, name = self._order
        cursor = None if last is None else Cursor(at=last[at], id=last[name]).text()
        return Page(rows=[self.row(row) for row in rows], next=cursor)

    def count(
        self,
        ledger: "Ledger",
        where: "Sequence[ColumnElement[bool]]",
        *,
        most: int | None,
        among: "Among | None" = None,
    ) -> int:
        """How many rows there are; `most`: count no further than that."""
        rows = select(self.id).where(*where)
        if among is not None:
            looked_through = self._newest(where, None).limit(among.rows).subquery()
            rows = among.narrowed(select(looked_through.c[self._order[1]]), looked_through)
        if most is not None:
            rows = rows.limit(most)
        with ledger.reading() as connection:
            found: int = connection.execute(
                select(func.count()).select_from(rows.subquery())
            ).scalar_one()
        return found

    @property
    def _order(self) -> tuple[str, str]:
        return str(self.at.key), str(self.id.key)

    def _newest(self, where: "Sequence[ColumnElement[bool]]", after: str | None) -> "Select[Any]":
        query = select(*self.columns).where(*where)
        if after is not None:
            place = Cursor.parse(after)
            here = tuple_(literal(place.at, UtcDateTime), literal(place.id))
            query = query.where(tuple_(self.at, self.id) < here)
        return query.order_by(self.at.desc(), self.id.desc())

    def _end(
        self,
        connection: "Connection",
        where: "Sequence[ColumnElement[bool]]",
        after: str | None,
        among: "Among",
    ) -> "RowMapping | None":
        """The last row that was looked through; None if there were not that many."""
        ends = self._newest(where, after).with_only_columns(self.at, self.id)
        return connection.execute(ends.offset(among.rows - 1).limit(1)).mappings().first()


@dataclass(frozen=True, kw_only=True)
class Among:
    """Values that no index finds: looked for among so many rows, so that a page never takes long."""

    rows: int
    values: "Mapping[str, object]"
    """By column."""

    @classmethod
    def of(cls, wanted: object, names: "Sequence[str]", rows: int | None) -> "Among | None":
        """The values that `wanted` has under these names; None if it has none, or `rows` is None."""
        values = {name: value for name in names if (value := getattr(wanted, name)) is not None}
        return cls(rows=rows, values=values) if values and rows is not None else None

    def narrowed(self, query: "Select[Any]", rows: "Subquery") -> "Select[Any]":
        """The query for those of the rows that have the values."""
        return query.where(*(rows.c[name] == value for name, value in self.values.items()))


def equal(
    table: "Table", wanted: object, names: "Sequence[str]"
) -> "Iterator[ColumnElement[bool]]":
    """That the columns `names` have the values `wanted` has under the same names; None: any."""
    for name in names:
        if (value := getattr(wanted, name)) is not None:
            yield table.c[name] == value


def between(
    column: "ColumnElement[Any]", since: datetime | None, until: datetime | None
) -> "Iterator[ColumnElement[bool]]":
    """That an instant is not before `since`, and before `until`; None: no bound."""
    if since is not None:
        yield column >= since
    if until is not None:
        yield column < until


def _instant(text: str) -> datetime:
    """The aware instant, in UTC; ValueError or OverflowError if there is none such."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC)


def _storable(row: str) -> str:
    """An id as a database could hold it; ValueError otherwise."""
    if "\x00" in row or not row.encode():
        raise ValueError("no id has such characters")
    return row
