"""A database that is wrong, away, damaged or not ours: one sentence, and nothing is touched."""

import os
import resource
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from fisioflow_cli.errors import ExitCode
from fisioflow_cli.ledger import schema
from tests.commands.inside import run_inside
from tests.test_bad_input import CONFIGURATION, LATER, SECRET, clinic, made, refused

__all__ = ["clinic", "made"]


@pytest.mark.parametrize("command", ["birthdays", "cleanup", "data-integrity"])
def test_dry_run_without_a_database(command: str) -> None:
    refused(command, "--dry-run", code=CONFIGURATION, says="no database yet; run `fisioflow demo`")


@pytest.mark.parametrize("args", [["runs", "list"], ["runs", "show", "1"]], ids=" ".join)
def test_history_without_a_database(args: list[str]) -> None:
    refused(*args, code=CONFIGURATION, says="no database yet")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("nonsense", CONFIGURATION),
        (SECRET, CONFIGURATION),
        ("/tmp/clinic.db", CONFIGURATION),
        (f"mysql://u:{SECRET}@localhost/db", CONFIGURATION),
        (f"postgres:/u:{SECRET}@localhost/db", CONFIGURATION),
        (f"postgres//u:{SECRET}@localhost/db", CONFIGURATION),
        (f"postgresql://u:{SECRET}@localhost:port/db", CONFIGURATION),
        (f"postgresql://u:{SECRET}@[::1/db", CONFIGURATION),
        (f'"postgresql://u:{SECRET}@localhost/db"', CONFIGURATION),
        (f"jdbc:postgresql://localhost/db?password={SECRET}", CONFIGURATION),
        (f"https://u:{SECRET}@localhost/db", CONFIGURATION),
        (f"postgresql://u:{SECRET}@localhost:1/db?sslmode={SECRET}", CONFIGURATION),
        (f"postgresql://u:{SECRET}@localhost:1/db?passwort={SECRET}", CONFIGURATION),
        ("sqlite://", CONFIGURATION),
        ("sqlite:///:memory:", CONFIGURATION),
        ("sqlite+aiosqlite:////tmp/clinic.db", CONFIGURATION),
        (f"sqlite://:{SECRET}@//tmp/clinic.db", CONFIGURATION),
        ("sqlite:////tmp/clinic.db?timeout=soon", CONFIGURATION),
        (f"postgresql://u:{SECRET}@localhost:1/db", LATER),
        (f"postgres://u:{SECRET}@localhost:1/db", LATER),
        (f"postgres://u:{SECRET}#x@localhost:1/db", LATER),
        (f"postgres://u:{SECRET}%@localhost:1/db", LATER),
        (f"postgres://u:p%40{SECRET}@localhost:1/db", LATER),
        (f"postgresql://u:{SECRET}@/db?host=/nowhere", LATER),
        (f"postgresql://u:{SECRET}@nowhere.invalid/db", LATER),
    ],
)
@pytest.mark.parametrize("setting", ["DATABASE_URL", "FISIOFLOW_LEDGER_URL"])
def test_database_url_in_many_wrong_forms(url: str, code: ExitCode, setting: str) -> None:
    """The password in it is never repeated."""
    says = "does not answer; start" if code is LATER else f"{setting}|database URL's option"
    refused("birthdays", code=code, says=says, env={setting: url})


def test_server_that_hangs_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        hanging_up = threading.Thread(target=lambda: [server.accept()[0].close() for _ in range(2)])
        hanging_up.start()
        url = f"postgresql://u:{SECRET}@127.0.0.1:{server.getsockname()[1]}/db"
        refused("birthdays", code=LATER, says="does not answer", env={"DATABASE_URL": url})
        with socket.create_connection(server.getsockname()):
            hanging_up.join()


def test_wrong_password_user_or_database(postgres_url: str) -> None:
    for url in (f"{postgres_url}&user=nobody", postgres_url.replace("fisioflow_test_", "x")):
        env = {"DATABASE_URL": url}
        refused("birthdays", code=CONFIGURATION, says="refused this user", env=env)


def test_postgres_without_a_ledger_is_not_touched(postgres_url: str) -> None:
    env = {"DATABASE_URL": postgres_url}
    refused("birthdays", code=CONFIGURATION, says="does not fit this database", env=env)
    refused("runs", "list", code=CONFIGURATION, says="run `fisioflow db upgrade`", env=env)
    assert run_inside("db", "status", "--json", env=env).json["revision"] is None


