"""One thread keeps the leases of many events alive, and tells each when it is lost."""

import time
from dataclasses import replace

import pytest
from sqlalchemy import text

from fisioflow_cli.engine import owner
from fisioflow_cli.engine.leases import Leases
from fisioflow_cli.errors import LeaseLost
from fisioflow_cli.ledger import events
from fisioflow_cli.ledger.events import Claimed
from tests.engine.inbox import Inbox, MovableClock, inbox_on
from tests.engine.test_heartbeat import Stopped
from tests.engine.workbench import Bench, losing_answers
from tests.engine.workbench import bench as new_bench


@pytest.fixture
def inbox(bench: Bench) -> Inbox:
    return inbox_on(bench, MovableClock(starting_at=None))


def _claim(inbox: Inbox, *ids: str, seconds: int) -> dict[str, Claimed]:
    inbox.accept(*ids)
    claimed = events.claim(inbox.ledger, owner.current(), seconds, most=len(ids))
    return {one.event.id: one for one in claimed}


def _abandoned(inbox: Inbox) -> int:
    return events.free_abandoned(inbox.ledger, lambda _owner: False)


def test_held_leases_live_longer_than_their_length(inbox: Inbox) -> None:
    with Leases(inbox.ledger, 1) as leases:
        claimed = _claim(inbox, *"abc", seconds=1)
        now = time.monotonic()
        held = [leases.hold(one.lease, since=now) for one in claimed.values()]
        while time.monotonic() < now + 1.8:
            assert _abandoned(inbox) == 0
            for one in held:
                one.check()
            time.sleep(0.1)


def test_dropped_lease_runs_out_while_the_others_live(inbox: Inbox) -> None:
    with Leases(inbox.ledger, 1) as leases:
        claimed = _claim(inbox, *"ab", seconds=1)
        held = {k: leases.hold(one.lease, since=time.monotonic()) for k, one in claimed.items()}
        leases.drop(claimed["a"].lease)
        leases.drop(claimed["a"].lease)
        while not held["a"].lost:
            time.sleep(0.05)
        held["b"].check()
        while _abandoned(inbox) == 0:
            time.sleep(0.05)
        assert inbox.statuses() == {"a": "waiting", "b": "running"}


def test_takeover_is_told_to_the_one_who_lost_it(inbox: Inbox) -> None:
    with Leases(inbox.ledger, 1) as leases:
        claimed = _claim(inbox, *"ab", seconds=1)
        held = {k: leases.hold(one.lease, since=time.monotonic()) for k, one in claimed.items()}
        inbox.overtake("a")
        until = time.monotonic() + 5
        while time.monotonic() < until and not held["a"].lost:
            time.sleep(0.02)
        with pytest.raises(LeaseLost):
            held["a"].check()
        held["b"].check()


def test_absent_database_does_not_end_the_renewals(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Away for less than the lease: it is renewed when the database is back."""
    with Leases(inbox.ledger, 1) as leases:
        claimed = _claim(inbox, "a", seconds=1)
        held = leases.hold(claimed["a"].lease, since=time.monotonic())
        with monkeypatch.context() as patch:
            losing_answers(inbox.ledger.engine, patch, times=1)
            time.sleep(0.5)
        time.sleep(0.7)
        held.check()
        assert _abandoned(inbox) == 0


def test_lease_that_nobody_renews_counts_down_from_when_it_was_asked_for(bench: Bench) -> None:
    clock = Stopped()
    claimed = _claim(inbox_on(bench), "a", seconds=60)
    asked = clock.monotonic()
    clock.later.append(30)
    leases = Leases(replace(bench.ledger, clock=clock), 60)
    held = leases.hold(claimed["a"].lease, since=asked)
    clock.later.append(29)
    held.check()
    clock.later.append(1.1)
    with pytest.raises(LeaseLost):
        held.check()


def test_lease_that_a_transaction_of_ours_holds_does_not_starve_the_others(
    postgres_url: str,
) -> None:
    """A long clinic transaction fences its run: the renewal passes it and does the rest."""
    with new_bench(postgres_url) as made:
        inbox = inbox_on(made, MovableClock(starting_at=None))
        with Leases(inbox.ledger, 2) as leases:
            claimed = _claim(inbox, *"ab", seconds=2)
            held = {k: leases.hold(v.lease, since=time.monotonic()) for k, v in claimed.items()}
            with inbox.ledger.fenced(claimed["a"].lease) as connection:
                connection.execute(text("SELECT pg_sleep(2.5)"))
                held["b"].check()
                assert not held["a"].lost
