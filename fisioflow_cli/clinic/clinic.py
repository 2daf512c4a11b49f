"""The clinic: one database seen through one profile."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fisioflow_cli.clock import zone_named
from fisioflow_cli.database import reading

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Engine, Select, Subquery

    from fisioflow_cli.clinic.profile import Profile

PAGE = 500
# what surely fits a bigint: more digits make SQLite's driver stumble
INTEGER = re.compile(r"-?[0-9]{1,18}")
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def text_id(value: Any) -> str | None:
    """An id as we keep it, whatever its type in the clinic's database."""
    return None if value is None else str(value)


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """Where the clinic's rows are and how they are called there."""

    engine: "Engine"
    profile: "Profile"
    timezone: str
    """The IANA zone of organizations that have none of their own."""
    may_change: bool
    """False: every change is counted and rolled back."""

    def reading(self) -> "AbstractContextManager[Connection]":
        """A read-only transaction."""
        return reading(self.engine)

    def relation(self, name: str) -> "Subquery":
        """A relation to select from; see relations.py for its columns."""
        return self.profile.relation(name, self.timezone)

    def id(self, text: str | None) -> Any:
        """An id in the form this database compares by; what cannot be one matches nothing."""
        if text is None:
            return None
        if self.profile.ids == "integer":
            return int(text) if INTEGER.fullmatch(text) else None
        if self.profile.ids == "uuid":
            return text if UUID.fullmatch(text) else None
        # PostgreSQL refuses a statement with a NUL in it
        return None if "\0" in text else text

    def zone(self, name: str | None) -> ZoneInfo:
        """An organization's time zone, the default one if it has none that exists."""
        known = zone_named(name) if name else None
        return known or ZoneInfo(self.timezone)

    def of_page(
        self,
        query: "Select[Any]",
        key: "ColumnElement[Any]",
        after: str | None,
        until: str | None,
        *,
        size: int = PAGE,
    ) -> "Select[Any]":
        """`query` narrowed to one keyset page: `size` rows behind `after`, or those up to `until`."""
        if after is not None:
            query = query.where(key > self.id(after))
        query = query.order_by(key)
        return query.limit(size) if until is None else query.where(key <= self.id(until))

    @contextmanager
    def changing(self, connection: "Connection") -> Iterator[None]:
        """What is changed inside stays only where changes are allowed; elsewhere it is undone."""
        with connection.begin_nested() as savepoint:
            yield
            if not self.may_change:
                savepoint.rollback()
