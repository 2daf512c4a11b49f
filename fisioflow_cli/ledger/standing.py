"""How a ledger stands: looked at without changing it, for those who ask before they start."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import delete, false, insert, select, update

from fisioflow_cli.database import is_there
from fisioflow_cli.errors import (
    ConfigurationError,
    LedgerAhead,
    LedgerBehind,
    LedgerMissing,
    LedgerOfOtherSide,
)
from fisioflow_cli.ledger import schema

if TYPE_CHECKING:
    from fisioflow_cli.ledger.ledger import Ledger


class Condition(StrEnum):
    """Whether this program and environment can use a ledger; only CURRENT can be used as it is."""

    CURRENT = "current"
    MISSING = "missing"
    BEHIND = "behind"
    AHEAD = "ahead"
    UNSTAMPED = "unstamped"
    OTHER_SIDE = "other_side"


OBSTACLES: Mapping[Condition, type[ConfigurationError]] = MappingProxyType(
    {
        Condition.MISSING: LedgerMissing,
        Condition.BEHIND: LedgerBehind,
        Condition.AHEAD: LedgerAhead,
        Condition.UNSTAMPED: LedgerMissing,
        Condition.OTHER_SIDE: LedgerOfOtherSide,
    }
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What was found: the revision and the stamp, None where there is none."""

    condition: Condition
    revision: str | None
    stamp: schema.Stamp | None

    @property
    def obstacle(self) -> ConfigurationError | None:
        """What a command that needs the ledger ends with; None: it can be used."""
        error = OBSTACLES.get(self.condition)
        return error() if error else None


NOTHING = Standing(condition=Condition.MISSING, revision=None, stamp=None)


def look(ledger: "Ledger", *, production: bool) -> Standing:
    """How the ledger stands for this side; creates nothing, and raises only if nobody answers."""
    if not is_there(ledger.engine.url):
        return NOTHING
    with ledger.reading() as connection:
        revision = schema.revision(connection)
    if revision is None:
        return NOTHING
    stamp = schema.find_stamp(ledger)
    return Standing(
        condition=_judge(revision, stamp, production=production), revision=revision, stamp=stamp
    )


def _judge(revision: str, stamp: schema.Stamp | None, *, production: bool) -> Condition:
    if revision != schema.HEAD:
        return Condition.BEHIND if revision in schema.REVISIONS else Condition.AHEAD
    if stamp is None:
        return Condition.UNSTAMPED
    return Condition.CURRENT if stamp.production == production else Condition.OTHER_SIDE


def try_writing(ledger: "Ledger") -> None:
    """Run every kind of write on every table, each on no row; DatabaseRefused if one is not allowed.

    PostgreSQL judges privileges, and SQLite a read-only file, before they look for rows.
    """
    with ledger.writing() as connection:
        for table in ledger.tables.metadata.sorted_tables:
            nothing = select(table).where(false())
            connection.execute(insert(table).from_select(table.columns.keys(), nothing))
            connection.execute(update(table).where(false()).values({c: c for c in table.columns}))
            connection.execute(delete(table).where(false()))
