"""The databases of a command: where they are, and whether they are ready for it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import URL, inspect

from fisioflow_cli.clinic import schema
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.clinic.profile import load_profile
from fisioflow_cli.database import is_there, open_database, parse_url, reading
from fisioflow_cli.errors import DatabaseRefused, InvalidSetting, LedgerMissing
from fisioflow_cli.ledger import schema as ledger_schema
from fisioflow_cli.ledger import standing
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

    @property
    def is_plain(self) -> bool:
        """Whether the clinic is the one that we create ourselves: by the setting, since a profile
        that somebody copied may still carry our name.
        """
        return self.settings.clinic_profile == PLAIN

    def is_new(self) -> bool:
        """Whether `prepare` is about to create the clinic's tables: then there is nobody in it yet."""
        engine = self.clinic.engine
        if not self.is_plain or engine.dialect.name != "sqlite":
            return False
        if not is_there(engine.url):
            return self.is_default
        with reading(engine) as connection:
            return schema.METADATA.tables.keys().isdisjoint(inspect(connection).get_table_names())

    def prepare(self) -> None:
        """Create what is ours to create on SQLite, and make sure the ledger is ready for this command.

        Raises LedgerMissing, LedgerBehind, LedgerAhead or LedgerOfOtherSide, and DatabaseRefused
        for a file that is not there.
        """
        self.require_files()
        if self.ledger.engine.dialect.name == "sqlite":
            self._upgrade_ledger()
        ledger_schema.require_current(self.ledger.engine)
        self.require_side()
        if self.clinic.engine.dialect.name == "sqlite":
            self._create_clinic()

    def is_ready(self) -> bool:
        """Whether the ledger can be used as it is; creates nothing."""
        self.require_files()
        found = standing.look(self.ledger, production=self.settings.production)
        return found.condition is standing.Condition.CURRENT

    def inspect(self) -> bool:
        """Make sure of the same for a dry run, which creates nothing; whether there is a ledger."""
        if self.is_default and not is_there(self.clinic.engine.url):
            raise DatabaseRefused(
                "There is no database yet; run `fisioflow demo` or `fisioflow db upgrade`."
            )
        self._require_file("DATABASE_URL", self.clinic.engine.url)
        if not is_there(self.ledger.engine.url):
            return False
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
        before = self._upgrade_ledger()
        self._create_clinic()
        return before

    def _upgrade_ledger(self) -> str | None:
        self._make_home()
        return ledger_schema.upgrade(self.ledger.engine, production=self.settings.production)

    def _create_clinic(self) -> None:
        if self.is_plain:
            self._make_home()
            if not schema.exists(self.clinic.engine):
                schema.create(self.clinic.engine)

    def _make_home(self) -> None:
        if not self.is_default:
            return
        try:
            self.settings.home.expanduser().mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidSetting(
                f"FISIOFLOW_HOME cannot be created ({error.strerror}); name a folder that you may "
                "write to."
            ) from None

    def require_side(self) -> ledger_schema.Stamp:
        """The ledger's stamp; LedgerOfOtherSide if it is not for this environment."""
        return ledger_schema.require_side(self.ledger, production=self.settings.production)

    def close(self) -> None:
        """Give the connections back."""
        self.clinic.engine.dispose()
        self.ledger.engine.dispose()

    def require_files(self) -> None:
        """Raise DatabaseRefused for a file that is not there and is not ours to create."""
        if not self.is_default:
            self._require_file("DATABASE_URL", self.clinic.engine.url)
        elif not self.is_plain and not is_there(self.clinic.engine.url):
            raise DatabaseRefused(
                f"The clinic profile {self.settings.clinic_profile} is for a database that we do "
                "not create; set DATABASE_URL."
            )
        if self.settings.ledger_url is not None:
            self._require_file("FISIOFLOW_LEDGER_URL", self.ledger.engine.url)

    def _require_file(self, setting: str, url: URL) -> None:
        if not is_there(url):
            raise DatabaseRefused(
                f"There is no file {url.database}; correct {setting}, or run "
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
        may_change=settings.production
        or settings.allow_clinic_writes
        or settings.clinic_profile == PLAIN,
    )
    ledger = Ledger(engine=ledger_engine, environment=settings.environment, clock=clock)
    return Databases(settings=settings, clinic=clinic, ledger=ledger)


def database_url(settings: "Settings") -> URL:
    """The clinic's database; the default is SQLite under FISIOFLOW_HOME."""
    if settings.database_url is not None:
        return parse_url(settings.database_url.get_secret_value())
    return URL.create("sqlite", database=str(settings.home.expanduser() / DATABASE_FILE))
