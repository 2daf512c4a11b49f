"""The real clinics under test, filled, and the day on which they are looked at."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Engine, create_engine, text

from tests.acceptance.deployment import Deployment, production
from tests.acceptance.providers import Providers, providers
from tests.acceptance.rare import add_rare_cases
from tests.acceptance.truth import Truth, truth
from tests.clinic import real_data, real_schema
from tests.postgres import administrator, empty_database

SEED = 7
ZONE = ZoneInfo("America/Sao_Paulo")
# The organizations' other zones; a day that has begun in the westernmost has begun in all of them
FIRST_ZONE, LAST_ZONE = ZoneInfo("America/Noronha"), ZoneInfo("America/Manaus")


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Which database, and how full."""

    profile: str
    patients: int
    organizations: int

    def __str__(self) -> str:
        return f"{self.profile.partition('-')[0]}-{self.patients}"


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """A filled database with its deployment, its providers and the truth about it."""

    scale: Scale
    slot: date
    deployment: Deployment
    providers: Providers
    truth: Truth

    def options(self, workflow: str) -> tuple[str, ...]:
        """The day in question; late is allowed, as it may be past midnight in the other zones.

        Clean-up gets the hour too: that is what ages are counted from.
        """
        hour = "T03:00" if workflow == "cleanup" else ""
        return (workflow, "--as-of", f"{self.slot}{hour}", "--allow-late")


def midnight_is_near(now: datetime, minutes: int) -> bool:
    """Whether some organization's date changes so soon that SQL and program may differ about it."""
    soon = now + timedelta(minutes=minutes)
    zones = (FIRST_ZONE, ZONE, LAST_ZONE)
    return any(now.astimezone(zone).date() != soon.astimezone(zone).date() for zone in zones)


@dataclass(frozen=True, kw_only=True)
class Master:
    """A filled database with a ledger, to be copied: filling takes longer than copying."""

    server: URL
    url: URL
    scale: Scale
    slot: date


@contextmanager
def master(server: URL, scale: Scale, home: Path) -> Iterator[Master]:
    """A new database of this kind and size."""
    slot = datetime.now(UTC).astimezone(LAST_ZONE).date()
    with empty_database(server) as url:
        engine = create_engine(url)
        try:
            _fill(engine, scale, slot)
        finally:
            engine.dispose()
        production(url, scale.profile, "http://127.0.0.1:1", home).start("db", "upgrade")
        yield Master(server=server, url=url, scale=scale, slot=slot)


@contextmanager
def clinic(master: Master, home: Path) -> Iterator[Clinic]:
    """A copy of the master, and what belongs to it."""
    scale, slot = master.scale, master.slot
    as_of = datetime.combine(slot, time(3), ZONE)
    with _copy(master) as url, providers() as both:
        engine = create_engine(url)
        try:
            with truth(engine, scale.profile, slot=slot, as_of=as_of) as known:
                yield Clinic(
                    scale=scale,
                    slot=slot,
                    deployment=production(url, scale.profile, both.url, home),
                    providers=both,
                    truth=known,
                )
        finally:
            engine.dispose()


@contextmanager
def _copy(master: Master) -> Iterator[URL]:
    name = f"fisioflow_test_{uuid.uuid4().hex}"
    with administrator(master.server) as engine, engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {master.url.database}"))
        try:
            yield master.url.set(database=name)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _fill(engine: Engine, scale: Scale, slot: date) -> None:
    real_schema.create(engine, scale.profile)
    real_data.fill(
        engine,
        scale.profile,
        patients=scale.patients,
        organizations=scale.organizations,
        today=slot,
        seed=SEED,
    )
    with engine.begin() as connection:
        add_rare_cases(connection, scale.profile, slot)
