"""The ledger of the first release, frozen: upgraded with every row intact, and worked with afterwards."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, inspect, text

from fisioflow_cli.clock import Clock
from fisioflow_cli.database import open_database, parse_url
from fisioflow_cli.errors import LedgerBehind, LedgerOfOtherSide
from fisioflow_cli.ledger import deliveries, events, findings, runs, schema, steps
from fisioflow_cli.ledger.ledger import Lease, Ledger
from fisioflow_cli.ledger.standing import Condition, look
from fisioflow_cli.ledger.tables import DeliveryState, EventStatus, RunStatus, StepStatus
from tests.ledger.agreement import differences, misnamed
from tests.ledger.inbox import Inbox, ids

FROZEN = Path(__file__).parent / "first_release"
TABLES = ("meta", "runs", "steps", "deliveries", "findings")
BIRTHDAYS = "fisioflow-birthday-messages"
VOUCHERS = "fisioflow-expiring-vouchers"
THEN = datetime(2026, 11, 23, 13, tzinfo=UTC)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with the frozen ledger."""
    made = open_database(parse_url(database_url))
    script = (FROZEN / f"{made.dialect.name}.sql").read_text()
    if made.dialect.name == "sqlite":
        with closing(sqlite3.connect(made.url.database or "")) as file:
            file.executescript(script)
    else:
        plain = database_url.replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(script.encode())
    yield made
    made.dispose()


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """The same, upgraded, an hour after it was frozen."""
    assert schema.upgrade(engine, production=False) == "0001"
    return Ledger(engine=engine, environment="development", clock=Clock(starting_at=THEN))


def _columns(engine: Engine) -> dict[str, str]:
    """The columns of the first release's tables."""
    postgres = engine.dialect.name == "postgresql"
    schema, prefix = ("fisioflow", "") if postgres else (None, "fisioflow_")
    return {
        table: ", ".join(c["name"] for c in inspect(engine).get_columns(f"{prefix}{table}", schema))
        for table in TABLES
    }


def _rows(engine: Engine, columns: dict[str, str]) -> dict[str, list[Any]]:
    """What stands in these columns, as the database itself has it."""
    prefix = "fisioflow." if engine.dialect.name == "postgresql" else "fisioflow_"
    with engine.connect() as connection:
        return {
            table: sorted(
                map(repr, connection.execute(text(f"SELECT {names} FROM {prefix}{table}")))
            )
            for table, names in columns.items()
        }


def test_frozen_ledger_is_behind(engine: Engine) -> None:
    with pytest.raises(LedgerBehind, match="fisioflow db upgrade"):
        schema.require_current(engine)
    frozen = Ledger(engine=engine, environment="development", clock=Clock())
    found = look(frozen, production=False)
    assert (found.condition, found.revision) == (Condition.BEHIND, "0001")


def test_upgrade_leaves_every_row_as_it_is(engine: Engine) -> None:
    columns = _columns(engine)
    before = _rows(engine, columns)
    assert {table: len(rows) for table, rows in before.items()} == {
        "meta": 2,
        "runs": 4,
        "steps": 2,
        "deliveries": 5,
        "findings": 2,
    }
    assert schema.upgrade(engine, production=False) == "0001"
    assert _rows(engine, columns) == before
    schema.require_current(engine)
    assert schema.upgrade(engine, production=False) == schema.HEAD


def test_upgraded_ledger_is_like_a_new_one(ledger: Ledger) -> None:
    assert differences(ledger.engine) == []
    assert misnamed(ledger.engine) == set()


def test_upgrade_of_the_other_side_changes_nothing(engine: Engine) -> None:
    with pytest.raises(LedgerOfOtherSide):
        schema.upgrade(engine, production=True)
    with pytest.raises(LedgerBehind):
        schema.require_current(engine)


