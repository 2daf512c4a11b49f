"""The statements on runs: unique per occasion, leased by compare-and-set, fenced."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fisioflow_cli.errors import LeaseLost
from fisioflow_cli.ledger import deliveries, runs, slot_runs
from fisioflow_cli.ledger.ledger import Lease, Ledger
from fisioflow_cli.ledger.runs import Occasion, RunRow
from fisioflow_cli.ledger.tables import DeliveryState, RunStatus
from tests.engine.workbench import Bench

AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)
ME = {"pid": 1, "host": "h"}
TODAY = Occasion(workflow="w", slot="2026-11-23", scope="all")


@pytest.fixture
def ledger(bench: Bench) -> Ledger:
    return bench.ledger


def _open(ledger: Ledger, occasion: Occasion = TODAY, generation: int = 1) -> RunRow:
    runs.open_run(ledger, occasion, generation=generation, as_of=AS_OF)
    found = runs.latest(ledger, occasion)
    assert found is not None
    return found


def _acquire(ledger: Ledger, run: RunRow, seconds: int = 60, *, gone: bool = False) -> Lease | None:
    return runs.acquire(ledger, run, ME, seconds, owner_gone=gone)


def _taken(ledger: Ledger, occasion: Occasion = TODAY) -> Lease:
    lease = _acquire(ledger, _open(ledger, occasion))
    assert lease is not None
    return lease


def test_new_run_is_nobodys_and_never_attempted(ledger: Ledger) -> None:
    row = _open(ledger)
    assert (row.attempt, row.generation, row.owner, row.leased) == (0, 1, None, False)
    assert (row.started_at, row.finished_at, row.result, row.error) == (None, None, None, None)
    assert row.as_of == AS_OF
    assert not row.settled
    assert runs.latest(ledger, replace(TODAY, slot="2026-11-24")) is None


def test_opening_twice_opens_once(ledger: Ledger) -> None:
    first = _open(ledger)
    assert _open(ledger).id == first.id


@pytest.mark.parametrize(
    "other",
    [
        {"workflow": "v"},
        {"slot": "2026-11-24"},
        {"scope": "o1"},
        {"generation": 2},
        {"environment": "preview:x"},
    ],
)
def test_run_is_unique_per_each_part_of_its_occasion(bench: Bench, other: dict[str, Any]) -> None:
    first = _open(bench.ledger)
    facts = {"environment": "development", "generation": 1, **other}
    ledger = replace(bench.ledger, environment=facts.pop("environment"))
    generation = facts.pop("generation")
    second = _open(ledger, replace(TODAY, **facts), generation)
    assert second.id != first.id
    assert len(bench.rows("runs")) == 2


def test_newest_generation_is_the_latest(ledger: Ledger) -> None:
    for generation in (1, 10, 2):
        runs.open_run(ledger, TODAY, generation=generation, as_of=AS_OF)
    latest = runs.latest(ledger, TODAY)
    assert latest is not None
    assert latest.generation == 10


def test_lease_is_given_to_one(ledger: Ledger) -> None:
    row = _open(ledger)
    assert _acquire(ledger, row) == Lease(run_id=row.id, attempt=1)
    assert _acquire(ledger, row) is None
    again = _open(ledger)
    assert (again.status, again.leased, again.owner) == (RunStatus.RUNNING, True, ME)
    assert _acquire(ledger, again) is None


def test_many_threads_one_lease(ledger: Ledger) -> None:
    row = _open(ledger)
    gun = threading.Barrier(6)
    got: list[Lease | None] = []

    def race() -> None:
        gun.wait()
        got.append(_acquire(ledger, row))

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(lease is not None for lease in got) == 1
    assert len(got) == 6


def test_lease_that_ran_out_raises_the_attempt(bench: Bench) -> None:
    first = _acquire(bench.ledger, _open(bench.ledger), seconds=0)
    found = _open(bench.ledger)
    assert not found.leased
    second = _acquire(bench.ledger, found)
    assert first is not None
    assert second == Lease(run_id=first.run_id, attempt=2)


def test_dead_owners_lease_is_taken_before_its_end_but_once(ledger: Ledger) -> None:
    _taken(ledger)
    seen = _open(ledger)
    assert seen.leased
    assert _acquire(ledger, seen) is None
    second = _acquire(ledger, seen, gone=True)
    assert second is not None
    assert second.attempt == 2
    assert _acquire(ledger, seen, gone=True) is None


@pytest.mark.parametrize("status", [RunStatus.COMPLETED, RunStatus.PARTIAL])
def test_settled_run_is_nobodys_any_more(ledger: Ledger, status: RunStatus) -> None:
    runs.finish(ledger, _taken(ledger), status, result={"n": 1}, error=None)
    row = _open(ledger)
    assert row.settled
    assert _acquire(ledger, row) is None


@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.TIMED_OUT, RunStatus.CANCELLED])
def test_unsettled_run_is_resumed(bench: Bench, status: RunStatus) -> None:
    lease = _taken(bench.ledger)
    begun = _open(bench.ledger).started_at
    runs.finish(bench.ledger, lease, status, result={"n": 1}, error="why")
    row = _open(bench.ledger)
    assert (row.settled, row.leased, row.owner, row.error) == (False, False, None, "why")
    assert row.finished_at is not None
    bench.clock.jump(timedelta(hours=1))
    assert _acquire(bench.ledger, row) == Lease(run_id=row.id, attempt=2)
    resumed = _open(bench.ledger)
    assert (resumed.started_at, resumed.finished_at, resumed.error) == (begun, None, None)
    assert resumed.result == {"n": 1}


def test_older_attempt_can_neither_finish_nor_write(bench: Bench) -> None:
    ledger = bench.ledger
    old = _taken(ledger)
    assert _acquire(ledger, _open(ledger), gone=True) is not None
    with pytest.raises(LeaseLost):
        runs.finish(ledger, old, RunStatus.COMPLETED, result={}, error=None)
    with pytest.raises(LeaseLost), ledger.fenced(old) as connection:
        connection.execute(ledger.tables.runs.update().values(error="zombie"))
    row = _open(ledger)
    assert (row.status, row.attempt, row.error) == (RunStatus.RUNNING, 2, None)


def test_finished_attempt_cannot_write_any_more(ledger: Ledger) -> None:
    lease = _taken(ledger)
    runs.finish(ledger, lease, RunStatus.TIMED_OUT, result={}, error=None)
    with pytest.raises(LeaseLost):
        runs.finish(ledger, lease, RunStatus.COMPLETED, result={}, error=None)
    assert not runs.renew(ledger, lease, 60)


def test_takeover_waits_for_a_write_in_progress(ledger: Ledger) -> None:
    """Else the older attempt's write, checked before the takeover, would land after it."""
    lease = _taken(ledger)
    seen = _open(ledger)
    order: list[str] = []

    def take_over() -> None:
        assert _acquire(ledger, seen, gone=True) is not None
        order.append("taken over")

    with ledger.fenced(lease):
        thread = threading.Thread(target=take_over)
        thread.start()
        thread.join(0.3)
        order.append("written")
    thread.join(10)
    assert order == ["written", "taken over"]


