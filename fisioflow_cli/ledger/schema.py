"""The ledger's version: found out cheaply at every start, raised by Alembic when asked."""

import io
import uuid
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import String, column, inspect, select, table, text, update

from fisioflow_cli.database import reading, writing
from fisioflow_cli.errors import LedgerAhead, LedgerBehind, LedgerMissing, LedgerOfOtherSide
from fisioflow_cli.ledger.tables import SCHEMA, tables_for

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, Engine

    from fisioflow_cli.ledger.ledger import Ledger

HEAD = "0001"
REVISIONS = (HEAD,)
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What a ledger says of itself."""

    ledger_id: str
    production: bool


def revision(connection: "Connection") -> str | None:
    """The revision this database's ledger has; None: there is no ledger yet."""
    dialect = connection.dialect.name
    schema = SCHEMA if dialect == "postgresql" else None
    name = "alembic_version" if schema else f"{SCHEMA}_alembic_version"
    if not inspect(connection).has_table(name, schema=schema):
        return None
    version = column("version_num", String)
    return connection.execute(
        select(version).select_from(table(name, version, schema=schema))
    ).scalar()


def require_current(engine: "Engine") -> None:
    """Raise LedgerMissing, LedgerBehind or LedgerAhead unless the ledger is at this program's revision."""
    with reading(engine) as connection:
        found = revision(connection)
    if found is None:
        raise LedgerMissing
    if found != HEAD:
        raise LedgerBehind if found in REVISIONS else LedgerAhead


def upgrade(engine: "Engine", *, production: bool) -> str | None:
    """Bring the ledger to this program's revision, in one transaction; the revision it had before."""
    from alembic import command  # noqa: PLC0415  # 0.7 s that only an upgrade pays

    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            # two first starts at once: the second waits here and then finds nothing to do
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtext('fisioflow ledger upgrade'))")
            )
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        before = revision(connection)
        if before is not None and before not in REVISIONS:
            raise LedgerAhead
        if before != HEAD:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _stamp_new(connection, production=production)
    return before


def sql() -> str:
    """The statements an upgrade from nothing runs on PostgreSQL, for those who apply them by hand."""
    from alembic import command  # noqa: PLC0415

    buffer = io.StringIO()
    config = _config()
    config.output_buffer = buffer
    with redirect_stdout(buffer):
        command.upgrade(config, "head", sql=True)
    return f"CREATE SCHEMA IF NOT EXISTS {SCHEMA};\n\n" + buffer.getvalue()


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _stamp_new(connection: "Connection", *, production: bool) -> None:
    meta = tables_for(connection.dialect.name).meta
    if connection.execute(select(meta.c.value).where(meta.c.key == "ledger_id")).scalar() is None:
        connection.execute(
            meta.insert(),
            [
                {"key": "ledger_id", "value": str(uuid.uuid4())},
                {"key": "production", "value": str(production).lower()},
            ],
        )


def read_stamp(ledger: "Ledger") -> Stamp:
    """The ledger's own id, which is in every provider key, and the side it serves."""
    meta = ledger.tables.meta
    with ledger.reading() as connection:
        rows = {row.key: row.value for row in connection.execute(select(meta.c.key, meta.c.value))}
    return Stamp(ledger_id=rows["ledger_id"], production=rows["production"] == "true")


def require_side(ledger: "Ledger", *, production: bool) -> Stamp:
    """The stamp; LedgerOfOtherSide if a production ledger is opened elsewhere or the other way round."""
    stamp = read_stamp(ledger)
    if stamp.production != production:
        kind = "production" if stamp.production else "non-production"
        raise LedgerOfOtherSide(
            f"This is a {kind} ledger and FISIOFLOW_ENV is {ledger.environment}; correct one of them, "
            "or run `fisioflow db restamp` if the database is a copy."
        )
    return stamp


def restamp(ledger: "Ledger", *, production: bool) -> None:
    """Make a copied ledger serve the other side, under a new id so that provider keys differ."""
    meta = ledger.tables.meta
    with ledger.writing() as connection:
        for key, value in (
            ("ledger_id", str(uuid.uuid4())),
            ("production", str(production).lower()),
        ):
            connection.execute(update(meta).where(meta.c.key == key).values(value=value))