def test_provider_keys_stay_what_they_are(ledger: Ledger) -> None:
    """The ledger's id is in every one of them: with another id, people would be written to again."""
    stamp = schema.require_side(ledger, production=False)
    assert stamp.ledger_id == "00000000-0000-4000-8000-000000000001"
    sent = deliveries.find(ledger, "birthday/p1/2026")
    assert sent is not None
    assert (sent.state, sent.provider_id, sent.tries) == (DeliveryState.SENT, "m-1", 1)
    assert sent.first_attempt_at == datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
    assert sent.payload is not None
    assert "Feliz aniversário, Ana! 🎉" in sent.payload


def test_finished_run_answers_with_its_result(ledger: Ledger) -> None:
    occasion = runs.Occasion(workflow=BIRTHDAYS, slot="2026-11-22", scope="all")
    done = runs.latest(ledger, occasion)
    assert done is not None
    assert (done.status, done.attempt, done.result["sent"]) == (RunStatus.COMPLETED, 1, 1)
    (step,) = steps.of_run(ledger, done.id)
    assert (step.status, step.result["until"]) == (StepStatus.COMPLETED, "p2")


def test_unfinished_run_is_resumed(ledger: Ledger) -> None:
    (late,) = runs.unfinished(ledger, BIRTHDAYS)
    assert (late.slot, late.scope, late.status) == ("2026-11-23", "o1", RunStatus.TIMED_OUT)
    lease = runs.acquire(ledger, late, {}, 60, owner_gone=False)
    assert lease == Lease(run_id=late.id, attempt=2)
    pending = deliveries.find(ledger, "birthday/p3/2026")
    assert pending is not None
    subject = deliveries.Subject(
        message_key=pending.message_key,
        provider_key=pending.provider_key,
        organization_id=pending.organization_id,
        recipient_id=pending.recipient_id,
    )
    claimed = deliveries.write(
        ledger, lease, subject, pending, {"state": DeliveryState.SENDING, "payload": "{}"}
    )
    assert claimed is not None
    assert deliveries.settle(ledger, claimed, {"state": DeliveryState.SENT})
    runs.finish(ledger, lease, RunStatus.PARTIAL, result={"sent": 1}, error=None)
    assert runs.unfinished(ledger, BIRTHDAYS) == []
    assert {(tally.state, tally.reason) for tally in deliveries.tally(ledger, late.id)} == {
        (DeliveryState.SENT, "night"),
        (DeliveryState.IN_DOUBT, "timeout"),
    }


def test_killed_run_is_taken_over(ledger: Ledger) -> None:
    (killed,) = runs.unfinished(ledger, VOUCHERS)
    assert (killed.status, killed.attempt) == (RunStatus.RUNNING, 1)
    assert killed.owner is not None
    assert killed.owner["host"] == "clinic-1"
    taken = runs.acquire(ledger, killed, {}, 60, owner_gone=True)
    assert taken == Lease(run_id=killed.id, attempt=2)


def test_what_was_reported_is_not_reported_again(ledger: Ledger) -> None:
    occasion = runs.Occasion(workflow="fisioflow-data-integrity", slot="next", scope="all")
    runs.open_run(ledger, occasion, generation=1, as_of=THEN)
    found = runs.latest(ledger, occasion)
    assert found is not None
    lease = runs.acquire(ledger, found, {}, 60, owner_gone=True)
    assert lease is not None
    known = findings.FindingRow(check="orphan_session", subject_id="s1", organization_id="o1")
    findings.see(ledger, lease, "all", [known, replace(known, subject_id="s3")])
    (new,) = findings.new(ledger, lease, sample=9)
    assert new.sample == ("s3",)


def test_events_work_in_the_upgraded_ledger(ledger: Ledger) -> None:
    inbox = Inbox(ledger=ledger)
    inbox.put("e1", "e2")
    first, second = inbox.claim()
    assert ids([first, second]) == ["e1", "e2"]
    inbox.message(first, "event/e1/email", "sent")
    assert inbox.end(first, EventStatus.COMPLETED).status is EventStatus.COMPLETED
    assert inbox.end(second, EventStatus.DEAD).status is EventStatus.DEAD
    assert events.counts(ledger) == {EventStatus.COMPLETED: 1, EventStatus.DEAD: 1}