def test_renewal_does_not_wait_on_other_hosts_clocks(bench: Bench) -> None:
    lease = _taken(bench.ledger)
    assert runs.renew(bench.ledger, lease, 3600)
    assert not runs.renew(bench.ledger, replace(lease, attempt=2), 3600)
    assert not runs.renew(bench.ledger, replace(lease, run_id="none"), 3600)


def test_first_slot_is_the_earliest_of_these_scopes(ledger: Ledger) -> None:
    for slot, scope in (("2026-W53", "all"), ("2027-W01", "all"), ("2026-W02", "o1")):
        _open(ledger, Occasion(workflow="w", slot=slot, scope=scope))
    assert slot_runs.firsts(ledger, ["w", "v"], ["all"]) == {"w": "2026-W53"}
    assert slot_runs.firsts(ledger, ["w"], ["all", "o1"]) == {"w": "2026-W02"}
    assert slot_runs.firsts(replace(ledger, environment="preview:x"), ["w"], ["all"]) == {}


def test_unfinished_runs_are_those_a_later_start_has_something_to_do_for(ledger: Ledger) -> None:
    ended = {
        "2026-11-19": RunStatus.COMPLETED,
        "2026-11-18": RunStatus.TIMED_OUT,
        "2026-11-17": RunStatus.CANCELLED,
        "2026-11-16": RunStatus.FAILED,
        "2026-11-15": RunStatus.PARTIAL,
    }
    for slot, status in ended.items():
        lease = _taken(ledger, replace(TODAY, slot=slot))
        runs.finish(ledger, lease, status, result={}, error=None)
    with_pending = _taken(ledger, replace(TODAY, slot="2026-11-14", scope="o1"))
    subject = deliveries.Subject(
        message_key="k", provider_key="p", organization_id=None, recipient_id=None
    )
    deliveries.write(ledger, with_pending, subject, None, {"state": DeliveryState.PENDING})
    runs.finish(ledger, with_pending, RunStatus.FAILED, result={}, error="why")
    _taken(ledger, replace(TODAY, slot="2026-11-20"))
    found = [run.slot for run in runs.unfinished(ledger, "w")]
    assert found == ["2026-11-14", "2026-11-17", "2026-11-18", "2026-11-20"]
    assert [run.slot for run in runs.unfinished(ledger, "w", scope="o1")] == ["2026-11-14"]
    assert runs.unfinished(replace(ledger, environment="preview:x"), "w") == []


def test_runs_are_found_by_the_beginning_of_their_id(ledger: Ledger) -> None:
    ids = sorted(_open(ledger, replace(TODAY, slot=f"s{n}")).id for n in range(3))
    assert [run.id for run in runs.matching(ledger, ids[0][:20])] == [ids[0]]
    assert len(runs.matching(ledger, "")) == 2
    assert runs.matching(ledger, "%") == runs.matching(ledger, "_") == []
    found = runs.get(ledger, ids[1])
    assert found is not None
    assert found.id == ids[1]
    assert runs.get(ledger, "none") is None
