"""`fisioflow db`: the ledger created, looked at, printed and restamped from the command line."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import inspect

from fisioflow_cli.database import open_database, parse_url
from fisioflow_cli.ledger import schema
from tests.cli import Done
from tests.commands.inside import run_inside

PRODUCTION = {"FISIOFLOW_ENV": "production"}


def tables(url: str, of: str | None = None) -> set[str]:
    engine = open_database(parse_url(url))
    try:
        return set(inspect(engine).get_table_names(schema=of))
    finally:
        engine.dispose()


def upgraded(url: str, **environ: str) -> Done:
    done = run_inside("db", "upgrade", "--json", env={"DATABASE_URL": url, **environ})
    assert (done.rc, done.stderr) == (0, "")
    return done


def status(url: str, **environ: str) -> Done:
    return run_inside("db", "status", "--json", env={"DATABASE_URL": url, **environ})


def test_upgrade_creates_ledger_and_plain_clinic(database_url: str) -> None:
    done = upgraded(database_url)
    assert (done.json["before"], done.json["after"]) == (None, schema.HEAD)
    assert done.json["production"] is False
    assert done.json["database"] == parse_url(database_url).database
    assert {"patients", "organizations"} <= tables(database_url)
    again = upgraded(database_url)
    assert (again.json["before"], again.json["after"]) == (schema.HEAD, schema.HEAD)
    assert again.json["ledger_id"] == done.json["ledger_id"]


def test_upgrade_says_what_changed(tmp_path: Path) -> None:
    done = run_inside("db", "upgrade")
    assert done.rc == 0
    assert f"nothing → {schema.HEAD}" in done.stdout
    assert str(tmp_path / "fisioflow" / "fisioflow.db") in done.stdout
    assert "unchanged" in run_inside("db", "upgrade").stdout
    folder = tmp_path / "fisioflow"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "fisioflow.db").stat().st_mode & 0o777 == 0o600


def test_upgrade_under_a_real_profile_adds_no_clinic(postgres_url: str) -> None:
    upgraded(postgres_url, FISIOFLOW_CLINIC_PROFILE="neon-2026-08")
    assert tables(postgres_url) == set()
    assert "deliveries" in tables(postgres_url, "fisioflow")


def test_ledger_of_its_own(sqlite_url: str, tmp_path: Path) -> None:
    ledger = f"sqlite:///{tmp_path / 'ledger.db'}"
    done = upgraded(sqlite_url, FISIOFLOW_LEDGER_URL=ledger)
    assert done.json["database"] == str(tmp_path / "ledger.db")
    assert not any(name.startswith("fisioflow_") for name in tables(sqlite_url))
    assert "fisioflow_runs" in tables(ledger)


@pytest.mark.parametrize("command", ["upgrade", "status"])
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql://ana:s3cret@127.0.0.1:1/clinic", 75),
        ("mysql://ana:s3cret@127.0.0.1/clinic", 78),
        ("clinic:s3cret", 78),
    ],
)
def test_database_out_of_reach_is_one_sentence(command: str, url: str, code: int) -> None:
    done = run_inside("db", command, env={"DATABASE_URL": url})
    assert (done.rc, done.stdout) == (code, "")
    assert done.stderr.startswith("fisioflow: ")
    assert done.stderr.count("\n") == 1
    assert "s3cret" not in done.stderr


def test_stranger_is_refused(postgres_url: str) -> None:
    url = parse_url(postgres_url).set(username="nobody", password="s3cret")
    done = run_inside(
        "db", "upgrade", env={"DATABASE_URL": url.render_as_string(hide_password=False)}
    )
    assert done.rc == 78
    assert done.stderr == (
        "fisioflow: The database refused this user, password or name; check DATABASE_URL.\n"
    )


def test_upgrade_refuses_the_other_side(sqlite_url: str) -> None:
    upgraded(sqlite_url)
    done = run_inside("db", "upgrade", env={"DATABASE_URL": sqlite_url, **PRODUCTION})
    assert done.rc == 78
    assert "non-production ledger" in done.stderr


def test_status_of_nothing_creates_nothing(tmp_path: Path) -> None:
    done = run_inside("db", "status", "--json")
    assert done.rc == 78
    assert (done.json["status"], done.json["revision"]) == ("missing", None)
    assert "fisioflow db upgrade" in done.stderr
    assert list(tmp_path.rglob("*.db")) == []


def test_status_of_an_empty_server(postgres_url: str) -> None:
    done = status(postgres_url)
    assert done.rc == 78
    assert done.json["status"] == "missing"
    assert (done.json["dialect"], done.json["database"]) == (
        "postgresql",
        parse_url(postgres_url).database,
    )


def test_status_of_a_ledger_in_use(database_url: str) -> None:
    made = upgraded(database_url)
    done = status(database_url)
    assert (done.rc, done.stderr) == (0, "")
    assert done.json == {
        "status": "current",
        "revision": schema.HEAD,
        "head": schema.HEAD,
        "production": False,
        "ledger_id": made.json["ledger_id"],
        "environment": "development",
        "dialect": parse_url(database_url).get_backend_name(),
        "database": parse_url(database_url).database,
    }


@pytest.mark.parametrize(("revision", "word"), [("9999", "ahead")])
def test_status_of_a_newer_ledger(sqlite_url: str, revision: str, word: str) -> None:
    upgraded(sqlite_url)
    engine = open_database(parse_url(sqlite_url))
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE fisioflow_alembic_version SET version_num = '{revision}'"
        )
    done = status(sqlite_url)
    assert (done.rc, done.json["status"], done.json["revision"]) == (78, word, revision)
    assert "install the current release" in done.stderr


def test_status_seen_from_the_other_side(sqlite_url: str) -> None:
    upgraded(sqlite_url)
    done = status(sqlite_url, **PRODUCTION)
    assert (done.rc, done.json["status"]) == (78, "other_side")
    assert "restamp" in done.stderr


def test_status_for_people(sqlite_url: str) -> None:
    upgraded(sqlite_url)
    done = run_inside("db", "status", env={"DATABASE_URL": sqlite_url})
    assert done.rc == 0
    assert f"current, revision {schema.HEAD}" in done.stdout
    assert "everything but production" in done.stdout


def test_sql_is_applied_by_hand(postgres_url: str) -> None:
    """psycopg stands in for psql: the text goes to the server as it is."""
    printed = run_inside("db", "sql", env=PRODUCTION)
    assert (printed.rc, printed.stderr) == (0, "")
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(printed.stdout.encode())
    done = status(postgres_url, **PRODUCTION)
    assert (done.rc, done.json["status"], done.json["production"]) == (0, "current", True)
    assert upgraded(postgres_url, **PRODUCTION).json["ledger_id"] == done.json["ledger_id"]
    assert status(postgres_url).json["status"] == "other_side"


def test_restamp_asks_and_there_is_nobody(sqlite_url: str) -> None:
    upgraded(sqlite_url, **PRODUCTION)
    done = run_inside("db", "restamp", env={"DATABASE_URL": sqlite_url})
    assert (done.rc, done.stdout) == (2, "")
    assert "--yes" in done.stderr
    assert status(sqlite_url, **PRODUCTION).rc == 0


def test_restamp_of_a_copy(database_url: str) -> None:
    made = upgraded(database_url, **PRODUCTION)
    environ = {"DATABASE_URL": database_url, "FISIOFLOW_ENV": "preview:agenda"}
    done = run_inside("db", "restamp", "--yes", "--json", env=environ)
    assert done.rc == 0
    assert done.json["changed"] is True
    assert done.json["before"] == {"production": True, "ledger_id": made.json["ledger_id"]}
    assert done.json["production"] is False
    assert done.json["ledger_id"] != made.json["ledger_id"]
    assert status(database_url).rc == 0
    again = run_inside("db", "restamp", "--yes", "--json", env=environ)
    assert (again.rc, again.json["changed"]) == (0, False)
    assert again.json["ledger_id"] == done.json["ledger_id"]


def test_restamp_needs_a_ledger(tmp_path: Path) -> None:
    done = run_inside("db", "restamp", "--yes")
    assert done.rc == 78
    assert "no ledger yet" in done.stderr
    assert list(tmp_path.rglob("*.db")) == []


@pytest.mark.parametrize(
    ("typed", "code", "seen"), [("development", 0, "current"), ("yes", 2, "other_side")]
)
def test_restamp_is_confirmed_by_the_environment_s_name(
    sqlite_url: str, typed: str, code: int, seen: str
) -> None:
    upgraded(sqlite_url, **PRODUCTION)
    keyboard, terminal = pty.openpty()
    environ = {name: os.environ[name] for name in ("PATH", "HOME", "NO_COLOR")}
    with subprocess.Popen(
        [sys.executable, "-m", "fisioflow_cli", "db", "restamp"],
        env={**environ, "DATABASE_URL": sqlite_url},
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path.home(),
    ) as process:
        os.write(keyboard, f"{typed}\n".encode())
        _, said = process.communicate(timeout=120)
    os.close(keyboard)
    os.close(terminal)
    assert process.returncode == code
    assert b"Type development to go on" in said
    assert status(sqlite_url).json["status"] == seen


def test_group_alone_shows_its_commands() -> None:
    done = run_inside("db", "--help")
    assert done.rc == 0
    assert all(name in done.stdout for name in ("upgrade", "status", "sql", "restamp"))
