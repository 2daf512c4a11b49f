"""Databases: URLs as people write them, errors in our own words, transactions that lose nothing."""

import os
import re
import resource
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Engine,
    Executable,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import OperationalError as SqlMistake

from fisioflow_cli import database, database_errors
from fisioflow_cli.database import (
    UtcDateTime,
    is_there,
    open_database,
    parse_url,
    reading,
    writing,
)
from fisioflow_cli.errors import (
    DatabaseFull,
    DatabaseRefused,
    DatabaseUnavailable,
    FisioFlowError,
    InvalidDatabaseUrl,
)

METADATA = MetaData()
NOTES = Table("notes", METADATA, Column("id", String, primary_key=True), Column("at", UtcDateTime))
COUNTERS = Table("counters", METADATA, Column("n", Integer))
NOW = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_database(parse_url(database_url))
    with writing(engine) as connection:
        METADATA.create_all(connection)
    yield engine
    engine.dispose()


def refusal(url: str, statement: str = "SELECT 1") -> FisioFlowError:
    """What opening this database and asking something ends with."""
    engine = open_database(parse_url(url))
    try:
        with pytest.raises(FisioFlowError) as caught, reading(engine) as connection:
            connection.execute(text(statement))
        return caught.value
    finally:
        engine.dispose()


def write(engine: Engine, *statements: Executable) -> None:
    """Execute these in one transaction."""
    with writing(engine) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_postgres_urls_mean_psycopg(scheme: str) -> None:
    url = parse_url(f" {scheme}://ana@db.example.com:6543/clinic?sslmode=require\n")
    assert url.drivername == "postgresql+psycopg"
    assert (url.host, url.port, url.database) == ("db.example.com", 6543, "clinic")


def test_sqlite_urls_mean_the_driver_of_python() -> None:
    url = parse_url("sqlite+aiosqlite:////tmp/clinic.db")
    assert (url.drivername, url.database) == ("sqlite", "/tmp/clinic.db")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "clinic.db",
        "postgresql://ana:s3cret@host:port/clinic",
        "mysql://ana:s3cret@host/clinic",
        "nonsense://ana:s3cret@host/clinic",
    ],
)
def test_unreadable_url_names_the_setting_and_never_itself(text: str) -> None:
    with pytest.raises(InvalidDatabaseUrl) as caught:
        parse_url(text, "FISIOFLOW_LEDGER_URL")
    assert caught.value.message.startswith("FISIOFLOW_LEDGER_URL ")
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize("text", ["sqlite://", "sqlite:///:memory:", "sqlite://host/clinic.db"])
def test_sqlite_without_a_file_that_lasts_is_refused(text: str) -> None:
    with pytest.raises(InvalidDatabaseUrl, match="a file that lasts"):
        parse_url(text)


def test_only_a_missing_sqlite_file_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "clinic.db"
    assert not is_there(parse_url(f"sqlite:///{file}"))
    file.touch()
    assert is_there(parse_url(f"sqlite:///{file}"))
    assert is_there(parse_url("postgresql://127.0.0.1:1/clinic"))


def test_instant_comes_back_in_utc(engine: Engine) -> None:
    in_sao_paulo = NOW.astimezone(timezone(timedelta(hours=-3)))
    with writing(engine) as connection:
        connection.execute(
            insert(NOTES), [{"id": "a", "at": in_sao_paulo}, {"id": "b", "at": None}]
        )
    with reading(engine) as connection:
        found = connection.execute(select(NOTES.c.at).order_by(NOTES.c.id)).scalars().all()
    assert found == [NOW, None]
    assert found[0].tzinfo is UTC


def test_naive_instant_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="needs a time zone"), writing(engine) as connection:
        connection.execute(insert(NOTES), {"id": "a", "at": NOW.replace(tzinfo=None)})


def test_failed_transaction_leaves_nothing(engine: Engine) -> None:
    row = {"id": "a", "at": NOW}
    with pytest.raises(DBAPIError):
        write(engine, insert(NOTES).values(**row), insert(NOTES).values(**row))
    with reading(engine) as connection:
        assert connection.execute(select(NOTES)).all() == []


def test_reading_cannot_write(engine: Engine) -> None:
    with pytest.raises(DatabaseRefused), reading(engine) as connection:
        connection.execute(insert(NOTES), {"id": "a", "at": NOW})
    with reading(engine) as connection:
        assert connection.execute(select(NOTES)).all() == []


def test_no_update_is_lost_among_writers(engine: Engine) -> None:
    """The driver's own transactions on SQLite lost 59 of 200 updates."""
    with writing(engine) as connection:
        connection.execute(insert(COUNTERS), {"n": 0})

    def count_up(_: int) -> None:
        with writing(engine) as connection:
            seen = connection.execute(select(COUNTERS.c.n).with_for_update()).scalar_one()
            connection.execute(update(COUNTERS).values(n=seen + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_up, range(80)))
    with reading(engine) as connection:
        assert connection.execute(select(COUNTERS.c.n)).scalar_one() == 80


