"""The ledger's schema: created, upgraded and stamped whole or not at all, on both databases."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, delete, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError

from fisioflow_cli.clock import Clock
from fisioflow_cli.database import open_database, parse_url, reading, writing
from fisioflow_cli.errors import (
    DatabaseRefused,
    LedgerAhead,
    LedgerBehind,
    LedgerMissing,
    LedgerOfOtherSide,
)
from fisioflow_cli.ledger import schema
from fisioflow_cli.ledger.ledger import Ledger
from fisioflow_cli.ledger.standing import Condition, look, try_writing
from fisioflow_cli.ledger.tables import SCHEMA, tables_for
from tests.ledger.agreement import differences, misnamed

NAMES = {
    "meta",
    "runs",
    "steps",
    "deliveries",
    "findings",
    "events",
    "sources",
    "insights",
    "slots",
    "alembic_version",
}
UPGRADE = """
import sys
from fisioflow_cli.database import open_database, parse_url
from fisioflow_cli.ledger import schema
engine = open_database(parse_url(sys.argv[1]))
print(schema.upgrade(engine, production=False))
engine.dispose()
"""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_database(parse_url(database_url))
    yield engine
    engine.dispose()


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    return ledger_of(engine)


def ledger_of(engine: Engine) -> Ledger:
    return Ledger(engine=engine, environment="development", clock=Clock())


def plain_url(url: str) -> str:
    """The URL as PostgreSQL's own client takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def run(engine: Engine, statement: str) -> None:
    with writing(engine) as connection:
        connection.execute(text(statement))


def table_names(engine: Engine) -> set[str]:
    """The ledger's tables in this database, without the prefix."""
    if engine.dialect.name == "postgresql":
        return set(inspect(engine).get_table_names(schema=SCHEMA))
    return {name.removeprefix("fisioflow_") for name in inspect(engine).get_table_names()}


def set_revision(engine: Engine, revision: str) -> None:
    table = "fisioflow.alembic_version"
    if engine.dialect.name == "sqlite":
        table = table.replace(".", "_")
    with writing(engine) as connection:
        connection.execute(text(f"UPDATE {table} SET version_num = :to"), {"to": revision})


def test_upgrade_from_nothing_creates_every_table(engine: Engine) -> None:
    assert schema.upgrade(engine, production=False) is None
    assert table_names(engine) == NAMES
    schema.require_current(engine)


def test_second_upgrade_changes_nothing(engine: Engine, ledger: Ledger) -> None:
    schema.upgrade(engine, production=False)
    stamp = schema.find_stamp(ledger)
    assert schema.upgrade(engine, production=False) == schema.HEAD
    assert schema.find_stamp(ledger) == stamp