def test_sqlite_file_that_is_not_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'clinic.db'}"
    for args in (["birthdays"], ["birthdays", "--dry-run"]):
        refused(*args, code=CONFIGURATION, says="correct DATABASE_URL", env={"DATABASE_URL": url})
    env = {"FISIOFLOW_LEDGER_URL": url}
    refused("birthdays", code=CONFIGURATION, says="correct FISIOFLOW_LEDGER_URL", env=env)


@pytest.mark.parametrize("name", ["clinic.db", "fisioflow.db"])
def test_folder_in_the_place_of_the_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    env = {"FISIOFLOW_HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / name}"}
    if name == "fisioflow.db":
        del env["DATABASE_URL"]
    refused("birthdays", code=CONFIGURATION, says="SQLite file cannot be used", env=env)


@pytest.mark.parametrize("content", [b"Nome;E-mail\n" * 500, b"\0" * 100_000, os.urandom(5000)])
def test_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clinic.db").write_bytes(content)
    env = {"DATABASE_URL": f"sqlite:///{tmp_path / 'clinic.db'}"}
    refused("birthdays", code=CONFIGURATION, says="SQLite file cannot be used", env=env)


def test_profile_of_another_database(postgres_url: str) -> None:
    env = {"DATABASE_URL": postgres_url, "FISIOFLOW_CLINIC_PROFILE": "neon-2026-08"}
    for more in ([], ["--dry-run"]):
        refused("birthdays", *more, code=CONFIGURATION, says="organizations: relation", env=env)


def test_somebody_elses_sqlite_file_is_not_touched(tmp_path: Path) -> None:
    """Fixed: a file that holds other tables got a ledger before it was refused."""
    with closing(sqlite3.connect(tmp_path / "shop.db")) as shop:
        shop.execute("PRAGMA journal_mode=WAL")
        shop.execute("CREATE TABLE patients (id)")
    env = {"DATABASE_URL": f"sqlite:///{tmp_path / 'shop.db'}"}
    refused("birthdays", code=CONFIGURATION, says="no such table: organizations", env=env)


def test_ledger_of_the_other_side(clinic: dict[str, str]) -> None:
    env = clinic | {
        "FISIOFLOW_ENV": "production",
        "RESEND_API_KEY": "k",
        "RESEND_FROM": "a@b.example",
    }
    for args in (["birthdays"], ["birthdays", "--dry-run"], ["runs", "list"]):
        refused(*args, code=CONFIGURATION, says="`fisioflow db restamp`", env=env)


@pytest.mark.parametrize(("revision", "says"), [("9999", "newer than this program; install")])
def test_ledger_of_another_release(clinic: dict[str, str], revision: str, says: str) -> None:
    with (
        closing(sqlite3.connect(Path(clinic["FISIOFLOW_HOME"]) / "fisioflow.db")) as ledger,
        ledger,
    ):
        ledger.execute("UPDATE fisioflow_alembic_version SET version_num = ?", [revision])
    for args in (["birthdays"], ["birthdays", "--dry-run"], ["runs", "list"]):
        refused(*args, code=CONFIGURATION, says=says, env=clinic)


def no_more_than(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_full_disk(clinic: dict[str, str]) -> None:
    """No file may grow any more: a later start finds the ledger as it was, and does the work."""
    command = [sys.executable, "-m", "fisioflow_cli", "birthdays"]
    home = Path(clinic["FISIOFLOW_HOME"])
    done = subprocess.run(
        command,
        # or the limit would cut off a module's bytecode, which every later start would stumble over
        env={
            **clinic,
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        preexec_fn=lambda: no_more_than(4096),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (LATER, "", 1), done.stderr
    assert "disk is full; make room there" in done.stderr
    assert run_inside("birthdays", env=clinic).rc == 0


def test_ledger_of_an_earlier_release(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"DATABASE_URL": postgres_url}
    assert run_inside("db", "upgrade", env=env).rc == 0
    monkeypatch.setattr("fisioflow_cli.ledger.schema.REVISIONS", (*schema.REVISIONS, "next"))
    monkeypatch.setattr("fisioflow_cli.ledger.schema.HEAD", "next")
    for args in (["birthdays"], ["birthdays", "--dry-run"], ["runs", "list"]):
        refused(
            *args, code=CONFIGURATION, says="older than this program; run `fisioflow db", env=env
        )


def test_file_damaged_behind_its_first_page(clinic: dict[str, str]) -> None:
    """Fixed: "database disk image is malformed" was an unexpected DatabaseError."""
    file = Path(clinic["FISIOFLOW_HOME"]) / "fisioflow.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    refused("birthdays", code=CONFIGURATION, says="SQLite file cannot be used", env=clinic)
