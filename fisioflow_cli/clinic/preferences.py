"""What a user wants of notifications: which channels, and when not to be disturbed."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

if TYPE_CHECKING:
    from fisioflow_cli.clinic.clinic import Clinic

SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """One user's wishes; the default is that of somebody who has recorded none."""

    allows: frozenset[str] = frozenset({"email", "whatsapp", "push"})
    """The channels that are not switched off."""
    quiet: tuple[time, time] | None = None
    """From the first local time up to the second, across midnight if that is the earlier one."""
    weekends: bool = True

    def opens(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first instant from `now` on at which the user may be disturbed; UTC."""
        moment = now.astimezone(zone)
        # at most a quiet night, a weekend behind it and the quiet morning behind that
        for _ in range(4):
            if not self.weekends and moment.weekday() >= SATURDAY:
                monday = moment.date() + timedelta(days=7 - moment.weekday())
                moment = datetime.combine(monday, time(), zone)
            elif self._is_quiet(moment.time()):
                moment = self._after_quiet(moment, zone)
            else:
                break
        return moment.astimezone(UTC)

    def _is_quiet(self, clock: time) -> bool:
        if self.quiet is None:
            return False
        begins, ends = self.quiet
        if begins <= ends:
            return begins <= clock < ends
        return clock >= begins or clock < ends

    def _after_quiet(self, moment: datetime, zone: ZoneInfo) -> datetime:
        ends = self.quiet[1] if self.quiet else time()
        day = moment.date() if moment.time() < ends else moment.date() + timedelta(days=1)
        return datetime.combine(day, ends, zone)


def preferences(clinic: "Clinic", user_id: str) -> Preferences:
    """The wishes of a user; the default ones if none are recorded, or the profile has no such relation."""
    if not clinic.profile.has("preferences"):
        return Preferences()
    p = clinic.relation("preferences")
    with clinic.reading() as connection:
        row = connection.execute(select(p).where(p.c.user_id == user_id)).first()
    if row is None:
        return Preferences()
    switches = {"email": row.allows_email, "whatsapp": row.allows_whatsapp, "push": row.allows_push}
    quiet = (row.quiet_from, row.quiet_until)
    return Preferences(
        allows=frozenset(channel for channel, allowed in switches.items() if allowed is not False),
        quiet=None if None in quiet else quiet,
        weekends=row.weekends is not False,
    )
