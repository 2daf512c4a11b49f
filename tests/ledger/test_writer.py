"""The group commit: durable before anybody acts on it, with fewer flushes than writes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from fisioflow_cli.errors import LeaseLost
from fisioflow_cli.ledger.ledger import Lease, Ledger
from fisioflow_cli.ledger.tables import EventStatus
from fisioflow_cli.ledger.writer import GroupWriter
from tests.engine.workbench import Bench
from tests.ledger.group import commits, held_up, keys, put, together
from tests.ledger.inbox import Inbox

THREADS = 16


def test_write_is_durable_when_it_returns(bench: Bench, grouped: Ledger) -> None:
    assert grouped.write(put(grouped, "k")) == "k"
    assert keys(bench) == {"k"}


def test_many_threads_share_transactions(bench: Bench, grouped: Ledger) -> None:
    """Every write is seen by another connection as soon as it returns."""
    writes = 12

    def work(number: int) -> int:
        for turn in range(writes):
            key = grouped.write(put(grouped, f"{number}/{turn}"))
            assert key in keys(bench)
        return number

    with commits(bench) as counter, ThreadPoolExecutor(THREADS) as pool:
        assert sorted(pool.map(work, range(THREADS))) == [*range(THREADS)]
    assert len(keys(bench)) == THREADS * writes
    assert counter.count < THREADS * writes


def test_what_gathered_meanwhile_is_one_transaction(bench: Bench, grouped: Ledger) -> None:
    members = [(put(grouped, f"k{number}"), None) for number in range(20)]
    with commits(bench) as counter:
        assert together(grouped, *members) == [f"k{number}" for number in range(20)]
    assert counter.count == 2  # the one that held them up, and theirs


@pytest.mark.usefixtures("emptied")
def test_before_and_after_each_write_is_a_transaction_of_its_own(bench: Bench) -> None:
    writer = GroupWriter(bench.ledger)
    own = replace(bench.ledger, writer=writer)
    assert own.write(put(own, "before")) == "before"
    with writer:
        assert own.write(put(own, "during")) == "during"
    assert own.write(put(own, "after")) == "after"
    with pytest.raises(LeaseLost):
        own.write(put(own, "x"), Lease(run_id="unknown", attempt=1))
    assert keys(bench) == {"before", "during", "after"}


@pytest.mark.usefixtures("emptied")
def test_closing_serves_those_who_wait(bench: Bench) -> None:
    outcomes: list[str] = []
    with GroupWriter(bench.ledger) as writer:
        own = replace(bench.ledger, writer=writer)
        threads = [
            threading.Thread(target=lambda n=n: outcomes.append(own.write(put(own, f"k{n}"))))
            for n in range(10)
        ]
        with held_up(own):
            for thread in threads:
                thread.start()
            while writer._waiting.qsize() < 10:
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted(f"k{n}" for n in range(10))
    assert len(keys(bench)) == 10


def test_group_has_a_limit(bench: Bench, grouped: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fisioflow_cli.ledger.writer.MOST_MEMBERS", 4)
    members = [(put(grouped, f"k{number}"), None) for number in range(10)]
    with commits(bench) as counter:
        together(grouped, *members)
    assert counter.count == 1 + 3
    assert len(keys(bench)) == 10


def test_event_is_claimed_and_concluded_through_the_group(bench: Bench, grouped: Ledger) -> None:
    inbox = Inbox(ledger=grouped)
    inbox.put(*[f"e{number}" for number in range(40)])
    claimed = inbox.claim()
    with commits(bench) as counter, ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(lambda each: inbox.end(each, EventStatus.COMPLETED), claimed))
    assert {row.status for row in done} == {EventStatus.COMPLETED}
    assert counter.count < 40
    e = bench.ledger.tables.events
    with bench.ledger.reading() as connection:
        found = connection.execute(
            select(func.count()).where(e.c.status == EventStatus.COMPLETED)
        ).scalar_one()
    assert found == 40
