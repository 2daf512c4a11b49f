"""Trouble in a group commit: nobody is harmed by a neighbour, and nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, text, update
from sqlalchemy.exc import IntegrityError

from fisioflow_cli.database import writing
from fisioflow_cli.errors import DatabaseUnavailable, LeaseLost
from fisioflow_cli.ledger.ledger import Lease, Ledger
from tests.engine.workbench import Bench, losing_answers
from tests.ledger.group import Counter, commits, keys, put, together
from tests.ledger.inbox import Inbox

THREADS = 16


def test_refused_member_harms_nobody(bench: Bench, grouped: Ledger) -> None:
    """A lease that is over ends that write only, in the same transaction."""
    inbox = Inbox(ledger=bench.ledger)
    inbox.put("a", "b")
    ours, lost = (claimed.lease for claimed in inbox.claim())
    r = bench.ledger.tables.runs
    with bench.ledger.writing() as connection:
        connection.execute(update(r).where(r.c.id == lost.run_id).values(attempt=2))
    with commits(bench) as counter:
        outcomes = together(
            grouped,
            (put(grouped, "a"), ours),
            (put(grouped, "b"), lost),
            (put(grouped, "c"), None),
            (put(grouped, "d"), Lease(run_id="unknown", attempt=1)),
        )
    assert outcomes[0::2] == ["a", "c"]
    assert [type(outcome) for outcome in outcomes[1::2]] == [LeaseLost, LeaseLost]
    assert keys(bench) == {"a", "c"}
    assert counter.count == 2


def test_member_that_breaks_the_transaction_harms_nobody(bench: Bench, grouped: Ledger) -> None:
    """PostgreSQL would refuse everything after it: the group is done again, one by one."""
    outcomes = together(
        grouped,
        (put(grouped, "a"), None),
        (put(grouped, "a"), None),
        (put(grouped, "b"), None),
        (lambda c: c.execute(text("SELECT nonsense")), None),
        (put(grouped, "c"), None),
    )
    assert outcomes[0] == "a"
    assert isinstance(outcomes[1], IntegrityError)
    assert outcomes[2] == "b"
    assert "nonsense" in str(outcomes[3])
    assert outcomes[4] == "c"
    assert keys(bench) == {"a", "b", "c"}


def test_member_s_own_exception_comes_back_to_it(bench: Bench, grouped: Ledger) -> None:
    """It ends its transaction on purpose, as a request that is accepted whole or not at all does."""

    class Refused(Exception):
        pass

    error = Refused("on purpose")

    def refuse(connection: Connection) -> None:
        put(grouped, "half")(connection)
        raise error

    outcomes = together(
        grouped, (put(grouped, "a"), None), (refuse, None), (put(grouped, "b"), None)
    )
    assert outcomes == ["a", error, "b"]
    assert keys(bench) == {"a", "b"}


def test_replay_is_fenced_again(bench: Bench, grouped: Ledger) -> None:
    inbox = Inbox(ledger=bench.ledger)
    inbox.put("a")
    lease = inbox.one().lease
    outcomes = together(
        grouped,
        (put(grouped, "a"), lease),
        (put(grouped, "a"), lease),
        (put(grouped, "b"), replace(lease, attempt=7)),
    )
    assert outcomes[0] == "a"
    assert isinstance(outcomes[1], IntegrityError)
    assert isinstance(outcomes[2], LeaseLost)
    assert keys(bench) == {"a"}


@pytest.mark.parametrize("before", [True, False])
def test_everybody_is_told_that_the_database_went_away(
    bench: Bench, grouped: Ledger, monkeypatch: pytest.MonkeyPatch, *, before: bool
) -> None:
    """Each gets an error of its own, whether or not the commit happened before its answer was lost."""

    def lose(connection: Connection) -> None:
        del connection
        losing_answers(bench.engine, monkeypatch, times=1, before=before)

    outcomes = together(grouped, (put(grouped, "a"), None), (lose, None), (put(grouped, "b"), None))
    assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable] * 3
    assert len(set(map(id, outcomes))) == 3
    assert keys(bench) == (set() if before else {"a", "b"})
    assert grouped.write(put(grouped, "later")) == "later"


def test_broken_connection_is_not_tried_for_each_member(
    bench: Bench, grouped: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member breaks the group, and while it is done again the database goes away."""
    attempts = Counter()

    def away(engine: Any) -> Any:
        attempts.count += 1
        raise DatabaseUnavailable

    def fail(connection: Connection) -> None:
        monkeypatch.setattr("fisioflow_cli.ledger.ledger.writing", away)
        raise ValueError

    outcomes = together(
        grouped,
        (put(grouped, "a"), None),
        (fail, None),
        *[(put(grouped, f"k{n}"), None) for n in range(5)],
    )
    monkeypatch.undo()
    assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable] * 7
    assert attempts.count == 1
    assert keys(bench) == set()


def test_who_holds_a_transaction_is_refused_at_once(bench: Bench, grouped: Ledger) -> None:
    """On SQLite the writer would wait for that transaction, and it for the writer."""
    with writing(bench.engine), pytest.raises(RuntimeError, match="holds a transaction"):
        grouped.write(put(grouped, "k"))
    with bench.ledger.writing(), pytest.raises(RuntimeError, match="holds a transaction"):
        grouped.write(put(grouped, "k"))
    assert keys(bench) == set()
    assert grouped.write(put(grouped, "k")) == "k"


def test_a_write_within_a_write_is_refused(bench: Bench, grouped: Ledger) -> None:
    with pytest.raises(RuntimeError, match="holds a transaction"):
        grouped.write(lambda connection: grouped.write(put(grouped, "inner")))
    assert keys(bench) == set()


def test_a_failed_transaction_is_not_held(bench: Bench, grouped: Ledger) -> None:
    with pytest.raises(ValueError, match="on purpose"), bench.ledger.writing():
        raise ValueError("on purpose")
    assert grouped.write(put(grouped, "k")) == "k"


def test_writer_never_deadlocks_with_clinic_transactions(bench: Bench, grouped: Ledger) -> None:
    """The same file, or the same run: half of the threads change the clinic, each fenced by its own
    lease, while the others write through the group, under leases that the former hold too."""
    inbox = Inbox(ledger=bench.ledger)
    inbox.put(*[f"e{number}" for number in range(4)])
    leases = [claimed.lease for claimed in inbox.claim()]
    turns = 8

    def change(number: int) -> None:
        for turn in range(turns):
            with writing(bench.engine) as connection:
                bench.ledger.check(connection, leases[number % 4])
                put(grouped, f"clinic {number}/{turn}")(connection)
            grouped.write(put(grouped, f"record {number}/{turn}"), leases[number % 4])

    def write(number: int) -> None:
        for turn in range(turns):
            grouped.write(put(grouped, f"group {number}/{turn}"), leases[(number + turn) % 4])

    with ThreadPoolExecutor(THREADS) as pool:
        done = [pool.submit(change if n % 2 else write, n) for n in range(THREADS)]
        for each in done:
            each.result(timeout=60)
    assert len(keys(bench)) == THREADS // 2 * turns * 3
