"""Reaching a database: each way to fail has its own sentence and remedy, and no password in it."""

from pathlib import Path

import pytest
from sqlalchemy import URL

from fisioflow_cli.checks.databases import access
from fisioflow_cli.checks.finding import Finding, Verdict
from fisioflow_cli.database import open_database, parse_url, writing

CHECK = "database.clinic"


def found(url: str, *, created: bool = False) -> Finding:
    def find_url() -> URL:
        return parse_url(url)

    with access(CHECK, find_url, created=created) as reached:
        assert (reached.engine is None) == (reached.finding.verdict is not Verdict.OK)
        assert "s3cret" not in f"{reached.finding.message} {reached.finding.remedy}"
        return reached.finding


def test_database_that_answers(database_url: str) -> None:
    url = parse_url(database_url)
    engine = open_database(url)
    with writing(engine):
        pass
    engine.dispose()
    finding = found(database_url)
    assert finding.verdict is Verdict.OK
    assert str(url.database) in finding.message
    assert "answers" in finding.message


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("clinic:s3cret", "Write postgresql://"),
        ("mysql://ana:s3cret@127.0.0.1/clinic", "Write postgresql://"),
        ("postgresql://ana:s3cret@127.0.0.1:1/clinic", "Check host and port"),
        ("postgresql://ana:s3cret@clinic.invalid/clinic", "Check host and port"),
    ],
)
def test_each_failure_has_its_remedy(url: str, remedy: str) -> None:
    finding = found(url)
    assert finding.verdict is Verdict.FAILURE
    assert (finding.remedy or "").startswith(remedy)


def test_stranger_is_refused(postgres_url: str) -> None:
    url = parse_url(postgres_url).set(username="nobody", password="s3cret")
    finding = found(url.render_as_string(hide_password=False))
    assert finding.verdict is Verdict.FAILURE
    assert finding.remedy == "Check DATABASE_URL."


def test_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Prezada clínica, " * 100)
    finding = found(f"sqlite:///{tmp_path}/letter.db")
    assert finding.verdict is Verdict.FAILURE
    assert "not a database" in finding.message


@pytest.mark.parametrize(
    ("created", "verdict"), [(True, Verdict.WARNING), (False, Verdict.FAILURE)]
)
def test_missing_file_is_not_created_by_looking(
    sqlite_url: str, tmp_path: Path, created: bool, verdict: Verdict
) -> None:
    finding = found(sqlite_url, created=created)
    assert finding.verdict is verdict
    assert "db upgrade" in (finding.remedy or "")
    assert list(tmp_path.iterdir()) == []
