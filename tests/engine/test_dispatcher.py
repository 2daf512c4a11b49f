"""What is worked on, in which order, how much at a time, and when a dispatch is over."""

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.engine import event_worker, retry
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.dispatcher import Finished, Limits
from fisioflow_cli.engine.run import Run
from fisioflow_cli.errors import ExitCode, SignalReceived
from fisioflow_cli.ledger import events
from fisioflow_cli.ledger.events import EventRow
from fisioflow_cli.ledger.writer import GroupWriter
from tests.engine.inbox import (
    Inbox,
    Meeting,
    counting,
    handler,
    inbox_on,
    new_event,
    raising,
    watched_threads,
)
from tests.engine.workbench import Bench, losing_answers

ONE = Limits(concurrency=1)


@pytest.fixture
def inbox(bench: Bench) -> Inbox:
    return inbox_on(bench)


def _noting(done: list[str]) -> Callable[[Run, EventRow, Any], None]:
    return lambda _run, event, _services: done.append(event.id)


def test_most_urgent_events_come_first(inbox: Inbox) -> None:
    done: list[str] = []
    for priority, name in ((3, "low"), (2, "normal"), (0, "critical"), (1, "high")):
        inbox.accept(f"{name}-1", f"{name}-2", priority=priority)
    inbox.dispatch(handler(_noting(done)), limits=ONE)
    urgency = [one.partition("-")[0] for one in done]
    assert urgency == ["critical"] * 2 + ["high"] * 2 + ["normal"] * 2 + ["low"] * 2


def test_urgent_event_that_comes_later_does_not_wait_behind_all_the_others(inbox: Inbox) -> None:
    done: list[str] = []

    def body(run: Run, event: EventRow, services: Any) -> None:
        if event.id == "low-00":
            inbox.accept("critical", priority=0)
        done.append(event.id)

    inbox.accept(*(f"low-{n:02}" for n in range(40)), priority=3)
    inbox.dispatch(handler(body), limits=Limits(concurrency=4))
    assert done.index("critical") < 10


def test_as_many_work_at_a_time_as_asked(inbox: Inbox) -> None:
    """Four meet in their bodies; a fifth would find the meeting over."""
    meeting = Meeting(4)
    at_once: list[int] = []
    inside: set[str] = set()

    def body(run: Run, event: EventRow, services: Any) -> None:
        inside.add(event.id)
        at_once.append(len(inside))
        meeting.join()
        inside.discard(event.id)
        meeting.join()

    inbox.accept(*map(str, range(12)))
    assert inbox.dispatch(handler(body)).events == {"completed": 12}
    assert max(at_once) == 4


def test_event_of_the_future_is_not_done_before(inbox: Inbox) -> None:
    inbox.accept("now")
    inbox.accept("later", ts=inbox.clock.now() + timedelta(hours=2))
    assert inbox.dispatch(handler()).events == {"completed": 1}
    assert inbox.statuses() == {"now": "completed", "later": "waiting"}
    inbox.jump(hours=1, minutes=59)
    assert inbox.dispatch(handler()).events == {}
    inbox.jump(minutes=1)
    assert inbox.dispatch(handler()).events == {"completed": 1}


def test_poison_event_does_not_stop_the_others(inbox: Inbox) -> None:
    inbox.accept(*map(str, range(20)))

    def body(run: Run, event: EventRow, services: Any) -> None:
        if event.id == "3":
            raise MemoryError
        if event.id == "4":
            raise RecursionError
        if event.id == "5":
            sys.exit(7)

    summary = inbox.dispatch(handler(body))
    assert summary.events == {"completed": 17, "waiting": 3}
    assert summary.exit_code is ExitCode.DONE


def test_second_dispatch_has_nothing_to_do(inbox: Inbox) -> None:
    done: list[str] = []
    inbox.accept("a", "b")
    inbox.dispatch(handler(_noting(done)))
    assert inbox.dispatch(handler(_noting(done))).events == {}
    assert sorted(done) == ["a", "b"]


def test_limit_bounds_the_attempts(inbox: Inbox) -> None:
    inbox.accept(*map(str, range(9)))
    limits = Limits(concurrency=4, most=5)
    summary = inbox.dispatch(handler(), limits=limits)
    assert (summary.events, summary.exit_code) == ({"completed": 5}, ExitCode.DONE)
    assert sorted(inbox.statuses().values()) == ["completed"] * 5 + ["waiting"] * 4
    assert inbox.dispatch(handler(), limits=limits).events == {"completed": 4}


def test_limit_ends_a_dispatch_that_is_still_fed(inbox: Inbox) -> None:
    inbox.accept("a", "b")
    summary = inbox.dispatch(handler(), limits=Limits(most=1), feeding=lambda: True)
    assert summary.events == {"completed": 1}


