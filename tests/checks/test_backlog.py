"""What was left behind, as doctor sees it: on both databases, on ledgers that hold just that."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert, text

from fisioflow_cli.checks import server
from fisioflow_cli.checks.backlog import check_backlog, without_backlog
from fisioflow_cli.checks.finding import Finding, Verdict
from fisioflow_cli.checks.profile import check_profile
from fisioflow_cli.checks.server import check_server
from fisioflow_cli.clinic import schema as clinic_schema
from fisioflow_cli.clock import Clock
from fisioflow_cli.database import open_database, parse_url, writing
from fisioflow_cli.ledger import backlog, runs, schema
from fisioflow_cli.ledger.ledger import Ledger
from fisioflow_cli.ledger.runs import Occasion
from fisioflow_cli.ledger.tables import EventStatus, RunStatus
from tests.checks.subjects import by_id, clinic
from tests.ledger.inbox import Inbox

ZONE = ZoneInfo("America/Sao_Paulo")
BIRTHDAYS = "fisioflow-birthday-messages"
NOON = datetime(2026, 3, 4, 15, tzinfo=UTC)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_database(parse_url(database_url))
    schema.upgrade(engine, production=False)
    yield engine
    engine.dispose()


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """A ledger as it is asked at noon, in São Paulo, on Wednesday 4 March 2026."""
    return Ledger(engine=engine, environment="development", clock=Clock(starting_at=NOON))


def found(ledger: Ledger) -> dict[str, Finding]:
    findings = by_id(check_backlog(ledger, ZONE))
    assert findings.keys() == by_id(without_backlog("")).keys()
    return findings


def verdict(ledger: Ledger, check: str) -> Verdict:
    return found(ledger)[check].verdict


def at(ledger: Ledger, **before: float) -> Ledger:
    """The same ledger, some time before."""
    return replace(ledger, clock=Clock(starting_at=NOON - timedelta(**before)))


def ran(ledger: Ledger, slot: str, *, ended: bool = True, workflow: str = BIRTHDAYS) -> None:
    """A run of a slot, done or left by somebody who died over it."""
    occasion = Occasion(workflow=workflow, slot=slot, scope="all")
    runs.open_run(ledger, occasion, generation=1, as_of=NOON)
    row = runs.latest(ledger, occasion)
    assert row is not None
    lease = runs.acquire(ledger, row, {"host": "gone"}, 60, owner_gone=False)
    assert lease is not None
    if ended:
        runs.finish(ledger, lease, RunStatus.COMPLETED, result={}, error=None)


def test_ledger_in_which_nothing_is_left(ledger: Ledger) -> None:
    findings = found(ledger)
    assert findings["ledger.slots"].verdict is Verdict.SKIPPED
    assert {f.verdict for f in findings.values()} == {Verdict.OK, Verdict.SKIPPED}
    ran(ledger, "2026-03-04")
    assert verdict(ledger, "ledger.slots") is Verdict.OK


def test_run_whose_owner_died(ledger: Ledger, engine: Engine) -> None:
    ran(ledger, "2026-03-04", ended=False)
    assert verdict(ledger, "ledger.leases") is Verdict.OK
    table = ledger.tables.runs
    with writing(engine) as connection:
        past = ledger.instant(-timedelta(hours=1))
        connection.execute(table.update().values(lease_until=past))
    finding = found(ledger)["ledger.leases"]
    assert finding.verdict is Verdict.WARNING
    assert f"{BIRTHDAYS} 2026-03-04" in finding.message
    elsewhere = replace(ledger, environment="preview:other")
    assert verdict(elsewhere, "ledger.leases") is Verdict.OK


def test_slots_that_were_missed_and_one_that_is_late(ledger: Ledger) -> None:
    ran(ledger, "2026-03-01")
    finding = found(ledger)["ledger.slots"]
    assert finding.verdict is Verdict.WARNING
    assert "birthdays 2026-03-02 missed" in finding.message
    assert "birthdays 2026-03-04 late" in finding.message
    assert "fisioflow due" in str(finding.remedy)


def test_many_slots_are_counted_and_the_last_ones_named(ledger: Ledger) -> None:
    ran(ledger, "2026-02-20T00", workflow="fisioflow-data-integrity")
    message = found(ledger)["ledger.slots"].message
    assert message.count("data-integrity") == 5
    assert " more." in message
    assert "2026-03-04T06" in message


def test_events_that_nobody_dispatches(ledger: Ledger) -> None:
    Inbox(ledger=at(ledger, minutes=50)).put("ana@example.com")
    assert verdict(ledger, "ledger.overdue-events") is Verdict.OK
    Inbox(ledger=at(ledger, hours=2)).put("bia@example.com")
    finding = found(ledger)["ledger.overdue-events"]
    assert (finding.verdict, "1 event due" in finding.message) == (Verdict.WARNING, True)
    assert "since 2026-03-04 13:00" in finding.message
    assert "example.com" not in finding.message


def test_events_that_are_dead(ledger: Ledger) -> None:
    inbox = Inbox(ledger=ledger)
    inbox.put("e1")
    inbox.end(inbox.one(), EventStatus.DEAD)
    finding = found(ledger)["ledger.dead-events"]
    assert (finding.verdict, "events list --status dead" in str(finding.remedy)) == (
        Verdict.WARNING,
        True,
    )


def test_counting_ends_where_more_is_just_as_many(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million dead events took as long as a million rows take to be read."""
    monkeypatch.setattr(backlog, "MOST_COUNTED", 2)
    inbox = Inbox(ledger=ledger)
    inbox.put("e1", "e2", "e3")
    for claimed in inbox.claim():
        inbox.end(claimed, EventStatus.DEAD)
    assert found(ledger)["ledger.dead-events"].message.startswith("2 or more events given up, ")
    assert backlog.counts(ledger).dead == 2


