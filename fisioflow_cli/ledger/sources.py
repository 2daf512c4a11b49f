"""The statements on sources: how far each queue file was read."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from fisioflow_cli.errors import FisioFlowError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from fisioflow_cli.ledger.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class Position:
    """How far one file was read: `position` bytes, `line` lines, of its `generation`."""

    path: str
    device: str
    inode: str
    generation: int
    position: int
    line: int
    fingerprint: str
    """A hash of what stands before the position, by which a rewritten file is recognised."""
    updated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Advance:
    """A move of a position: from what was seen (None: never read) to what was read now."""

    seen: Position | None
    to: Position


class PositionTaken(FisioFlowError):
    """Another process reads this file too and was faster."""


def find(ledger: "Ledger", device: str, inode: str) -> Position | None:
    """How far the file of this identity was read."""
    s = ledger.tables.sources
    query = select(s).where(
        s.c.environment == ledger.environment, s.c.device == device, s.c.inode == inode
    )
    return next(iter(_positions(ledger, query)), None)


def of_path(ledger: "Ledger", path: str) -> list[Position]:
    """Every file that was ever read under this path, newest first."""
    s = ledger.tables.sources
    query = select(s).where(s.c.environment == ledger.environment, s.c.path == path)
    return _positions(ledger, query.order_by(s.c.updated_at.desc(), s.c.device, s.c.inode))


def advance_in(ledger: "Ledger", connection: "Connection", advance: Advance) -> None:
    """Move a position in the caller's transaction; PositionTaken if it is not where it was seen."""
    s = ledger.tables.sources
    to, seen = advance.to, advance.seen
    row = {**vars(to), "environment": ledger.environment, "updated_at": ledger.clock.now()}
    statement: Any = ledger.insert(s).values(row).on_conflict_do_nothing()
    if seen is not None:
        statement = (
            update(s)
            .where(s.c.environment == ledger.environment)
            .where(s.c.device == to.device, s.c.inode == to.inode)
            .where(s.c.generation == seen.generation, s.c.position == seen.position)
            .where(s.c.fingerprint == seen.fingerprint)
            .values(row)
        )
    if connection.execute(statement.returning(s.c.inode)).first() is None:
        raise PositionTaken


def _positions(ledger: "Ledger", query: "Select[Any]") -> list[Position]:
    with ledger.reading() as connection:
        found = connection.execute(query).mappings().all()
    names = Position.__dataclass_fields__
    return [Position(**{name: row[name] for name in names}) for row in found]