def test_clinic_s_own_tables_are_left_alone(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE runs (id VARCHAR)"))
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('theirs')"))
    schema.upgrade(engine, production=False)
    with reading(engine) as connection:
        theirs = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    assert theirs == ["theirs"]
    assert [column["name"] for column in inspect(engine).get_columns("runs")] == ["id"]


def test_two_processes_upgrading_at_once(database_url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", UPGRADE, database_url]

    def start(_: int) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(start, range(2)))
    assert [process.stderr for process in done] == ["", ""]
    assert sorted(process.stdout.strip() for process in done) == [schema.HEAD, "None"]


def test_head_is_alembic_s_head() -> None:
    scripts = ScriptDirectory(str(schema.MIGRATIONS))
    assert scripts.get_heads() == [schema.HEAD]
    assert [script.revision for script in scripts.walk_revisions()][::-1] == [*schema.REVISIONS]


def test_migrations_make_what_the_statements_use(engine: Engine) -> None:
    schema.upgrade(engine, production=False)
    assert differences(engine) == []


def test_names_of_indexes_and_constraints_agree(engine: Engine) -> None:
    """A unique constraint is found by its columns; a later migration finds it by its name."""
    schema.upgrade(engine, production=False)
    assert misnamed(engine) == set()


def test_failing_migration_leaves_nothing(engine: Engine) -> None:
    """The name of the last table is taken: what was created before it goes again."""
    taken = tables_for(engine.dialect.name).insights
    if taken.schema:
        run(engine, f"CREATE SCHEMA {taken.schema}")
    run(engine, f"CREATE TABLE {taken.fullname} (whatever VARCHAR)")
    with pytest.raises(DBAPIError):
        schema.upgrade(engine, production=False)
    assert table_names(engine) == {"insights"}
    run(engine, f"DROP TABLE {taken.fullname}")
    assert schema.upgrade(engine, production=False) is None
    assert table_names(engine) == NAMES


def test_missing_ledger_is_named(engine: Engine, ledger: Ledger) -> None:
    with pytest.raises(LedgerMissing, match="fisioflow db upgrade"):
        schema.require_current(engine)
    assert look(ledger, production=False).condition is Condition.MISSING


def test_older_ledger_is_behind(engine: Engine, ledger: Ledger) -> None:
    schema.upgrade(engine, production=False)
    set_revision(engine, "0001")
    with pytest.raises(LedgerBehind, match="fisioflow db upgrade"):
        schema.require_current(engine)
    assert look(ledger, production=False).condition is Condition.BEHIND


def test_newer_ledger_is_ahead_and_left_alone(engine: Engine, ledger: Ledger) -> None:
    schema.upgrade(engine, production=False)
    set_revision(engine, "9999")
    with pytest.raises(LedgerAhead, match="current release"):
        schema.require_current(engine)
    with pytest.raises(LedgerAhead):
        schema.upgrade(engine, production=False)
    found = look(ledger, production=False)
    assert (found.condition, found.revision) == (Condition.AHEAD, "9999")


@pytest.mark.parametrize("production", [True, False])
def test_ledger_serves_one_side_only(engine: Engine, ledger: Ledger, production: bool) -> None:
    schema.upgrade(engine, production=production)
    assert schema.require_side(ledger, production=production).production == production
    with pytest.raises(LedgerOfOtherSide, match="fisioflow db restamp"):
        schema.require_side(ledger, production=not production)
    assert look(ledger, production=not production).condition is Condition.OTHER_SIDE


def test_upgrade_refuses_the_other_side(engine: Engine, ledger: Ledger) -> None:
    """A laptop that points at production must not migrate it."""
    schema.upgrade(engine, production=True)
    with pytest.raises(LedgerOfOtherSide, match="This is a production ledger"):
        schema.upgrade(engine, production=False)
    assert look(ledger, production=True).condition is Condition.CURRENT


def test_every_ledger_has_an_id_of_its_own(database_url: str, tmp_path: Path) -> None:
    urls = [database_url, f"sqlite:///{tmp_path}/other.db"]
    stamps = []
    for engine in map(open_database, map(parse_url, urls)):
        schema.upgrade(engine, production=False)
        stamps.append(schema.find_stamp(ledger_of(engine)))
        engine.dispose()
    assert len({stamp.ledger_id for stamp in stamps if stamp}) == 2


def test_restamp_changes_side_and_id(engine: Engine, ledger: Ledger) -> None:
    schema.upgrade(engine, production=True)
    before = schema.find_stamp(ledger)
    after = schema.restamp(ledger, production=False)
    assert before is not None
    assert (before.production, after.production) == (True, False)
    assert before.ledger_id != after.ledger_id
    assert schema.require_side(ledger, production=False) == after


def test_ledger_without_a_stamp_gets_one(engine: Engine, ledger: Ledger) -> None:
    schema.upgrade(engine, production=False)
    with writing(engine) as connection:
        connection.execute(delete(ledger.tables.meta))
    with pytest.raises(LedgerMissing, match="carries no stamp"):
        schema.require_side(ledger, production=False)
    assert look(ledger, production=False).condition is Condition.UNSTAMPED
    assert schema.upgrade(engine, production=False) == schema.HEAD
    assert look(ledger, production=False).condition is Condition.CURRENT


def test_looking_creates_no_file(sqlite_url: str) -> None:
    engine = open_database(parse_url(sqlite_url))
    assert look(ledger_of(engine), production=False).condition is Condition.MISSING
    assert not Path(engine.url.database or "").exists()


def test_trying_to_write_leaves_nothing(engine: Engine, ledger: Ledger) -> None:
    schema.upgrade(engine, production=False)
    try_writing(ledger)
    with reading(engine) as connection:
        for table in ledger.tables.metadata.sorted_tables:
            rows = connection.execute(select(table)).all()
            assert len(rows) == (2 if table is ledger.tables.meta else 0)


def test_read_only_file_cannot_be_written(sqlite_url: str) -> None:
    schema.upgrade(open_database(parse_url(sqlite_url)), production=False)
    file = parse_url(sqlite_url).database
    closed = open_database(make_url(f"sqlite:///file:{file}?mode=ro&uri=true"))
    with pytest.raises(DatabaseRefused, match="readonly"):
        try_writing(ledger_of(closed))


@pytest.mark.parametrize("right", ["INSERT", "UPDATE", "DELETE"])
def test_every_missing_right_is_noticed(postgres_url: str, right: str) -> None:
    owner = open_database(parse_url(postgres_url))
    schema.upgrade(owner, production=False)
    role = f"r{uuid.uuid4().hex}"
    run(owner, f"CREATE ROLE {role} LOGIN")
    run(owner, f"GRANT USAGE ON SCHEMA fisioflow TO {role}")
    run(owner, f"GRANT ALL ON ALL TABLES IN SCHEMA fisioflow TO {role}")
    stranger = open_database(parse_url(postgres_url).set(username=role))
    try:
        try_writing(ledger_of(stranger))
        run(owner, f"REVOKE {right} ON fisioflow.steps FROM {role}")
        with pytest.raises(DatabaseRefused, match="permission denied for table steps"):
            try_writing(ledger_of(stranger))
    finally:
        stranger.dispose()
        run(owner, f"DROP OWNED BY {role}")
        run(owner, f"DROP ROLE {role}")
        owner.dispose()


@pytest.mark.parametrize("production", [True, False])
def test_sql_by_hand_makes_the_same_ledger(postgres_url: str, production: bool) -> None:
    statements = schema.sql(production=production)
    with psycopg.connect(plain_url(postgres_url), autocommit=True) as connection:
        connection.execute(statements.encode())
    engine = open_database(parse_url(postgres_url))
    assert table_names(engine) == NAMES
    found = look(ledger_of(engine), production=production)
    assert found.condition is Condition.CURRENT
    assert found.stamp is not None
    assert str(uuid.UUID(found.stamp.ledger_id)) == found.stamp.ledger_id
    assert schema.upgrade(engine, production=production) == schema.HEAD
    assert schema.find_stamp(ledger_of(engine)) == found.stamp
    engine.dispose()


def test_sql_applied_twice_changes_nothing(postgres_url: str) -> None:
    statements = schema.sql(production=False).encode()
    with psycopg.connect(plain_url(postgres_url), autocommit=True) as connection:
        connection.execute(statements)
        with pytest.raises(psycopg.errors.DuplicateTable):
            connection.execute(statements)
    engine = open_database(parse_url(postgres_url))
    assert look(ledger_of(engine), production=False).condition is Condition.CURRENT
    engine.dispose()
