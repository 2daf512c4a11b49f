"""The statements on steps: one row per name, read in the order they were begun."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fisioflow_cli.errors import LeaseLost
from fisioflow_cli.ledger import runs, steps
from fisioflow_cli.ledger.ledger import Lease, Ledger
from fisioflow_cli.ledger.runs import Occasion
from fisioflow_cli.ledger.steps import StepRow
from fisioflow_cli.ledger.tables import StepStatus
from tests.engine.workbench import Bench

BEGAN = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def ledger(bench: Bench) -> Ledger:
    return bench.ledger


@pytest.fixture
def lease(ledger: Ledger) -> Lease:
    occasion = Occasion(workflow="w", slot="s", scope="all")
    runs.open_run(ledger, occasion, generation=1, as_of=BEGAN)
    found = runs.latest(ledger, occasion)
    assert found is not None
    lease = runs.acquire(ledger, found, {}, 60, owner_gone=False)
    assert lease is not None
    return lease


def _step(lease: Lease, name: str = "look", **facts: Any) -> StepRow:
    step = StepRow(
        run_id=lease.run_id,
        name=name,
        status=StepStatus.COMPLETED,
        attempt=lease.attempt,
        tries=1,
        started_at=BEGAN,
        finished_at=BEGAN + timedelta(seconds=2),
        result={"ids": ["ç", 1, None]},
        error=None,
    )
    return replace(step, **facts)


def _record(ledger: Ledger, lease: Lease, *rows: StepRow) -> None:
    with ledger.fenced(lease) as connection:
        for row in rows:
            steps.record(ledger, connection, row)


@pytest.mark.parametrize("result", [None, 0, "ç", [], {"a": {"b": [1, 2.5, None]}}, False])
def test_step_comes_back_as_it_was_written(ledger: Ledger, lease: Lease, result: Any) -> None:
    step = _step(lease, result=result)
    _record(ledger, lease, step)
    assert steps.of_run(ledger, lease.run_id) == [step]
    assert steps.of_run(ledger, "another") == []


def test_failed_or_waiting_step_is_written_over(ledger: Ledger, lease: Lease) -> None:
    _record(ledger, lease, _step(lease, status=StepStatus.FAILED, result=None, error="ValueError"))
    better = _step(lease, attempt=2, tries=3)
    _record(ledger, lease, better)
    assert steps.of_run(ledger, lease.run_id) == [better]


def test_steps_are_read_in_the_order_they_began(ledger: Ledger, lease: Lease) -> None:
    later = BEGAN + timedelta(milliseconds=1)
    _record(
        ledger,
        lease,
        _step(lease, "a", started_at=later),
        _step(lease, "z"),
        _step(lease, "b"),
    )
    assert [step.name for step in steps.of_run(ledger, lease.run_id)] == ["b", "z", "a"]


def test_only_a_completed_step_counts_as_done(ledger: Ledger, lease: Lease) -> None:
    done = _step(lease)
    _record(ledger, lease, done, _step(lease, "w", status=StepStatus.WAITING))
    with ledger.reading() as connection:
        assert steps.completed(ledger, connection, lease.run_id, "look") == done
        assert steps.completed(ledger, connection, lease.run_id, "w") is None
        assert steps.completed(ledger, connection, lease.run_id, "none") is None


def test_step_of_a_rolled_back_transaction_is_not_there(ledger: Ledger, lease: Lease) -> None:
    def crash() -> None:
        with ledger.fenced(lease) as connection:
            steps.record(ledger, connection, _step(lease))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    assert steps.of_run(ledger, lease.run_id) == []


def test_older_attempt_records_nothing(ledger: Ledger, lease: Lease) -> None:
    with pytest.raises(LeaseLost):
        _record(ledger, replace(lease, attempt=0), _step(lease))
    assert steps.of_run(ledger, lease.run_id) == []
