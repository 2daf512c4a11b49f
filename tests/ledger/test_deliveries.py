"""The statements on deliveries: one row per key, claimed by compare-and-set, settled by its claim."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fisioflow_cli.errors import LeaseLost
from fisioflow_cli.ledger import deliveries, retention, runs
from fisioflow_cli.ledger.deliveries import DeliveryRow, Subject, Tally
from fisioflow_cli.ledger.ledger import Lease
from fisioflow_cli.ledger.runs import Occasion
from fisioflow_cli.ledger.tables import DeliveryState
from tests.engine.workbench import Bench

AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)
STATE = DeliveryState
PAYLOADS = retention.Text.DELIVERY_PAYLOADS


@pytest.fixture
def lease(bench: Bench) -> Lease:
    return _lease(bench)


def _lease(bench: Bench, slot: str = "s") -> Lease:
    occasion = Occasion(workflow="w", slot=slot, scope="all")
    runs.open_run(bench.ledger, occasion, generation=1, as_of=AS_OF)
    found = runs.latest(bench.ledger, occasion)
    assert found is not None
    lease = runs.acquire(bench.ledger, found, {}, 3600, owner_gone=False)
    assert lease is not None
    return lease


def _subject(key: str = "birthday/p1/2026") -> Subject:
    return Subject(
        message_key=key, provider_key=f"hash of {key}", organization_id="o1", recipient_id="p1"
    )


def _write(
    bench: Bench, lease: Lease, seen: DeliveryRow | None = None, key: str = "k", **values: Any
) -> DeliveryRow | None:
    return deliveries.write(bench.ledger, lease, _subject(key), seen, values)


def _claim(bench: Bench, lease: Lease, key: str = "k") -> DeliveryRow:
    claimed = _write(
        bench, lease, key=key, state=STATE.SENDING, payload='{"ç": 1}', channel="email"
    )
    assert claimed is not None
    return claimed


def test_claim_gives_the_row_as_it_is_stored(bench: Bench, lease: Lease) -> None:
    claimed = _claim(bench, lease)
    assert (claimed.state, claimed.claim, claimed.tries) == (STATE.SENDING, 1, 0)
    assert (claimed.run_id, claimed.organization_id) == (lease.run_id, "o1")
    assert claimed.payload == '{"ç": 1}'
    assert claimed.created_at == claimed.updated_at
    assert deliveries.find(bench.ledger, "k") == claimed
    assert deliveries.find(bench.ledger, "other") is None


def test_key_is_claimed_once(bench: Bench, lease: Lease) -> None:
    _claim(bench, lease)
    assert _write(bench, lease, state=STATE.SENDING) is None
    assert len(bench.rows("deliveries")) == 1


def test_key_is_another_one_in_another_environment(bench: Bench, lease: Lease) -> None:
    _claim(bench, lease)
    preview = Bench(ledger=replace(bench.ledger, environment="preview:x"), clock=bench.clock)
    assert deliveries.find(preview.ledger, "k") is None
    assert _write(preview, _lease(preview), state=STATE.PENDING) is not None
    assert len(bench.rows("deliveries")) == 2


@pytest.mark.parametrize("exists", [False, True])
def test_many_threads_one_claim(bench: Bench, lease: Lease, *, exists: bool) -> None:
    seen = _write(bench, lease, state=STATE.PENDING) if exists else None
    gun = threading.Barrier(6)
    got: list[DeliveryRow | None] = []

    def race() -> None:
        gun.wait()
        got.append(_write(bench, lease, seen, state=STATE.SENDING))

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 6
    (winner,) = [row for row in got if row is not None]
    assert winner.claim == (2 if exists else 1)


def test_change_needs_the_state_and_the_claim_that_were_seen(bench: Bench, lease: Lease) -> None:
    first = _write(bench, lease, state=STATE.PENDING)
    assert first is not None
    second = _write(bench, lease, first, state=STATE.PENDING)
    assert second is not None
    assert second.claim == 2
    assert _write(bench, lease, first, state=STATE.SENDING) is None
    assert _write(bench, lease, replace(second, state=STATE.SKIPPED), state=STATE.SENDING) is None
    assert deliveries.find(bench.ledger, "k") == second


def test_row_becomes_the_run_that_writes_it(bench: Bench, lease: Lease) -> None:
    other = _lease(bench, "other")
    first = _write(bench, lease, state=STATE.SKIPPED, reason="minor")
    moved = _write(bench, other, first, state=STATE.SENDING, reason=None)
    assert moved is not None
    assert (moved.run_id, moved.reason) == (other.run_id, None)
    assert deliveries.tally(bench.ledger, lease.run_id) == []


def test_older_attempt_claims_nothing(bench: Bench, lease: Lease) -> None:
    pending = _write(bench, lease, state=STATE.PENDING)
    bench.overtake()
    with pytest.raises(LeaseLost):
        _write(bench, lease, key="new", state=STATE.SENDING)
    with pytest.raises(LeaseLost):
        _write(bench, lease, pending, state=STATE.SENDING)
    assert [row["state"] for row in bench.rows("deliveries")] == ["pending"]


def test_outcome_is_recorded_even_after_a_takeover(bench: Bench, lease: Lease) -> None:
    """What the provider answered is true, as long as nobody has judged the delivery since."""
    claimed = _claim(bench, lease)
    bench.overtake()
    assert deliveries.settle(bench.ledger, claimed, {"state": STATE.SENT, "provider_id": "m1"})
    found = deliveries.find(bench.ledger, "k")
    assert found is not None
    assert (found.state, found.provider_id) == (STATE.SENT, "m1")


def test_outcome_of_an_older_claim_is_refused(bench: Bench, lease: Lease) -> None:
    claimed = _claim(bench, lease)
    judged = _write(bench, lease, claimed, state=STATE.IN_DOUBT, reason="interrupted")
    assert not deliveries.settle(bench.ledger, claimed, {"state": STATE.SENT})
    assert deliveries.find(bench.ledger, "k") == judged


def test_outcome_is_recorded_once(bench: Bench, lease: Lease) -> None:
    claimed = _claim(bench, lease)
    assert deliveries.settle(bench.ledger, claimed, {"state": STATE.FAILED, "reason": "http_422"})
    assert not deliveries.settle(bench.ledger, claimed, {"state": STATE.SENT})


def test_tally_counts_by_state_reason_and_channel(bench: Bench, lease: Lease) -> None:
    for number in range(3):
        _write(bench, lease, key=f"a{number}", state=STATE.SKIPPED, reason="minor")
    _write(bench, lease, key="b", state=STATE.SKIPPED, reason="inactive")
    _claim(bench, lease, "c")
    assert sorted(deliveries.tally(bench.ledger, lease.run_id), key=lambda t: str(t.reason)) == [
        Tally(state=STATE.SENDING, reason=None, channel="email", count=1),
        Tally(state=STATE.SKIPPED, reason="inactive", channel=None, count=1),
        Tally(state=STATE.SKIPPED, reason="minor", channel=None, count=3),
    ]


def test_abandoned_run_has_nothing_open(bench: Bench, lease: Lease) -> None:
    other = _lease(bench, "other")
    _write(bench, lease, key="pending", state=STATE.PENDING)
    _write(bench, lease, key="failed", state=STATE.FAILED, reason="http_422")
    _write(bench, other, key="others", state=STATE.PENDING)
    flying = _claim(bench, lease, "flying")
    deliveries.abandon(bench.ledger, lease)
    rows = {row["message_key"]: (row["state"], row["reason"]) for row in bench.rows("deliveries")}
    assert rows == {
        "pending": ("skipped", "not_due"),
        "flying": ("in_doubt", "interrupted"),
        "failed": ("failed", "http_422"),
        "others": ("pending", None),
    }
    assert not deliveries.settle(bench.ledger, flying, {"state": STATE.SENT})
    with pytest.raises(LeaseLost):
        deliveries.abandon(bench.ledger, replace(other, attempt=0))


def _settled(bench: Bench, lease: Lease, key: str, state: DeliveryState) -> None:
    deliveries.settle(bench.ledger, _claim(bench, lease, key), {"state": state})


def test_texts_of_old_settled_deliveries_are_forgotten(bench: Bench, lease: Lease) -> None:
    """Retention is by status: what is in doubt or under way keeps its text."""
    for state in (STATE.SENT, STATE.FAILED, STATE.IN_DOUBT):
        _settled(bench, lease, f"old {state}", state)
    _claim(bench, lease, "old sending")
    bench.clock.jump(timedelta(days=60))
    _settled(bench, lease, "young sent", STATE.SENT)
    bench.clock.jump(timedelta(days=31))
    assert retention.prunable(bench.ledger, PAYLOADS, days=90) == 2
    assert retention.prune(bench.ledger, lease, PAYLOADS, days=90, most=10) == 2
    kept = {row["message_key"] for row in bench.rows("deliveries") if row["payload"]}
    assert kept == {"old in_doubt", "old sending", "young sent"}
    assert {row["message_key"] for row in bench.rows("deliveries")} > kept
    assert retention.prune(bench.ledger, lease, PAYLOADS, days=90, most=10) == 0


def test_texts_are_forgotten_a_batch_at_a_time_oldest_first(bench: Bench, lease: Lease) -> None:
    for number in range(5):
        _settled(bench, lease, f"k{number}", STATE.SENT)
        bench.clock.jump(timedelta(minutes=1))
    bench.clock.jump(timedelta(days=91))
    batches = [retention.prune(bench.ledger, lease, PAYLOADS, days=90, most=2) for _ in range(3)]
    assert batches == [2, 2, 1]
    with pytest.raises(LeaseLost):
        retention.prune(bench.ledger, replace(lease, attempt=0), PAYLOADS, days=90, most=2)


def test_other_environments_texts_are_left_alone(bench: Bench, lease: Lease) -> None:
    _settled(bench, lease, "k", STATE.SENT)
    bench.clock.jump(timedelta(days=91))
    preview = Bench(ledger=replace(bench.ledger, environment="preview:x"), clock=bench.clock)
    assert retention.prunable(preview.ledger, PAYLOADS, days=90) == 0
    assert retention.prune(preview.ledger, lease, PAYLOADS, days=90, most=9) == 0
