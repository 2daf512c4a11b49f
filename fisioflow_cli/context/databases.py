"""The databases of a command: where they are, and whether they are ready for it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL

from fisioflow_cli.clinic import schema
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.clinic.profile import load_profile
from fisioflow_cli.database import open_database, parse_url
from fisioflow_cli.errors import DatabaseRefused, LedgerMissing
from fisioflow_cli.ledger import schema as ledger_schema
from fisioflow_cli.ledger.ledger import Ledger

if TYPE_CHECKING:
    from fisioflow_cli.clock import Clock
    from fisioflow_cli.settings import Settings

PLAIN = "fisioflow"
DATABASE_FILE = "fisioflow.db"


@dataclass(frozen=True, kw_only=True)
class Databases:
    """The clinic and the ledger, opened but not yet looked at."""

    settings: "Settings"
    clinic: Clinic
    ledger: Ledger

    @property
    def is_default(self) -> bool:
        """Whether this is the SQLite file under FISIOFLOW_HOME."""
        return self.settings.database_url is None

    def prepare(self) -> None:
        """Create what is ours to create on SQLite, and make sure the ledger is ready for this command.

        Raises LedgerMissing, LedgerBehind, LedgerAhead or LedgerOfOtherSide, and DatabaseRefused
        for a file that is not there.
        """
        self._require_files()
        if self.ledger.engine.dialect.name == "sqlite":
            self.upgrade()
        ledger_schema.require_current(self.ledger.engine)
        self.require_side()

    def inspect(self) -> bool:
        """Make sure of the same for a dry run, which creates nothing; whether there is a ledger."""
        if self.is_default and not _exists(self.clinic.engine.url):
            raise DatabaseRefused(
                "There is no database yet; run `fisioflow demo` or `fisioflow db upgrade`."
            )
        self._require_files()
        try:
            ledger_schema.require_current(self.ledger.engine)
        except LedgerMissing:
            return False
        self.require_side()
        return True

    def upgrade(self) -> str | None:
        """Bring the ledger to this release, and create the plain clinic's tables where there are none.

        The revision the ledger had before; None: there was no ledger.
        """
        if self.is_default:
            self.settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = ledger_schema.upgrade(self.ledger.engine, production=self.settings.production)
        if self.clinic.profile.name == PLAIN and not schema.exists(self.clinic.engine):
            schema.create(self.clinic.engine)
        return before

    def require_side(self) -> ledger_schema.Stamp:
        """The ledger's stamp; LedgerOfOtherSide if it is not for this environment."""
        return ledger_schema.require_side(self.ledger, production=self.settings.production)

    def close(self) -> None:
        """Give the connections back."""
        self.clinic.engine.dispose()
        self.ledger.engine.dispose()

    def _require_files(self) -> None:
        for engine in () if self.is_default else (self.clinic.engine, self.ledger.engine):
            if not _exists(engine.url):
                raise DatabaseRefused(
                    f"There is no file {engine.url.database}; correct DATABASE_URL, or run "
                    "`fisioflow db upgrade` to create it."
                )


def open_databases(settings: "Settings", clock: "Clock") -> Databases:
    """The databases that the settings name; nothing is connected or created yet."""
    engine = open_database(database_url(settings))
    ledger_engine = engine
    if settings.ledger_url is not None:
        ledger_engine = open_database(
            parse_url(settings.ledger_url.get_secret_value(), "FISIOFLOW_LEDGER_URL")
        )
    profile = load_profile(settings.clinic_profile)
    clinic = Clinic(
        engine=engine,
        profile=profile,
        timezone=settings.timezone,
        may_change=settings.production or settings.allow_clinic_writes or profile.name == PLAIN,
    )
    ledger = Ledger(engine=ledger_engine, environment=settings.environment, clock=clock)
    return Databases(settings=settings, clinic=clinic, ledger=ledger)


def database_url(settings: "Settings") -> URL:
    """The clinic's database; the default is SQLite under FISIOFLOW_HOME."""
    if settings.database_url is not None:
        return parse_url(settings.database_url.get_secret_value())
    return URL.create("sqlite", database=str(settings.home.expanduser() / DATABASE_FILE))


def _exists(url: URL) -> bool:
    return (
        url.get_backend_name() != "sqlite"
        or url.database in {None, "", ":memory:"}
        or Path(url.database or "").exists()
    )
