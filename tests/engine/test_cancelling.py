"""Runs that a person cancels: ended after the step in hand or at once, and left alone from then on."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.clock import Clock
from fisioflow_cli.engine.by_hand import ByHand
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.heartbeat import Heartbeat
from fisioflow_cli.engine.run import Run, Seen
from fisioflow_cli.engine.start import timetable
from fisioflow_cli.engine.workflow import Workflow
from fisioflow_cli.errors import (
    CancelledByHand,
    ExitCode,
    LeaseLost,
    QuotaExhausted,
    SignalReceived,
    SlotTooOld,
    UsageError,
)
from fisioflow_cli.ledger import cancelling, pages, runs
from fisioflow_cli.ledger.run_filter import RunFilter
from fisioflow_cli.ledger.runs import RunRow
from tests.engine.test_heartbeat import held
from tests.engine.workbench import ZONE, Bench, Item, done, items, workflow

Act = Callable[[Run], None]


def _stopping(run: Run, services: Any) -> None:
    raise QuotaExhausted("Tomorrow.")


def by_hand(bench: Bench, what: Workflow[Any]) -> ByHand[Any]:
    return ByHand(performer=bench.performer(what), table=timetable(what, bench.clock, ZONE))


def newest(bench: Bench) -> RunRow:
    [row] = pages.page(bench.ledger, RunFilter(), most=1).rows
    return row


def cancel(bench: Bench, what: Workflow[Any] | None = None) -> RunRow:
    """Cancel the newest run as the command line does."""
    return by_hand(bench, what or workflow()).cancel(newest(bench))


def asking(bench: Bench) -> None:
    """Be another process whose user wants the newest run cancelled."""
    assert cancelling.request(bench.ledger, newest(bench).id)


def test_step_in_hand_is_finished_and_no_other_begun(bench: Bench) -> None:
    begun = []

    def body(run: Run, services: Any) -> None:
        run.step("one", lambda: asking(bench))
        run.step("two", lambda: begun.append("two"))

    report = bench.start(workflow(body))
    assert (report.status, report.exit_code, begun) == ("cancelled", ExitCode.PARTIAL, [])
    assert "runs retry" in (report.note or "")
    assert [row["name"] for row in bench.rows("steps")] == ["one"]
    row = newest(bench)
    assert (row.cancelled_by_hand, row.settled, row.owner) == (True, True, None)


def test_of_two_that_run_at_once_the_one_meant_is_ended(bench: Bench) -> None:
    ended = []

    def meant(run: Run, services: Any) -> None:
        asking(bench)
        run.step("one", lambda: None)

    def other(run: Run, services: Any) -> None:
        ended.append(bench.start(workflow(meant, id="w2", command="w2")).status)
        run.step("one", lambda: None)

    assert (bench.start(workflow(other)).status, ended) == ("completed", ["cancelled"])


def test_run_that_was_cancelled_before_ends_no_later_one(bench: Bench) -> None:
    bench.at("2026-11-22T09:00").start(workflow(_stopping))
    cancel(bench)
    report = bench.start(workflow(lambda run, services: run.step("one", lambda: None)))
    assert (report.slot, report.status) == ("2026-11-23", "completed")


def test_page_in_hand_is_finished(bench: Bench) -> None:
    seen = []

    def do(item: Item) -> Seen:
        seen.append(item.id)
        if item.id == "a":
            asking(bench)
        return Seen()

    def body(run: Run, services: Any) -> None:
        run.for_each("each", pages=items("a", "b", "c"), do=do)

    assert bench.start(workflow(body)).status == "cancelled"
    assert seen == ["a", "b"]
    assert [row["name"] for row in bench.rows("steps")] == ["each/1"]


@pytest.mark.parametrize("kind", ["change", "record_with"])
def test_other_kinds_of_steps_are_not_begun_either(bench: Bench, kind: str) -> None:
    begun = []

    def body(run: Run, services: Any) -> None:
        asking(bench)
        if kind == "change":
            run.change("two", bench.engine, lambda _: begun.append(kind))
        else:
            run.record_with("two", lambda _: begun.append(kind))

    assert (bench.start(workflow(body)).status, begun) == ("cancelled", [])


def test_later_starts_leave_it_alone(bench: Bench) -> None:
    """A start resumed whatever was cancelled, as if a signal had ended it."""
    bench.start(workflow(_stopping))
    assert cancel(bench).cancelled_by_hand
    for day in ("2026-11-23T12:00", "2026-11-24T12:00", "2026-12-24T12:00"):
        report = bench.at(day).start(workflow())
        assert "2026-11-23" not in [done.slot for done in report.caught_up]
        assert bench.status("2026-11-23") == "cancelled"


def test_start_of_its_own_slot_tells_that_it_is_cancelled(bench: Bench) -> None:
    bench.start(workflow(_stopping))
    cancel(bench)
    again = bench.start(workflow())
    assert (again.status, again.reused, again.exit_code) == ("cancelled", True, ExitCode.PARTIAL)
    assert runs.unfinished(bench.ledger, "test-workflow") == []


def test_what_a_signal_has_ended_is_still_resumed(bench: Bench) -> None:
    control = Control(clock=bench.clock)

    def body(run: Run, services: Any) -> None:
        control.interrupt(SignalReceived(15))
        run.step("one", lambda: None)

    assert bench.start(workflow(body), control=control).status == "cancelled"
    assert bench.start(workflow()).status == "completed"


def test_signal_that_comes_with_the_request_leaves_the_rest_to_a_later_start(bench: Bench) -> None:
    """The run looked cancelled by hand, while nobody had closed what it had pending."""
    control = Control(clock=bench.clock)

    def body(run: Run, services: Any) -> None:
        asking(bench)
        control.interrupt(SignalReceived(15))
        run.check()

    bench.start(workflow(body), control=control)
    assert (newest(bench).status, newest(bench).cancelled_by_hand) == ("timed_out", False)
    report = bench.start(workflow())
    assert (report.status, report.exit_code) == ("cancelled", ExitCode.PARTIAL)


def test_killed_between_request_and_end_it_is_ended_by_the_next_start(bench: Bench) -> None:
    def dying(run: Run, services: Any) -> None:
        asking(bench)
        bench.overtake()

    bench.start(workflow(dying))
    assert bench.status("2026-11-23") == "running"
    begun = []
    report = bench.start(workflow(lambda run, services: begun.append(1)))
    assert (report.status, begun) == ("cancelled", [])


def test_killed_between_request_and_end_it_can_be_cancelled_again(bench: Bench) -> None:
    def dying(run: Run, services: Any) -> None:
        asking(bench)
        bench.overtake()

    bench.start(workflow(dying))
    before = newest(bench)
    row = cancel(bench)
    assert row.cancelled_by_hand
    assert row.attempt == before.attempt + 1


def test_killed_between_request_and_end_it_is_cancelled_past_its_age_too(bench: Bench) -> None:
    """It was given up as failed, and told of as if somebody still had wanted it."""

    def dying(run: Run, services: Any) -> None:
        asking(bench)
        bench.overtake()

    bench.at("2026-11-18T09:00").start(workflow(dying))
    report = bench.start(workflow())
    [closed] = report.caught_up[:1]
    assert (closed.slot, closed.status) == ("2026-11-18", "cancelled")
    assert bench.status("2026-11-18") == "cancelled"
    assert bench.at("2026-11-24T09:00").start(workflow()).caught_up == ()


def test_zombie_of_a_cancelled_run_is_refused(bench: Bench) -> None:
    def body(run: Run, services: Any) -> None:
        bench.overtake()
        cancel(bench)
        run.record("late", bench.clock.now(), None)

    report = bench.start(workflow(body))
    assert (report.status, report.reused) == ("cancelled", True)
    assert bench.rows("steps") == []


def test_run_that_somebody_works_on_is_only_asked(bench: Bench) -> None:
    asked = []

    def body(run: Run, services: Any) -> None:
        asked.append(cancel(bench))
        run.step("one", lambda: None)

    assert bench.start(workflow(body)).status == "cancelled"
    [row] = asked
    assert (row.status, row.cancelled_by_hand) == ("running", False)
    assert row.cancel_requested_at is not None


@pytest.mark.parametrize("how", ["completed", "partial", "cancelled"])
def test_what_has_ended_is_not_cancelled(bench: Bench, how: str) -> None:
    def parking(run: Run, services: Any) -> None:
        run.for_each("each", pages=items("a"), do=lambda _: 1 / 0)  # type: ignore[arg-type,return-value]

    bodies = {"partial": parking, "cancelled": _stopping}
    bench.start(workflow(bodies[how]) if how in bodies else workflow())
    if how == "cancelled":
        cancel(bench)
    before = bench.rows("runs")
    with pytest.raises(UsageError, match=how):
        cancel(bench)
    assert bench.rows("runs") == before
    assert not cancelling.request(bench.ledger, newest(bench).id)


def test_retry_resumes_what_was_cancelled(bench: Bench) -> None:
    done_steps = []

    def body(run: Run, services: Any) -> None:
        run.step("one", lambda: done_steps.append("one"))
        if len(done_steps) == 1 and run.attempt == 1:
            asking(bench)
        run.step("two", lambda: done_steps.append("two"))

    what = workflow(body)
    bench.start(what)
    report = by_hand(bench, what).retry(newest(bench), allow_late=False)
    assert (report.status, report.attempt, done_steps) == ("completed", 2, ["one", "two"])
    assert newest(bench).cancel_requested_at is None


@pytest.mark.parametrize("status", ["timed_out", "failed"])
def test_retry_resumes_what_did_not_finish(bench: Bench, status: str) -> None:
    def failing(run: Run, services: Any) -> None:
        raise QuotaExhausted if status == "timed_out" else ValueError

    bench.start(workflow(failing))
    assert bench.status("2026-11-23") == status
    report = by_hand(bench, workflow()).retry(newest(bench), allow_late=False)
    assert (report.status, report.attempt) == ("completed", 2)


def test_retry_of_a_partial_run_opens_the_next_generation_once(bench: Bench) -> None:
    calls = []

    def do(item: Item) -> Seen:
        calls.append(item.id)
        if len(calls) == 1:
            raise ValueError
        return Seen()

    what = workflow(lambda run, services: run.for_each("each", pages=items("a"), do=do))
    assert bench.start(what).status == "partial"
    first = newest(bench)
    hand = by_hand(bench, what)
    assert hand.retry(first, allow_late=False).status == "completed"
    assert set(bench.run_rows()) == {("2026-11-23", "all", 1), ("2026-11-23", "all", 2)}
    with pytest.raises(UsageError, match="generation 2"):
        hand.retry(first, allow_late=False)
    with pytest.raises(UsageError, match="nothing of it to try again"):
        hand.retry(newest(bench), allow_late=False)


def test_retry_past_the_maximum_age_needs_a_word(bench: Bench) -> None:
    bench.start(workflow(_stopping))
    later = bench.at("2026-12-01T12:00")
    with pytest.raises(SlotTooOld, match="--allow-late"):
        by_hand(later, workflow()).retry(newest(bench), allow_late=False)
    assert by_hand(later, workflow()).retry(newest(bench), allow_late=True).status == "completed"


def test_forced_start_runs_a_cancelled_slot_once_more(bench: Bench) -> None:
    bench.start(workflow(_stopping))
    cancel(bench)
    assert bench.start(workflow(), force=True).status == "completed"
    assert bench.status("2026-11-23", generation=2) == "completed"


def test_dry_run_asks_nobody(bench: Bench) -> None:
    what = workflow(lambda run, services: run.for_each("each", pages=items("a"), do=done))
    assert bench.start(what, dry_run=True).status == "planned"


def news(heartbeat: Heartbeat, kind: type[Exception]) -> None:
    """What its check raises within a few seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            heartbeat.check()
        except kind:
            return
        except CancelledByHand:
            pass
        time.sleep(0.02)
    pytest.fail(f"the heartbeat did not bring {kind.__name__}")


def test_heartbeat_brings_the_news(bench: Bench) -> None:
    ledger = replace(bench.ledger, clock=Clock())
    with held(ledger, 1) as lease, Heartbeat(ledger, lease, 1) as heartbeat:
        heartbeat.check()
        cancelling.request(ledger, lease.run_id)
        news(heartbeat, CancelledByHand)
        bench.overtake()
        news(heartbeat, LeaseLost)


def test_older_look_at_a_run_does_not_reopen_it(bench: Bench) -> None:
    bench.start(workflow(_stopping))
    seen = newest(bench)
    bench.clock.jump(timedelta(minutes=1))
    cancel(bench)
    late = runs.acquire(bench.ledger, seen, {}, 60, owner_gone=True)
    now = runs.acquire(bench.ledger, newest(bench), {}, 60, owner_gone=True)
    assert (late, now) == (None, None)
