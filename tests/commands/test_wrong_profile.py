"""A workflow on a database that its profile does not fit: exit code 78 and the relation's name."""

from pathlib import Path

import pytest

from tests.checks.subjects import copied_profile
from tests.commands.inside import run_inside


@pytest.mark.parametrize("command", ["birthdays", "cleanup"])
def test_relation_is_named(database_url: str, tmp_path: Path, command: str) -> None:
    profile = copied_profile(tmp_path, ("FROM vouchers", "FROM packages"))
    environ = {"DATABASE_URL": database_url}
    assert run_inside("db", "upgrade", env=environ).rc == 0
    for form in ((), ("--dry-run",)):
        done = run_inside(command, *form, env={**environ, "FISIOFLOW_CLINIC_PROFILE": profile})
        assert (done.rc, done.stdout) == (78, "")
        assert "does not fit this database: vouchers: " in done.stderr
        assert "packages" in done.stderr
        assert "fisioflow doctor" in done.stderr


def test_profile_for_another_kind_of_database(sqlite_url: str) -> None:
    environ = {"DATABASE_URL": sqlite_url, "FISIOFLOW_CLINIC_PROFILE": "neon-2026-08"}
    assert run_inside("db", "upgrade", env=environ).rc == 0
    done = run_inside("birthdays", env=environ)
    assert done.rc == 78
    assert "neon-2026-08 is for postgresql and DATABASE_URL names sqlite" in done.stderr