def test_reader_does_not_wait_for_a_writer(engine: Engine) -> None:
    with writing(engine) as writer:
        writer.execute(insert(NOTES), {"id": "a", "at": NOW})
        with reading(engine) as reader:
            assert reader.execute(select(NOTES)).all() == []


def test_sqlite_survives_a_power_cut(sqlite_url: str) -> None:
    engine = open_database(parse_url(sqlite_url))
    with writing(engine) as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL


def test_reading_leaves_a_file_in_its_journal_mode(sqlite_url: str) -> None:
    """Every connection used to switch the file to WAL, those of a dry run as well."""
    with sqlite3.connect(parse_url(sqlite_url).database or "") as other:
        other.execute("CREATE TABLE people (id)")
    other.close()
    with reading(open_database(parse_url(sqlite_url))) as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "delete"


def test_new_sqlite_file_is_opened_by_many_at_once(tmp_path: Path) -> None:
    """The change to WAL mode failed at once with "database is locked" while another made it."""
    together = threading.Barrier(8)

    def open_it(url: str) -> None:
        engine = open_database(parse_url(url))
        together.wait(30)
        with writing(engine) as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS notes (id VARCHAR)"))

    with ThreadPoolExecutor(8) as pool:
        for number in range(10):
            list(pool.map(open_it, [f"sqlite:///{tmp_path}/{number}.db"] * 8))


@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM nowhere", "SELECT nothing FROM notes", "SELEC 1", "SELECT nosuch(1)"],
)
def test_mistake_in_the_sql_is_not_taken_for_an_absent_database(
    engine: Engine, statement: str
) -> None:
    """On SQLite a missing table is an OperationalError, as is a locked file."""
    with pytest.raises(DBAPIError), reading(engine) as connection:
        connection.execute(text(statement))


def test_sql_mistake_on_sqlite_is_not_tried_again(sqlite_url: str) -> None:
    engine = open_database(parse_url(sqlite_url))
    with pytest.raises(SqlMistake, match="no such table: nowhere"), writing(engine) as connection:
        connection.execute(text("DELETE FROM nowhere"))


def test_locked_sqlite_file_is_unavailable(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 50)
    held, done = threading.Event(), threading.Event()
    file = parse_url(sqlite_url).database or ""

    def hold() -> None:
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("BEGIN IMMEDIATE")
        held.set()
        done.wait(30)
        other.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(30)
    try:
        with pytest.raises(DatabaseUnavailable), writing(open_database(parse_url(sqlite_url))):
            pass
    finally:
        done.set()
        thread.join()


