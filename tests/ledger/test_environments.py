"""The environments of a ledger: what each has, and dropping one leaves nothing of it and all of the rest."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, inspect, select
from sqlalchemy.types import Boolean, Integer, String, Text

from fisioflow_cli.database import UtcDateTime
from fisioflow_cli.engine import owner
from fisioflow_cli.ledger import environments, runs
from fisioflow_cli.ledger.runs import Occasion
from tests.engine.workbench import MONDAY, Bench
from tests.ledger.inbox import Inbox

A, B = "preview:a", "preview:b"


def of(bench: Bench, environment: str) -> Bench:
    ledger = replace(bench.ledger, environment=environment)
    return Bench(ledger=ledger, clock=bench.clock)


def row(table: Table, number: int, environment: str) -> dict[str, Any]:
    """A row of any table; where it names a run, the run of the same number."""

    def value(column: Any) -> Any:
        if column.name == "environment":
            return environment
        if isinstance(column.type, String | Text):
            return f"{environment} {number}"
        if isinstance(column.type, UtcDateTime):
            return MONDAY
        if isinstance(column.type, Boolean):
            return False
        return number if isinstance(column.type, Integer) else None

    return {column.name: value(column) for column in table.columns}


def fill(bench: Bench, environment: str, count: int) -> None:
    """So many rows of one environment in each table but the stamp's."""
    tables = bench.ledger.tables
    with bench.ledger.writing() as connection:
        for table in tables.metadata.sorted_tables:
            if table is not tables.meta:
                rows = [row(table, number, environment) for number in range(count)]
                connection.execute(table.insert(), rows)


def contents(bench: Bench, mark: str) -> dict[str, list[dict[str, Any]]]:
    """Every row, of every table, that mentions `mark`."""
    found = {}
    with bench.ledger.reading() as connection:
        for table in bench.ledger.tables.metadata.sorted_tables:
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            found[table.name] = sorted((r for r in rows if mark in str(r)), key=str)
    return found


def test_what_each_environment_has(bench: Bench) -> None:
    fill(bench, A, 3)
    Inbox(ledger=of(bench, B).ledger).put("e1", "e2")
    first, second = environments.populations(bench.ledger)
    named = ("runs", "deliveries", "findings", "events", "sources", "insights", "slots")
    assert (first.environment, set(first.rows)) == (A, set(named))
    assert set(first.rows.values()) == {3}
    assert first.newest == MONDAY
    assert (second.environment, dict(second.rows)) == (B, {"events": 2})
    assert second.newest is not None


@pytest.mark.parametrize("newest", ["runs", "events", "deliveries"])
def test_newest_of_whatever_it_has_is_told(bench: Bench, newest: str) -> None:
    """By that a person judges whether the branch is over."""
    with bench.ledger.writing() as connection:
        for name in ("runs", "events", "deliveries"):
            table = getattr(bench.ledger.tables, name)
            began = "accepted_at" if name == "events" else "created_at"
            for number in range(3):
                at = MONDAY + timedelta(hours=number + 10 * (name == newest))
                connection.execute(table.insert(), row(table, number, A) | {began: at})
    [found] = environments.populations(bench.ledger)
    assert found.newest == MONDAY + timedelta(hours=12)


def test_environments_are_told_by_name(bench: Bench) -> None:
    occasion = Occasion(workflow="w", slot="s", scope="all")
    runs.open_run(of(bench, B).ledger, occasion, generation=1, as_of=MONDAY)
    Inbox(ledger=of(bench, A).ledger).put("e1")
    assert [each.environment for each in environments.populations(bench.ledger)] == [A, B]


def test_an_empty_ledger_has_none(bench: Bench) -> None:
    assert environments.populations(bench.ledger) == []


def test_nothing_of_a_dropped_environment_is_left_in_any_table(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In small batches, so that one is never the last; the other environment stays as it was."""
    monkeypatch.setattr(environments, "BATCH", 2)
    fill(bench, A, 5)
    fill(bench, B, 5)
    before = contents(bench, B)
    assert all(before[table.name] for table in _peopled(bench))
    batches = list(environments.drop(bench.ledger, A))
    assert max(batches) == 2
    assert not any(contents(bench, A).values())
    assert contents(bench, B) == before
    assert list(environments.drop(bench.ledger, A)) == []


def test_dropping_that_was_interrupted_goes_on_the_next_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after each of its batches; no step is ever left without its run."""
    monkeypatch.setattr(environments, "BATCH", 4)
    fill(bench, A, 6)
    starts = 0
    while next(environments.drop(bench.ledger, A), None):
        starts += 1
        left = {row["id"] for row in bench.rows("runs")}
        assert {row["run_id"] for row in bench.rows("steps")} == left
    assert starts == 2 * len(_peopled(bench)) - 2  # each table twice; runs and steps together
    assert not any(contents(bench, A).values())


def test_every_table_is_reached(bench: Bench) -> None:
    """A new table without an environment would be forgotten: give it one, or drop it here."""
    without = {t.name for t in _peopled(bench) if "environment" not in t.c}
    assert without == {bench.ledger.tables.steps.name}
    schema = bench.ledger.tables.metadata.schema
    names = set(inspect(bench.engine).get_table_names(schema=schema))
    known = {table.name for table in bench.ledger.tables.metadata.sorted_tables}
    assert {name for name in names - known if not name.endswith("alembic_version")} == set()


def test_who_works_there_is_told_but_for_the_dead(bench: Bench) -> None:
    there = of(bench, A).ledger
    occasion = Occasion(workflow="w", slot="s", scope="all")
    runs.open_run(there, occasion, generation=1, as_of=MONDAY)
    run = runs.latest(there, occasion)
    assert run is not None
    lease = runs.acquire(there, run, owner.current(), 3600, owner_gone=False)
    assert lease is not None
    [found] = environments.workers(bench.ledger, A, owner.gone)
    assert found == owner.current()
    assert environments.workers(bench.ledger, B, owner.gone) == []
    assert environments.workers(bench.ledger, A, lambda _owner: True) == []
    of(bench, A).overtake()  # its lease is over
    assert environments.workers(bench.ledger, A, owner.gone) == []


def _peopled(bench: Bench) -> list[Table]:
    tables = bench.ledger.tables
    return [table for table in tables.metadata.sorted_tables if table is not tables.meta]