def test_events_that_come_while_the_source_is_read_are_done(inbox: Inbox) -> None:
    """Each one arrives only when the one before is finished, from another thread."""
    fed = threading.Event()
    finished = threading.Event()

    def feed() -> None:
        for one in ("first", "second", "third"):
            finished.clear()
            inbox.accept(one)
            assert finished.wait(timeout=20)
        fed.set()

    def told(done: Finished) -> None:
        inbox.told.append(done)
        finished.set()

    feeder = threading.Thread(target=feed)
    feeder.start()
    summary = inbox.dispatch(handler(), feeding=feeder.is_alive, finished=told)
    feeder.join()
    assert fed.is_set()
    assert summary.events == {"completed": 3}


def test_what_comes_right_before_the_source_ends_is_done(inbox: Inbox) -> None:
    """The inbox is looked at once more after the source was seen to end."""

    def feeding() -> bool:
        inbox.accept("last")
        return False

    assert inbox.dispatch(handler(), feeding=feeding).events == {"completed": 1}


def test_retry_is_done_when_due_while_the_source_is_read(inbox: Inbox) -> None:
    tries: list[int] = []

    def body(run: Run, event: EventRow, services: Any) -> None:
        tries.append(run.attempt)
        if run.attempt == 1:
            raise ValueError

    def told(done: Finished) -> None:
        inbox.told.append(done)
        inbox.jump(seconds=46)

    inbox.accept("a")
    summary = inbox.dispatch(
        handler(body), feeding=lambda: len(inbox.told) < 2, finished=told, lease_seconds=3600
    )
    assert (tries, summary.events) == ([1, 2], {"waiting": 1, "completed": 1})


def test_retry_is_not_waited_for_once_the_source_has_ended(inbox: Inbox) -> None:
    inbox.accept("a")
    assert inbox.dispatch(handler(raising(ValueError()))).events == {"waiting": 1}


def test_children_of_an_event_are_done_by_the_same_dispatch(inbox: Inbox) -> None:
    def body(run: Run, event: EventRow, services: Any) -> None:
        if event.parent_id is None:
            children = [new_event(f"{event.id}/{n}", parent_id=event.id) for n in range(3)]
            run.record_with("children", lambda c: len(events.accept_in(run.ledger, c, children)))

    inbox.accept("a")
    assert inbox.dispatch(handler(body)).events == {"completed": 4}
    assert set(inbox.statuses()) == {"a", "a/0", "a/1", "a/2"}


def test_timeout_stops_claiming_and_leaves_the_rest_waiting(inbox: Inbox) -> None:
    control = Control(clock=inbox.clock)
    control.limit(timedelta(seconds=30))

    def body(run: Run, event: EventRow, services: Any) -> None:
        inbox.jump(seconds=31)

    inbox.accept(*map(str, range(5)))
    summary = inbox.dispatch(handler(body), control=control, limits=ONE)
    assert summary.exit_code is ExitCode.TRY_LATER
    assert summary.events == {"completed": 1}
    assert sorted(inbox.statuses().values()) == ["completed"] + ["waiting"] * 4
    assert all(row["owner"] is None for row in inbox.bench.rows("runs"))


def test_timeout_with_nothing_left_is_no_failure(inbox: Inbox) -> None:
    control = Control(clock=inbox.clock)
    control.limit(timedelta(seconds=30))
    inbox.accept("later", ts=inbox.clock.now() + timedelta(days=1))

    def feeding() -> bool:
        inbox.jump(seconds=31)
        return True

    summary = inbox.dispatch(handler(), control=control, feeding=feeding)
    assert (summary.exit_code, summary.note) == (ExitCode.DONE, None)


def test_stop_gives_back_what_was_claimed_but_not_begun(inbox: Inbox) -> None:
    """Eight threads, two more claimed ahead: at a signal these wait again, uncounted and unleased."""
    control = Control(clock=inbox.clock)
    meeting = Meeting(9)

    def body(run: Run, event: EventRow, services: Any) -> None:
        meeting.join()
        meeting.join()

    def interrupt() -> None:
        meeting.join()
        control.interrupt(SignalReceived(15))
        meeting.join()

    inbox.accept(*(f"{n:02}" for n in range(12)))
    helper = threading.Thread(target=interrupt)
    helper.start()
    summary = inbox.dispatch(handler(body), control=control, limits=Limits(concurrency=8))
    helper.join()
    assert summary.exit_code is ExitCode.TERMINATED
    assert sorted(inbox.statuses().values()) == ["completed"] * 8 + ["waiting"] * 4
    assert all(row["lease_until"] is None for row in inbox.bench.rows("runs"))
    left = [row for row in inbox.bench.rows("events") if row["status"] == "waiting"]
    assert {row["failures"] for row in left} == {0}
    assert inbox.dispatch(handler()).events == {"completed": 4}