def test_lock_that_nobody_gives_back_is_waited_for_no_longer_than_half_a_minute(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process suspended inside a transaction used to hold up every later start for hours."""
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 50)
    engine = open_database(parse_url(postgres_url))
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE runs (id int)"))
        connection.execute(text("INSERT INTO runs VALUES (1)"))
    with engine.begin() as suspended:
        suspended.execute(text("SELECT id FROM runs FOR UPDATE"))
        with pytest.raises(DatabaseUnavailable), writing(engine) as connection:
            connection.execute(text("UPDATE runs SET id = 2"))
    engine.dispose()


def test_sqlite_file_in_no_folder_is_refused(tmp_path: Path) -> None:
    error = refusal(f"sqlite:///{tmp_path}/nowhere/clinic.db")
    assert isinstance(error, DatabaseRefused)
    assert "unable to open database file" in error.message


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Prezada clínica, " * 100)
    error = refusal(f"sqlite:///{file}")
    assert isinstance(error, DatabaseRefused)
    assert "file is not a database" in error.message


def test_read_only_sqlite_file_is_refused_for_writing(tmp_path: Path) -> None:
    file = tmp_path / "clinic.db"
    with writing(open_database(parse_url(f"sqlite:///{file}"))) as connection:
        METADATA.create_all(connection)
    engine = open_database(make_url(f"sqlite:///file:{file}?mode=ro&uri=true"))
    with pytest.raises(DatabaseRefused, match="readonly"), writing(engine) as connection:
        connection.execute(insert(COUNTERS), {"n": 1})


def test_file_that_is_no_database_is_refused_for_writing_too(tmp_path: Path) -> None:
    """What is asked before a transaction came out as a defect of ours: `please report it`."""
    file = tmp_path / "letter.txt"
    file.write_text("Prezada clínica, " * 100)
    with pytest.raises(DatabaseRefused, match="file is not a database"):
        write(open_database(parse_url(f"sqlite:///{file}")))


@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_new_sqlite_file_is_closed_to_others(tmp_path: Path, umask: int) -> None:
    """`db upgrade` created it as open as the umask let it be, and doctor complained of it."""
    before = os.umask(umask)
    try:
        with writing(open_database(parse_url(f"sqlite:///{tmp_path}/clinic.db"))) as connection:
            METADATA.create_all(connection)
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("clinic.db", "clinic.db-wal", "clinic.db-shm"), 0o600)


def test_sqlite_file_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    """Whoever lets a group read it means it."""
    file = tmp_path / "clinic.db"
    file.touch()
    file.chmod(0o640)
    write(open_database(parse_url(f"sqlite:///{file}")), text("CREATE TABLE notes (n)"))
    assert file.stat().st_mode & 0o777 == 0o640


def test_full_disk_of_sqlite_is_no_absent_database(sqlite_url: str) -> None:
    engine = open_database(parse_url(sqlite_url))
    least = text("PRAGMA max_page_count=1")
    with pytest.raises(DatabaseFull, match="full; make room"):
        write(engine, least, text("CREATE TABLE notes (n)"), text("CREATE TABLE more (n)"))


def test_disk_that_takes_no_more_of_sqlite(sqlite_url: str) -> None:
    engine = open_database(parse_url(sqlite_url))
    write(engine, text("CREATE TABLE notes (n)"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(DatabaseUnavailable, match="broken or full"):
            write(engine, text("INSERT INTO notes VALUES (1)"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    write(engine, text("INSERT INTO notes VALUES (1)"))


def test_full_disk_of_the_server_is_no_absent_server(postgres_url: str) -> None:
    engine = open_database(parse_url(postgres_url))
    full = "DO $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
    with pytest.raises(DatabaseFull, match="full; make room"):
        write(engine, text(full))
    engine.dispose()


def test_server_that_is_not_there_is_unavailable() -> None:
    assert isinstance(refusal("postgresql://ana:s3cret@127.0.0.1:1/clinic"), DatabaseUnavailable)


def test_name_that_resolves_nowhere_is_unavailable() -> None:
    assert isinstance(refusal("postgresql://ana@clinic.invalid/clinic"), DatabaseUnavailable)


def test_database_that_does_not_exist_is_refused(postgres_url: str) -> None:
    other = parse_url(postgres_url).set(database="nowhere")
    assert isinstance(refusal(other.render_as_string(hide_password=False)), DatabaseRefused)


def test_user_that_does_not_exist_is_refused(postgres_url: str) -> None:
    other = parse_url(postgres_url).set(username="nobody")
    error = refusal(other.render_as_string(hide_password=False))
    assert isinstance(error, DatabaseRefused)
    assert "nobody" not in error.message


@pytest.mark.parametrize(
    ("query", "option"), [("pgbouncer=true", "pgbouncer"), ("sslmode=always", "sslmode")]
)
def test_option_that_libpq_does_not_know_is_named(
    postgres_url: str, query: str, option: str
) -> None:
    """Prisma's `?pgbouncer=true` is pasted along with the URL."""
    joined = f"{postgres_url}{'&' if '?' in postgres_url else '?'}{query}"
    error = refusal(joined)
    assert isinstance(error, InvalidDatabaseUrl)
    assert option in error.message


def test_missing_privilege_names_the_table(postgres_url: str) -> None:
    engine = open_database(parse_url(postgres_url))
    with writing(engine) as connection:
        METADATA.create_all(connection)
    # a role that every server has and that owns nothing
    stranger = text("SET LOCAL ROLE pg_read_all_settings")
    with pytest.raises(DatabaseRefused, match="permission denied for table notes"):
        write(engine, stranger, select(NOTES))
    engine.dispose()


def test_server_that_goes_away_is_unavailable(postgres_url: str) -> None:
    engine = open_database(parse_url(postgres_url))
    with pytest.raises(DatabaseUnavailable), reading(engine) as connection:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    engine.dispose()


@pytest.mark.parametrize(
    "said",
    [
        'FATAL:  password authentication failed for user "ana"',
        "ERROR:  password authentication failed for user 'ana'",
        'FATAL:  no pg_hba.conf entry for host "192.0.2.1", user "ana", database "clinic"',
        "fe_sendauth: no password supplied",
        "FATAL:  Tenant or user not found",
    ],
)
def test_what_servers_and_poolers_say_to_a_stranger(said: str) -> None:
    """Texts of PostgreSQL, Neon's proxy and Supabase's pooler: psycopg gives no code for them."""
    assert database_errors.REFUSED_TEXT.search(f"connection failed: {said}")


@pytest.mark.parametrize(
    "said",
    ["FATAL:  the database system is starting up", "FATAL:  sorry, too many clients already"],
)
def test_what_a_busy_server_says_is_no_refusal(said: str) -> None:
    assert not re.search(database_errors.REFUSED_TEXT, f"connection failed: {said}")


def test_no_error_holds_what_was_written(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as caught, writing(engine) as connection:
        connection.execute(insert(NOTES), [{"id": "Ana Souza", "at": NOW}] * 2)
    assert "[SQL parameters hidden" in str(caught.value)
