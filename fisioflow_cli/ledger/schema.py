"""The ledger's version: found out cheaply at every start, raised by Alembic when asked."""

import io
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import String, column, delete, insert, inspect, select, table, text

from fisioflow_cli.database import reading, writing
from fisioflow_cli.errors import LedgerAhead, LedgerBehind, LedgerMissing, LedgerOfOtherSide
from fisioflow_cli.ledger.tables import SCHEMA, tables_for

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, Engine

    from fisioflow_cli.ledger.ledger import Ledger

HEAD = "0003"
REVISIONS = ("0001", "0002", HEAD)
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
    """Bring the ledger to this program's revision, in one transaction; the revision it had before.

    Raises LedgerAhead, and LedgerOfOtherSide before anything of the other side's is changed.
    """
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            # two first starts at once: the second waits here and then finds nothing to do
            connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtext('fisioflow ledger upgrade'))")
            )
        before = revision(connection)
        if before is not None and before not in REVISIONS:
            raise LedgerAhead
        if before is not None:
            _require_side(_find_stamp(connection), production=production)
        if before != HEAD:
            _migrate(connection)
        if _find_stamp(connection) is None:
            _stamp(connection, production=production)
    return before


def _migrate(connection: "Connection") -> None:
    from alembic import command  # noqa: PLC0415  # 0.7 s that only an upgrade pays

    if connection.dialect.name == "postgresql":
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def sql(*, production: bool) -> str:
    """What an upgrade from nothing does on PostgreSQL 13 or later, as one transaction of plain SQL.

    It is for those who apply it by hand, and stamps the ledger as `production` or not.
    """
    from alembic import command  # noqa: PLC0415

    config = _config()
    config.output_buffer = buffer = io.StringIO()
    command.upgrade(config, "head", sql=True)
    side = _word(production)
    stamp = f"('ledger_id', CAST(gen_random_uuid() AS text)), ('production', '{side}')"
    statements = (
        "BEGIN;",
        f"CREATE SCHEMA IF NOT EXISTS {SCHEMA};",
        buffer.getvalue().strip(),
        f"INSERT INTO {SCHEMA}.meta (key, value) VALUES {stamp};",  # noqa: S608  # constants
        "COMMIT;",
    )
    return "\n\n".join(statements) + "\n"


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _word(production: bool) -> str:
    return str(production).lower()


def _stamp(connection: "Connection", *, production: bool) -> Stamp:
    """Write a new stamp, under a new id, in place of the one there may be."""
    meta = tables_for(connection.dialect.name).meta
    stamp = {"ledger_id": str(uuid.uuid4()), "production": _word(production)}
    connection.execute(delete(meta).where(meta.c.key.in_(stamp)))
    connection.execute(insert(meta), [{"key": key, "value": value} for key, value in stamp.items()])
    return Stamp(ledger_id=stamp["ledger_id"], production=production)


def _find_stamp(connection: "Connection") -> Stamp | None:
    meta = tables_for(connection.dialect.name).meta
    rows = {row.key: row.value for row in connection.execute(select(meta.c.key, meta.c.value))}
    if not rows.keys() >= {"ledger_id", "production"}:
        return None
    return Stamp(ledger_id=rows["ledger_id"], production=rows["production"] == _word(True))


def find_stamp(ledger: "Ledger") -> Stamp | None:
    """The ledger's own id, which is in every provider key, and the side it serves; None: unstamped."""
    with ledger.reading() as connection:
        return _find_stamp(connection)


def require_side(ledger: "Ledger", *, production: bool) -> Stamp:
    """The stamp; LedgerOfOtherSide if a production ledger is opened elsewhere or the other way round."""
    stamp = find_stamp(ledger)
    if stamp is None:
        raise LedgerMissing("This ledger carries no stamp yet; run `fisioflow db upgrade`.")
    _require_side(stamp, production=production)
    return stamp


def _require_side(stamp: Stamp | None, *, production: bool) -> None:
    if stamp is not None and stamp.production != production:
        kind, other = ("production", "not ") if stamp.production else ("non-production", "")
        raise LedgerOfOtherSide(
            f"This is a {kind} ledger and FISIOFLOW_ENV is {other}production; correct one of them, "
            "or run `fisioflow db restamp` if the database is a copy."
        )


def restamp(ledger: "Ledger", *, production: bool) -> Stamp:
    """Make a copied ledger serve the other side, under a new id so that provider keys differ."""
    with ledger.writing() as connection:
        return _stamp(connection, production=production)
