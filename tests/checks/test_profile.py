"""The profile's parts on real databases: what fits, what does not, what is left out."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine, insert, select, text

from fisioflow_cli.checks.finding import Finding, Verdict
from fisioflow_cli.checks.profile import check_profile
from fisioflow_cli.clinic import schema
from fisioflow_cli.database import open_database, parse_url, reading, writing
from fisioflow_cli.ledger.schema import upgrade
from tests.checks.subjects import by_id, clinic, copied_profile, verdicts
from tests.clinic.real_clinic import real_clinic
from tests.clinic.real_schema import NEON, SUPABASE

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_database(parse_url(database_url))
    schema.create(engine)
    yield engine
    engine.dispose()


def found(engine: Engine, profile: str = "fisioflow") -> dict[str, Finding]:
    return by_id(check_profile(clinic(engine, profile), profile))


def run(engine: Engine, statement: str) -> None:
    with writing(engine) as connection:
        connection.execute(text(statement))


def test_plain_clinic_fits(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(schema.organizations),
            [
                {"id": "o1", "name": "Um", "active": True},
                {"id": "o2", "name": "2", "active": False},
            ],
        )
    findings = found(engine)
    # its insights stand in our own record only
    assert findings.pop("writes.record-insight").verdict is Verdict.SKIPPED
    assert {finding.verdict for finding in findings.values()} == {Verdict.OK}
    assert findings["clinic.organizations"].message == (
        "2 organizations are found, 1 of them active."
    )


@pytest.mark.parametrize("name", [SUPABASE, NEON])
def test_real_clinics_fit(postgres_server: URL, name: str) -> None:
    with real_clinic(postgres_server, name) as real:
        judged = verdicts(check_profile(clinic(real.engine, name), name))
    troubled = {check for check, verdict in judged.items() if verdict is Verdict.FAILURE}
    assert troubled == set()
    assert judged["profile.patients"] is Verdict.OK
    assert judged["cleanup.sessions"] is Verdict.OK
    assert judged["cleanup.health-logs"] is Verdict.SKIPPED


def test_nothing_is_changed(engine: Engine, tmp_path: Path) -> None:
    """Every row is old, and every write meets every row: EXPLAIN carries none of it out."""
    log = {"id": "h1", "component": "database", "status": "up", "created_at": LONG_AGO}
    with writing(engine) as connection:
        connection.execute(insert(schema.health_logs), [log])
        connection.execute(
            insert(schema.waitlist), [{"id": "w1", "status": "waiting", "created_at": LONG_AGO}]
        )
    always = ("WHERE id = :waitlist_id AND", "WHERE COALESCE(:waitlist_id, id) = id AND")
    before = contents(engine)
    findings = found(engine, copied_profile(tmp_path, always))
    assert findings["cleanup.health-logs"].verdict is Verdict.OK
    assert findings["writes.refuse-waitlist-entry"].verdict is Verdict.OK
    assert contents(engine) == before


def contents(engine: Engine) -> list[list[Any]]:
    with reading(engine) as connection:
        tables = schema.METADATA.sorted_tables
        return [list(connection.execute(select(table))) for table in tables]


def test_missing_table_is_named(engine: Engine) -> None:
    run(engine, "DROP TABLE vouchers")
    findings = found(engine)
    assert findings["profile.vouchers"].verdict is Verdict.FAILURE
    assert "vouchers" in findings["profile.vouchers"].message
    assert findings["profile.patients"].verdict is Verdict.OK


def test_missing_column_is_named(engine: Engine) -> None:
    run(engine, "ALTER TABLE patients RENAME COLUMN birth_date TO born")
    finding = found(engine)["profile.patients"]
    assert finding.verdict is Verdict.FAILURE
    assert "birth_date" in finding.message


def test_remedy_depends_on_whose_profile_it_is(engine: Engine, tmp_path: Path) -> None:
    run(engine, "DROP TABLE vouchers")
    ours = copied_profile(tmp_path)
    assert "db upgrade" in (found(engine)["profile.vouchers"].remedy or "")
    assert f"relations.vouchers in {ours}" in (found(engine, ours)["profile.vouchers"].remedy or "")


def test_nobody_is_told_to_correct_what_is_built_in(engine: Engine) -> None:
    for table in ("health_logs", "waitlist"):
        run(engine, f"DROP TABLE {table}")
    findings = found(engine)
    for check in ("cleanup.health-logs", "writes.refuse-waitlist-entry"):
        remedy = findings[check].remedy or ""
        assert "db upgrade" in remedy
        assert "your profile" not in remedy


@pytest.mark.parametrize("has_ledger", [False, True])
def test_empty_database_is_told_once(database_url: str, *, has_ledger: bool) -> None:
    """It was told some twenty times, once for every relation, target and write."""
    engine = open_database(parse_url(database_url))
    if has_ledger:
        upgrade(engine, production=False)
    findings = found(engine)
    empty = findings.pop("profile.tables")
    by_itself = "The next command does it too." in (empty.remedy or "")
    assert (empty.verdict, by_itself) == (
        (Verdict.WARNING, True) if engine.dialect.name == "sqlite" else (Verdict.FAILURE, False)
    )
    assert "`fisioflow db upgrade`" in (empty.remedy or "")
    assert findings.pop("profile.dialect").verdict is Verdict.OK
    assert {finding.verdict for finding in findings.values()} == {Verdict.SKIPPED}
    engine.dispose()


def test_empty_postgres_under_a_real_profile(postgres_url: str) -> None:
    engine = open_database(parse_url(postgres_url))
    findings = found(engine, SUPABASE)
    assert findings["profile.tables"].verdict is Verdict.FAILURE
    assert "Correct DATABASE_URL" in (findings["profile.tables"].remedy or "")
    assert findings["clinic.organizations"].verdict is Verdict.SKIPPED
    run(engine, "CREATE TABLE anything (id int)")
    findings = found(engine, SUPABASE)
    assert findings["profile.tables"].verdict is Verdict.OK
    assert findings["profile.staff"].verdict is Verdict.FAILURE
    assert f"copy {SUPABASE}" in (findings["profile.staff"].remedy or "")
    engine.dispose()


def test_profile_of_the_other_kind_of_database(sqlite_url: str) -> None:
    findings = found(open_database(parse_url(sqlite_url)), NEON)
    assert findings.pop("profile.dialect").verdict is Verdict.FAILURE
    assert {finding.verdict for finding in findings.values()} == {Verdict.SKIPPED}


@pytest.mark.parametrize(
    ("old", "new", "check", "named"),
    [
        ('table = "health_logs"', 'table = "logs"', "cleanup.health-logs", "logs"),
        ('older_than = "sent_at"', 'older_than = "sent"', "cleanup.notification-history", "sent"),
        ("AND expires_at < :now", "AND ends_at < :now", "writes.expire-waitlist-offer", "ends_at"),
        ("UPDATE waitlist\n", "UPDATE queue\n", "writes.refuse-waitlist-entry", "queue"),
    ],
)
def test_wrong_target_or_write_is_named(
    engine: Engine, tmp_path: Path, old: str, new: str, check: str, named: str
) -> None:
    finding = found(engine, copied_profile(tmp_path, (old, new)))[check]
    assert finding.verdict is Verdict.FAILURE
    assert named in finding.message
    assert check.partition(".")[2].replace("-", "_") in (finding.remedy or "")


def test_what_is_left_out_is_named_with_what_it_costs(engine: Engine, tmp_path: Path) -> None:
    optional = ("preferences", "payments", "waitlist_offers", "push_subscriptions")
    writes = ("expire_waitlist_offer", "refuse_waitlist_entry")
    findings = found(engine, copied_profile(tmp_path, without=(*optional, *writes)))
    for name in optional:
        assert findings[f"profile.{name.replace('_', '-')}"].verdict is Verdict.SKIPPED
    assert "reports show no revenue" in findings["profile.payments"].message
    assert "data-integrity leaves out" in findings["profile.payments"].message
    assert findings["writes.expire-waitlist-offer"].verdict is Verdict.SKIPPED


def test_offers_without_their_writes_stop_the_clean_up(engine: Engine, tmp_path: Path) -> None:
    finding = found(engine, copied_profile(tmp_path, without=["refuse_waitlist_entry"]))[
        "writes.refuse-waitlist-entry"
    ]
    assert finding.verdict is Verdict.FAILURE
    assert "Add writes.refuse_waitlist_entry" in (finding.remedy or "")


@pytest.mark.parametrize(
    ("right", "table", "check"),
    [
        ("SELECT", "patients", "profile.patients"),
        ("DELETE", "health_logs", "cleanup.health-logs"),
        ("UPDATE", "health_logs", "cleanup.health-logs"),
        ("UPDATE", "waitlist", "writes.refuse-waitlist-entry"),
    ],
)
def test_missing_right_is_named(postgres_url: str, right: str, table: str, check: str) -> None:
    """The clean-up locks rows before it deletes them, which needs the right to update."""
    owner = open_database(parse_url(postgres_url))
    schema.create(owner)
    role = f"r{uuid.uuid4().hex}"
    run(owner, f"CREATE ROLE {role} LOGIN")
    run(owner, f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
    run(owner, f"REVOKE {right} ON {table} FROM {role}")
    stranger = open_database(parse_url(postgres_url).set(username=role))
    try:
        finding = found(stranger)[check]
        assert finding.verdict is Verdict.FAILURE
        assert f"permission denied for table {table}" in finding.message
    finally:
        stranger.dispose()
        run(owner, f"DROP OWNED BY {role}")
        run(owner, f"DROP ROLE {role}")
        owner.dispose()


def test_no_organization_is_a_warning(engine: Engine) -> None:
    finding = found(engine)["clinic.organizations"]
    assert finding.verdict is Verdict.WARNING
    assert finding.message.startswith("No organizations are found")