def test_no_thread_is_left_behind(inbox: Inbox) -> None:
    inbox.accept(*map(str, range(6)))
    with watched_threads() as living:
        inbox.dispatch(handler())
        assert living() == []


def test_each_attempt_is_told_by_one_thread_at_a_time(inbox: Inbox) -> None:
    tellers: list[int] = []
    inbox.accept(*map(str, range(30)))
    inbox.dispatch(handler(), finished=lambda _done: tellers.append(threading.get_ident()))
    assert tellers == [threading.get_ident()] * 30


def test_listener_that_breaks_ends_the_dispatch_and_leaves_nothing_leased(inbox: Inbox) -> None:
    def told(done: Finished) -> None:
        raise BrokenPipeError

    inbox.accept(*map(str, range(30)))
    with watched_threads() as living:
        with pytest.raises(BrokenPipeError):
            inbox.dispatch(handler(), finished=told)
        assert living() == []
    assert "running" not in inbox.statuses().values()
    assert "waiting" in inbox.statuses().values()


def test_defect_of_the_engine_does_not_hang_the_dispatch(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = event_worker.EventWorker._judge

    def judge(self: Any, claimed: Any) -> Any:
        if claimed.event.id == "2":
            raise ZeroDivisionError
        return work(self, claimed)

    monkeypatch.setattr(event_worker.EventWorker, "_judge", judge)
    inbox.accept(*map(str, range(6)))
    summary = inbox.dispatch(handler())
    assert summary.exit_code is ExitCode.FAILED
    assert "unexpected ZeroDivisionError" in (summary.note or "")
    assert summary.events == {"completed": 5}
    assert inbox.statuses()["2"] == "running"


@pytest.mark.parametrize("before", [True, False], ids=["undone", "done"])
def test_commit_whose_answer_was_lost_is_told_once(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    """The conclusion may or may not have happened: either way the event ends once."""

    def body(run: Run, event: EventRow, services: Any) -> None:
        losing_answers(inbox.ledger.engine, monkeypatch, times=1, before=before)

    inbox.accept("a")
    summary = inbox.dispatch(handler(body, summarise=counting(sent=1)))
    assert inbox.event("a").status == "completed"
    assert (summary.events, len(inbox.told)) == ({"completed": 1}, 1)
    assert summary.messages["sent"] == 1


def test_ending_that_cannot_be_recorded_does_not_hold_up_a_signal(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is away: the event is done again when its lease is over or its process gone."""
    control = Control(clock=inbox.clock)
    with monkeypatch.context() as patch:

        def body(run: Run, event: EventRow, services: Any) -> None:
            losing_answers(inbox.ledger.engine, patch, times=10**6, before=True)
            control.interrupt(SignalReceived(15))

        inbox.accept("a")
        summary = inbox.dispatch(handler(body), control=control)
    assert summary.exit_code is ExitCode.TERMINATED
    assert (summary.events, inbox.told) == ({}, [])
    assert inbox.event("a").status == "running"


def test_database_that_stays_away_ends_the_dispatch_as_try_later(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "DATABASE", retry.Policy(attempts=3, first=0.01, most=0.02))
    with monkeypatch.context() as patch:

        def body(run: Run, event: EventRow, services: Any) -> None:
            losing_answers(inbox.ledger.engine, patch, times=10**6, before=True)

        inbox.accept("a")
        summary = inbox.dispatch(handler(body), feeding=lambda: True)
    assert summary.exit_code is ExitCode.TRY_LATER
    assert "start the command again" in (summary.note or "")
    assert inbox.event("a").status == "running"


def test_two_dispatchers_in_threads_do_each_event_once(inbox: Inbox) -> None:
    done: list[str] = []
    inbox.accept(*map(str, range(60)))
    seconds = [inbox.dispatcher(handler(_noting(done))) for _ in range(2)]
    threads = [threading.Thread(target=one.work, args=[lambda: False]) for one in seconds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(done) == sorted(map(str, range(60)))
    assert set(inbox.statuses().values()) == {"completed"}


def test_many_threads_share_their_commits(inbox: Inbox) -> None:
    """With the group writer: every step and ending is there, as without it."""
    inbox.accept(*map(str, range(40)))

    def body(run: Run, event: EventRow, services: Any) -> None:
        run.step("one", lambda: event.id)
        run.record_with("two", lambda _connection: event.id)

    with GroupWriter(inbox.ledger) as writer, watched_threads() as living:
        shared = replace(inbox.ledger, writer=writer)
        dispatcher = replace(inbox.dispatcher(handler(body), limits=Limits()), ledger=shared)
        assert dispatcher.work(lambda: False).events == {"completed": 40}
        assert living() == []
    assert len(inbox.bench.rows("steps")) == 80