def test_doubts_older_than_a_day(ledger: Ledger) -> None:
    for hours, expected in ((2, Verdict.OK), (30, Verdict.WARNING)):
        inbox = Inbox(ledger=at(ledger, hours=hours))
        inbox.put(f"e{hours}")
        inbox.message(inbox.one(), f"event/e{hours}/whatsapp", "in_doubt")
        assert verdict(ledger, "ledger.in-doubt") is expected


def test_server_that_suits(engine: Engine) -> None:
    findings = by_id(check_server(engine, Clock(), production=True))
    assert findings.keys() == by_id(check_server(None, Clock(), production=True)).keys()
    assert {f.verdict for f in findings.values()} <= {Verdict.OK, Verdict.SKIPPED}
    assert findings["database.release"].verdict is Verdict.OK


def test_clock_of_the_server(postgres_url: str) -> None:
    engine = open_database(parse_url(postgres_url))
    for off, expected in ((0, Verdict.OK), (30, Verdict.WARNING), (-7200, Verdict.FAILURE)):
        ours = Clock(starting_at=datetime.now(UTC) + timedelta(seconds=off))
        findings = by_id(check_server(engine, ours, production=True))
        assert findings["database.clock"].verdict is expected
    engine.dispose()


def test_user_with_few_connections(postgres_url: str) -> None:
    engine = open_database(parse_url(postgres_url))
    with writing(engine) as connection:
        connection.execute(text("DROP ROLE IF EXISTS fisioflow_few"))
        connection.execute(text("CREATE ROLE fisioflow_few LOGIN CONNECTION LIMIT 5"))
    engine.dispose()
    few = open_database(parse_url(postgres_url).set(username="fisioflow_few"))
    try:
        finding = by_id(check_server(few, Clock(), production=True))["database.connections"]
        assert (finding.verdict, "5 connections" in finding.message) == (Verdict.WARNING, True)
    finally:
        few.dispose()
        with writing(engine) as connection:
            connection.execute(text("DROP ROLE fisioflow_few"))
        engine.dispose()


def test_server_that_is_nearly_full(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "THREADS", 10_000)
    engine = open_database(parse_url(postgres_url))
    with writing(engine) as connection:
        connection.execute(text("SELECT 1"))
    finding = by_id(check_server(engine, Clock(), production=True))["database.connections"]
    assert (finding.verdict, "connections are taken" in finding.message) == (Verdict.WARNING, True)
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u@aws-0-sa-east-1.pooler.supabase.com:6543/postgres",
        "postgresql://u@ep-cool-pooler.sa-east-1.aws.neon.tech/neondb",
        "postgresql://u@db.example.com:6432/clinic",
    ],
)
def test_poolers_are_recognised(url: str) -> None:
    engine = open_database(parse_url(url))
    assert server._is_pooled(engine)
    assert not server._is_pooled(open_database(parse_url("postgresql://u@db.example.com/clinic")))


def test_zone_that_is_none(engine: Engine) -> None:
    clinic_schema.create(engine)
    rows = [
        {"id": "o1", "name": "Um", "timezone": "America/Manaus"},
        {"id": "o2", "name": "Dois", "timezone": "Brasília\x1b[31m"},
        {"id": "o3", "name": "Três"},
    ]
    with writing(engine) as connection:
        for row in rows:
            connection.execute(insert(clinic_schema.organizations), row)
    finding = by_id(check_profile(clinic(engine, "fisioflow"), "fisioflow"))["clinic.time-zones"]
    assert finding.verdict is Verdict.WARNING
    assert finding.message == "The time zone of o2 is none, so FISIOFLOW_TIMEZONE is used there."


def test_journal_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_database(parse_url(f"sqlite:///{tmp_path / 'clinic.db'}"))
    monkeypatch.setattr("os.access", lambda *_: False)
    finding = by_id(check_server(engine, Clock(), production=True))["database.journal"]
    assert finding.verdict is Verdict.FAILURE


def test_server_that_is_too_old(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "OLDEST_POSTGRES", (99,))
    engine = open_database(parse_url(postgres_url))
    finding = by_id(check_server(engine, Clock(), production=True))["database.release"]
    assert (finding.verdict, "Upgrade" in str(finding.remedy)) == (Verdict.WARNING, True)
    engine.dispose()


def test_link_in_clear(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's server speaks no TLS; it is taken for one that is far away."""
    monkeypatch.setattr(server, "_is_near", lambda _: False)
    engine = open_database(parse_url(postgres_url))
    for production, verdict in ((True, Verdict.FAILURE), (False, Verdict.WARNING)):
        findings = by_id(check_server(engine, Clock(), production=production))
        assert findings["database.encryption"].verdict is verdict
    engine.dispose()
