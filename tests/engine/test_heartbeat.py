"""The heartbeat keeps a lease alive beyond its length, and tells when it is lost."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from fisioflow_cli.clock import Clock
from fisioflow_cli.engine import owner
from fisioflow_cli.engine.heartbeat import Heartbeat
from fisioflow_cli.errors import LeaseLost
from fisioflow_cli.ledger import runs
from fisioflow_cli.ledger.ledger import Lease, Ledger
from tests.engine.workbench import Bench, losing_answers
from tests.engine.worker import AS_OF, OCCASION


@pytest.fixture
def ledger(bench: Bench) -> Ledger:
    return replace(bench.ledger, clock=Clock())


@contextmanager
def held(ledger: Ledger, seconds: int) -> Iterator[Lease]:
    runs.open_run(ledger, OCCASION, generation=1, as_of=AS_OF)
    found = runs.latest(ledger, OCCASION)
    assert found is not None
    lease = runs.acquire(ledger, found, owner.current(), seconds, owner_gone=False)
    assert lease is not None
    yield lease


def _leased(ledger: Ledger) -> bool:
    found = runs.latest(ledger, OCCASION)
    assert found is not None
    return found.leased


def test_lease_lives_longer_than_its_length(ledger: Ledger) -> None:
    with held(ledger, 1) as lease, Heartbeat(ledger, lease, 1) as heartbeat:
        until = time.monotonic() + 1.8
        while time.monotonic() < until:
            assert _leased(ledger)
            heartbeat.check()
            time.sleep(0.1)


def test_takeover_is_noticed(ledger: Ledger) -> None:
    with held(ledger, 1) as lease, Heartbeat(ledger, lease, 1) as heartbeat:
        t = ledger.tables.runs
        with ledger.writing() as connection:
            connection.execute(t.update().values(attempt=2))
        until = time.monotonic() + 5
        while time.monotonic() < until and not heartbeat.lost:
            time.sleep(0.02)
        with pytest.raises(LeaseLost):
            heartbeat.check()


@dataclass(frozen=True, kw_only=True)
class Stopped(Clock):
    """A clock under which the heartbeat never gets to beat, while time goes on as told."""

    later: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return super().monotonic() + sum(self.later)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.wait()


def test_lease_that_nobody_renewed_counts_down_from_when_it_was_asked_for(ledger: Ledger) -> None:
    """It was counted from when the answer came, which a busy database may give half a minute later."""
    clock = Stopped()
    stuck = replace(ledger, clock=clock)
    with held(ledger, 60) as lease:
        asked = clock.monotonic()
        clock.later.append(30)
        with Heartbeat(stuck, lease, 60, since=asked) as heartbeat:
            heartbeat.check()
            clock.later.append(29)
            heartbeat.check()
            clock.later.append(1.1)
            with pytest.raises(LeaseLost):
                heartbeat.check()


def test_absent_database_does_not_end_the_heartbeat(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Away for less than the lease: it is renewed when the database is back."""
    with held(ledger, 1) as lease, Heartbeat(ledger, lease, 1) as heartbeat:
        with monkeypatch.context() as patch:
            losing_answers(ledger.engine, patch, times=1)
            time.sleep(0.5)
        time.sleep(0.7)
        heartbeat.check()
        assert _leased(ledger)


def test_renewal_of_an_older_attempt_is_refused(bench: Bench) -> None:
    with held(bench.ledger, 60) as lease:
        assert runs.renew(bench.ledger, lease, 60)
        assert not runs.renew(bench.ledger, Lease(run_id=lease.run_id, attempt=0), 60)
        bench.clock.jump(timedelta(seconds=1))
        assert runs.renew(bench.ledger, lease, 60)
