"""Keyset pages of the ledger's lists, newest first: as fast at the end as at the beginning."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic

from sqlalchemy import func, literal, select, tuple_

from fisioflow_cli.database import UtcDateTime
from fisioflow_cli.ledger.cursors import Cursor
from fisioflow_cli.ledger.filters import Filter, Row

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, FromClause, RowMapping, Select

    from fisioflow_cli.ledger.ledger import Ledger

AT_A_TIME = 200


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """Some rows of a list, and where the next ones begin."""

    rows: list[Row]
    next: str | None
    """The cursor of the next page; None: there is none."""


def page(
    ledger: "Ledger",
    wanted: Filter[Row],
    *,
    after: str | None = None,
    most: int = 20,
    look: int | None = None,
) -> Page[Row]:
    """The newest rows that are meant, behind the cursor `after`; UsageError if that is none.

    `look`: for what no index finds look through no more than so many of them; the page may then have
    fewer, even none, and still a next one.
    """
    return _Search(ledger, wanted, look).page(after, most)


def count(
    ledger: "Ledger", wanted: Filter[Row], *, most: int | None = None, look: int | None = None
) -> int:
    """How many rows are meant; `most`: count no further than that; `look`: as in `page`."""
    return _Search(ledger, wanted, look).count(most)


def every(ledger: "Ledger", wanted: Filter[Row]) -> Iterator[Row]:
    """All rows that are meant, newest first; read in pages, so that they may change meanwhile."""
    after = None
    while True:
        found = page(ledger, wanted, after=after, most=AT_A_TIME)
        yield from found.rows
        if (after := found.next) is None:
            return


def looks(wanted: Filter[Row]) -> bool:
    """Whether the filter asks for something that no index finds."""
    return bool(wanted.values(wanted.unindexed))


@dataclass(frozen=True)
class _Search(Generic[Row]):
    """A filter's way through its table."""

    ledger: "Ledger"
    wanted: Filter[Row]
    look: int | None

    @property
    def apart(self) -> dict[str, object]:
        """By column, the values that are looked for in so many rows, whatever the indexes."""
        return {} if self.look is None else self.wanted.values(self.wanted.unindexed)

    def page(self, after: str | None, most: int) -> Page[Row]:
        listing = self.wanted.listing(self.ledger)
        at = listing.at.name
        query = self._newest(after)
        if self.apart:
            seen = query.limit(self.look).subquery()
            query = select(seen).where(*self._fitting(seen))
            query = query.order_by(seen.c[at].desc(), seen.c.id.desc())
        # one more than asked for tells whether there is a next page
        with self.ledger.reading() as connection:
            found = connection.execute(query.limit(most + 1)).mappings().all()
            rows = found[:most]
            last = rows[-1] if len(found) > most else self._end(connection, after)
        following = None if last is None else Cursor(at=last[at], id=last["id"]).text()
        return Page(rows=[listing.row(row) for row in rows], next=following)

    def count(self, most: int | None) -> int:
        table = self.wanted.listing(self.ledger).table
        rows = select(table.c.id).where(*self._where())
        if self.apart:
            seen = self._newest(None).limit(self.look).subquery()
            rows = select(seen.c.id).where(*self._fitting(seen))
        counted = select(func.count()).select_from(rows.limit(most).subquery())
        with self.ledger.reading() as connection:
            found: int = connection.execute(counted).scalar_one()
        return found

    def _newest(self, after: str | None) -> "Select[Any]":
        listing = self.wanted.listing(self.ledger)
        at, name = listing.at, listing.table.c.id
        query = select(*listing.columns).where(*self._where())
        if after is not None:
            place = Cursor.parse(after)
            here = tuple_(literal(place.at, UtcDateTime), literal(place.id))
            query = query.where(tuple_(at, name) < here)
        return query.order_by(at.desc(), name.desc())

    def _where(self) -> "Iterator[ColumnElement[bool]]":
        """What the indexes are asked."""
        wanted, listing = self.wanted, self.wanted.listing(self.ledger)
        yield listing.table.c.environment == self.ledger.environment
        if wanted.since is not None:
            yield listing.at >= wanted.since
        if wanted.until is not None:
            yield listing.at < wanted.until
        for name, value in wanted.values(wanted.equal).items():
            if name not in self.apart:
                yield listing.table.c[name] == value
        yield from wanted.where(self.ledger)

    def _fitting(self, seen: "FromClause") -> "Iterator[ColumnElement[bool]]":
        return (seen.c[name] == value for name, value in self.apart.items())

    def _end(self, connection: "Connection", after: str | None) -> "RowMapping | None":
        """The last row that was looked through; None if there were not that many, or no need to."""
        if self.look is None or not self.apart:
            return None
        ends = self._newest(after).offset(self.look - 1).limit(1)
        return connection.execute(ends).mappings().first()
