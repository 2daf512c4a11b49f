"""What the clean-up changes in the clinic: old rows go, stale waitlist offers expire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import column, delete, func, literal_column, select, table

from fisioflow_cli.clinic.profile import OFFER_WRITES
from fisioflow_cli.database import UtcDateTime

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from fisioflow_cli.clinic.clinic import Clinic
    from fisioflow_cli.clinic.profile import CleanupTarget

BATCH = 5000


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one transaction did, and where the next one begins."""

    changed: int
    until: str | None
    """None: nothing is left."""


@dataclass(frozen=True, kw_only=True)
class Cleaning:
    """The clean-up of one clinic; `only` narrows it to one organization."""

    clinic: "Clinic"
    only: str | None = None

    def knows(self, name: str) -> bool:
        """Whether the profile has this target, and rows of it can be told by organization if need be."""
        return name in self.clinic.profile.cleanup and (self.only is None or name == "sessions")

    def expires_offers(self) -> bool:
        """Whether the profile has the offers and both of the writes that expire one."""
        profile = self.clinic.profile
        return profile.has("waitlist_offers") and profile.writes.keys() >= set(OFFER_WRITES)

    def delete(
        self, connection: "Connection", name: str, before: datetime, after: str | None
    ) -> Batch:
        """Delete up to 5,000 rows of a target older than `before`, in the caller's transaction."""
        target = self.clinic.profile.cleanup[name]
        ids = self._page(connection, self._old(target, before), after)
        rows = self._table(target)
        key = rows.c[target.id]
        # locked first and judged again by a second statement: a note that a therapist has just
        # saved into a draft is seen by it, and the draft stays
        connection.execute(select(key).where(key.in_(ids)).with_for_update())
        still = self._old(target, before).subquery()
        with self.clinic.changing(connection):
            gone = connection.execute(
                delete(rows).where(
                    key.in_(ids), key.in_(select(still.c.id).where(still.c.id.in_(ids)))
                )
            ).rowcount
        return Batch(changed=gone, until=str(ids[-1]) if len(ids) == BATCH else None)

    def count(self, name: str, before: datetime) -> int:
        """How many rows `delete` would take away in all."""
        with self.clinic.reading() as connection:
            old = self._old(self.clinic.profile.cleanup[name], before).subquery()
            return connection.execute(select(func.count()).select_from(old)).scalar_one()

    def kept_clinical_sessions(self, before: datetime) -> int:
        """How many incomplete sessions untouched since `before` stay, being health records."""
        s = self.clinic.relation("sessions")
        query = (
            select(func.count())
            .select_from(s)
            .where(*self._stale(s, before), s.c.has_clinical_content.is_not(False))
        )
        with self.clinic.reading() as connection:
            return connection.execute(query).scalar_one()

    def expire_offers(self, connection: "Connection", now: datetime, after: str | None) -> Batch:
        """Expire up to 5,000 offers past their time, each with its waitlist entry, or neither."""
        stale = self._stale_offers(now).subquery()
        page = self.clinic.of_page(select(stale), stale.c.id, after, None, size=BATCH)
        rows = connection.execute(page).all()
        with self.clinic.changing(connection):
            changed = sum(self._expire(connection, row, now) for row in rows)
        return Batch(changed=changed, until=str(rows[-1].id) if len(rows) == BATCH else None)

    def stale_offers(self, now: datetime) -> int:
        """How many offers `expire_offers` would expire in all."""
        with self.clinic.reading() as connection:
            stale = self._stale_offers(now).subquery()
            return connection.execute(select(func.count()).select_from(stale)).scalar_one()

    def _expire(self, connection: "Connection", offer: Any, now: datetime) -> int:
        profile = self.clinic.profile
        expire = profile.write("expire_waitlist_offer", {"id": offer.id, "now": now})
        expired = connection.execute(expire).rowcount
        if expired:
            entry = {"waitlist_id": offer.waitlist_id, "now": now}
            connection.execute(profile.write("refuse_waitlist_entry", entry))
        return expired

    def _stale_offers(self, now: datetime) -> "Select[Any]":
        w = self.clinic.relation("waitlist_offers")
        query = select(w.c.id, w.c.waitlist_id).where(w.c.status == "pending", w.c.expires_at < now)
        if self.only is not None:
            query = query.where(w.c.organization_id == self.clinic.id(self.only))
        return query

    def _old(self, target: "CleanupTarget", before: datetime) -> "Select[Any]":
        """The ids a target loses: a single column named `id`."""
        if target.name == "sessions":
            s = self.clinic.relation("sessions")
            return select(s.c.id).where(
                *self._stale(s, before), s.c.has_clinical_content.is_(False)
            )
        rows = self._table(target)
        age = literal_column(f"({target.older_than})", UtcDateTime())
        return select(rows.c[target.id].label("id")).where(age < before)

    def _stale(self, s: Any, before: datetime) -> Sequence[Any]:
        mine = [s.c.organization_id == self.clinic.id(self.only)] if self.only is not None else []
        return [s.c.status == "incomplete", s.c.updated_at < before, *mine]

    def _table(self, target: "CleanupTarget") -> Any:
        schema, _, name = target.table.rpartition(".")
        return table(name, column(target.id, self.clinic.profile.id_type), schema=schema or None)

    def _page(self, connection: "Connection", old: "Select[Any]", after: str | None) -> list[Any]:
        ids = old.subquery()
        page = self.clinic.of_page(select(ids.c.id), ids.c.id, after, None, size=BATCH)
        return list(connection.execute(page).scalars())
