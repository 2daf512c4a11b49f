"""The whole examination: what is independent is always looked at, and nothing is left behind."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert

from fisioflow_cli.checks.examine import Surroundings, examine, unreadable
from fisioflow_cli.checks.finding import Finding, Verdict, overall
from fisioflow_cli.clinic import schema as clinic_schema
from fisioflow_cli.clock import Clock
from fisioflow_cli.database import open_database, parse_url, writing
from fisioflow_cli.errors import InvalidSetting
from fisioflow_cli.ledger import schema
from tests.checks.subjects import by_id, settings


def examined(folder: Path, url: str, **environ: str) -> dict[str, Finding]:
    surroundings = Surroundings(
        settings=settings(folder, DATABASE_URL=url, **environ),
        clock=Clock(),
        clinic_url=partial(parse_url, url),
        outbox=folder / "outbox",
        secret_files={},
    )
    return by_id(examine(surroundings))


def ready(url: str) -> str:
    """The same URL, with a plain clinic of one organization and a ledger behind it."""
    engine = open_database(parse_url(url))
    clinic_schema.create(engine)
    schema.upgrade(engine, production=False)
    with writing(engine) as connection:
        connection.execute(insert(clinic_schema.organizations), [{"id": "o1", "name": "Um"}])
    engine.dispose()
    return url


def failures(findings: dict[str, Finding]) -> set[str]:
    return {check for check, found in findings.items() if found.verdict is Verdict.FAILURE}


def test_everything_fits(database_url: str, tmp_path: Path) -> None:
    findings = examined(tmp_path, ready(database_url))
    assert failures(findings) == set()
    assert findings["ledger.writable"].verdict is Verdict.OK
    assert findings["clinic.organizations"].verdict is Verdict.OK


def test_ids_are_the_same_whatever_is_wrong(sqlite_url: str, tmp_path: Path) -> None:
    """A script may look for each of them."""
    well = set(examined(tmp_path, ready(sqlite_url)))
    assert set(examined(tmp_path, "postgresql://127.0.0.1:1/clinic")) == well
    assert set(examined(tmp_path, sqlite_url, FISIOFLOW_CLINIC_PROFILE="nowhere.toml")) == well
    assert set(examined(tmp_path, "nonsense")) == well


def test_unreadable_profile_does_not_hide_the_ledger(sqlite_url: str, tmp_path: Path) -> None:
    findings = examined(tmp_path, ready(sqlite_url), FISIOFLOW_CLINIC_PROFILE="nowhere.toml")
    assert failures(findings) == {"profile.readable"}
    assert findings["profile.patients"].verdict is Verdict.SKIPPED
    assert findings["ledger.writable"].verdict is Verdict.OK


def test_unreachable_clinic_does_not_hide_the_ledger(sqlite_url: str, tmp_path: Path) -> None:
    findings = examined(
        tmp_path, "postgresql://127.0.0.1:1/clinic", FISIOFLOW_LEDGER_URL=ready(sqlite_url)
    )
    assert failures(findings) == {"database.clinic"}
    assert findings["database.ledger"].verdict is Verdict.OK
    assert findings["ledger.writable"].verdict is Verdict.OK


def test_unreadable_ledger_url_does_not_hide_the_clinic(sqlite_url: str, tmp_path: Path) -> None:
    findings = examined(tmp_path, ready(sqlite_url), FISIOFLOW_LEDGER_URL="nonsense")
    assert failures(findings) == {"database.ledger"}
    assert "FISIOFLOW_LEDGER_URL" in findings["database.ledger"].message
    assert findings["profile.patients"].verdict is Verdict.OK
    assert findings["ledger.version"].verdict is Verdict.SKIPPED


def test_several_failures_are_all_named(sqlite_url: str, tmp_path: Path) -> None:
    findings = examined(
        tmp_path,
        ready(sqlite_url),
        FISIOFLOW_ENV="production",
        FISIOFLOW_CLINIC_PROFILE="neon-2026-08",
        WHATSAPP_ACCESS_TOKEN="s3cret",
    )
    assert failures(findings) == {
        "settings.resend-api-key",
        "settings.resend-from",
        "settings.whatsapp",
        "profile.dialect",
        "ledger.side",
    }


@pytest.mark.parametrize("url", ["postgresql://ana:s3cret@127.0.0.1:1/clinic", "x://ana:s3cret@h"])
def test_no_password_is_shown(tmp_path: Path, url: str) -> None:
    for finding in examined(tmp_path, url, FISIOFLOW_LEDGER_URL=url).values():
        assert "s3cret" not in f"{finding.message} {finding.remedy}"


def test_unreadable_settings_are_one_failure() -> None:
    error = InvalidSetting("FISIOFLOW_ENV cannot be used: write production.")
    findings = by_id(unreadable(error))
    assert failures(findings) == {"settings.readable"}
    assert overall(list(findings.values())) is Verdict.FAILURE
    assert findings["ledger.version"].verdict is Verdict.SKIPPED


def test_nothing_is_created(sqlite_url: str, tmp_path: Path) -> None:
    examined(tmp_path, sqlite_url)
    assert list(tmp_path.iterdir()) == []


def test_file_is_left_as_it_is(sqlite_url: str, tmp_path: Path) -> None:
    file = Path(parse_url(ready(sqlite_url)).database or "")
    before = file.read_bytes()
    examined(tmp_path, sqlite_url)
    assert file.read_bytes() == before
