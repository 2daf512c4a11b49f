"""The ledger as doctor sees it: what is wrong, whether a command mends it, what rests on it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, make_url, text

from fisioflow_cli.checks.finding import Finding, Verdict
from fisioflow_cli.checks.ledger import check_ledger, without_ledger
from fisioflow_cli.clock import Clock
from fisioflow_cli.database import open_database, parse_url, writing
from fisioflow_cli.ledger import schema
from fisioflow_cli.ledger.ledger import Ledger
from tests.checks.subjects import by_id, verdicts

VERSION, SIDE, WRITABLE = "ledger.version", "ledger.side", "ledger.writable"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_database(parse_url(database_url))
    with writing(engine):
        pass
    yield engine
    engine.dispose()


def found(engine: Engine, *, production: bool = False) -> dict[str, Finding]:
    ledger = Ledger(engine=engine, environment="development", clock=Clock())
    return by_id(check_ledger(ledger, production=production))


def test_ledger_as_it_should_be(engine: Engine) -> None:
    schema.upgrade(engine, production=False)
    findings = found(engine)
    assert {finding.verdict for finding in findings.values()} == {Verdict.OK}
    assert "everything but production" in findings[SIDE].message


def test_missing_ledger_fails_where_it_is_not_created_by_itself(engine: Engine) -> None:
    findings = found(engine)
    on_sqlite = engine.dialect.name == "sqlite"
    assert findings[VERSION].verdict is (Verdict.WARNING if on_sqlite else Verdict.FAILURE)
    assert "fisioflow db upgrade" in (findings[VERSION].remedy or "")
    assert findings[SIDE].verdict is findings[WRITABLE].verdict is Verdict.SKIPPED


def test_older_ledger(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    schema.upgrade(engine, production=False)
    monkeypatch.setattr(schema, "REVISIONS", (*schema.REVISIONS, "next"))
    monkeypatch.setattr(schema, "HEAD", "next")
    finding = found(engine)[VERSION]
    on_sqlite = engine.dialect.name == "sqlite"
    assert finding.verdict is (Verdict.WARNING if on_sqlite else Verdict.FAILURE)
    assert "older than this program" in finding.message


def test_newer_ledger_fails_everywhere(engine: Engine) -> None:
    schema.upgrade(engine, production=False)
    name = "fisioflow_alembic_version"
    if engine.dialect.name == "postgresql":
        name = "fisioflow.alembic_version"
    with writing(engine) as connection:
        connection.execute(text(f"UPDATE {name} SET version_num = '9999'"))
    finding = found(engine)[VERSION]
    assert finding.verdict is Verdict.FAILURE
    assert finding.remedy == "Install the current release of fisioflow-cli."


def test_other_side(engine: Engine) -> None:
    schema.upgrade(engine, production=True)
    findings = found(engine)
    assert findings[SIDE].verdict is Verdict.FAILURE
    assert "restamp" in (findings[SIDE].remedy or "")
    assert findings[WRITABLE].verdict is Verdict.OK


def test_unstamped(engine: Engine) -> None:
    schema.upgrade(engine, production=False)
    meta = "fisioflow.meta" if engine.dialect.name == "postgresql" else "fisioflow_meta"
    with writing(engine) as connection:
        connection.execute(text(f"DELETE FROM {meta}"))
    finding = found(engine)[SIDE]
    assert finding.verdict is Verdict.FAILURE
    assert "db upgrade" in (finding.remedy or "")


def test_read_only_file(sqlite_url: str) -> None:
    engine = open_database(parse_url(sqlite_url))
    schema.upgrade(engine, production=False)
    closed = open_database(make_url(f"sqlite:///file:{engine.url.database}?mode=ro&uri=true"))
    finding = found(closed)[WRITABLE]
    assert finding.verdict is Verdict.FAILURE
    assert "readonly" in finding.message


def test_without_a_database_nothing_is_judged() -> None:
    assert verdicts(without_ledger("No database.")) == dict.fromkeys(
        (VERSION, SIDE, WRITABLE), Verdict.SKIPPED
    )
