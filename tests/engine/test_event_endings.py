"""How an attempt at an event ends, on event, run and exit code."""

from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.dispatcher import Limits
from fisioflow_cli.engine.run import Run, Seen
from fisioflow_cli.engine.workflow import Result
from fisioflow_cli.errors import (
    DatabaseUnavailable,
    DeadlineReached,
    EventRefused,
    ExitCode,
    GatewayRefused,
    QuotaExhausted,
    SignalReceived,
)
from fisioflow_cli.ledger import deliveries, event_care
from fisioflow_cli.ledger.deliveries import Subject
from fisioflow_cli.ledger.events import EventRow
from tests.engine.inbox import Inbox, counting, handler, inbox_on, nothing, raising
from tests.engine.workbench import Bench

SECRET = "Maria da Silva, +55 11 98765-4321"


@pytest.fixture
def inbox(bench: Bench) -> Inbox:
    return inbox_on(bench)


def _message(run: Run, key: str, state: str, reason: str | None) -> None:
    subject = Subject(message_key=key, provider_key=key, organization_id=None, recipient_id=None)
    assert run.lease is not None
    seen = deliveries.find(run.ledger, key)
    values = {"state": state, "reason": reason, "channel": "email"}
    deliveries.write(run.ledger, run.lease, subject, seen, values)


def _tallied(run: Run, services: Any) -> Result:
    del services
    count = {str(row.state): row.count for row in deliveries.tally(run.ledger, run.id or "")}
    open_ones = count.get("pending", 0) + count.get("sending", 0)
    data = {k: count.get(k, 0) for k in ("sent", "failed", "in_doubt")}
    return Result(
        data={**data, "pending": open_ones},
        troubled=data["failed"] + data["in_doubt"],
        pending=open_ones,
    )


def test_event_whose_work_is_done_is_completed(inbox: Inbox) -> None:
    inbox.accept("a", ack={"tag": 7})
    summary = inbox.dispatch(handler(summarise=counting(sent=1, skipped={"minor": 2})))
    event, run = inbox.event("a"), inbox.run_of("a")
    assert (event.status, event.failures, event.error) == ("completed", 0, None)
    assert (run["status"], run["owner"], run["lease_until"]) == ("completed", None, None)
    assert run["result"] == {"sent": 1, "skipped": {"minor": 2}}
    (told,) = inbox.told
    assert (told.event.id, told.event.status, told.event.run_id) == ("a", "completed", run["id"])
    assert told.event.ack == {"tag": 7}
    assert told.result == run["result"]
    assert (summary.exit_code, summary.note) == (ExitCode.DONE, None)
    assert summary.events == {"completed": 1}
    assert +summary.messages == {"sent": 1, "skipped": 2}


def test_message_that_was_refused_needs_a_person(inbox: Inbox) -> None:
    def body(run: Run, event: EventRow, services: Any) -> None:
        _message(run, "event/a/email", "failed", "validation_error")

    inbox.accept("a")
    summary = inbox.dispatch(handler(body, summarise=_tallied))
    event = inbox.event("a")
    assert (event.status, event.error) == ("dead", "1 failed: validation_error")
    assert inbox.run_of("a")["status"] == "partial"
    assert summary.exit_code is ExitCode.PARTIAL
    assert inbox.dispatch(handler(body)).events == {}


def test_message_in_doubt_needs_a_person(inbox: Inbox) -> None:
    def body(run: Run, event: EventRow, services: Any) -> None:
        _message(run, "event/a/push/1", "in_doubt", "interrupted")
        _message(run, "event/a/push/2", "in_doubt", "interrupted")
        _message(run, "event/a/push/3", "sent", None)

    inbox.accept("a")
    assert inbox.dispatch(handler(body, summarise=_tallied)).exit_code is ExitCode.PARTIAL
    assert inbox.event("a").error == "2 in doubt: interrupted"
    assert inbox.event("a").status == "dead"


def test_doubt_of_an_earlier_run_is_no_failure(inbox: Inbox) -> None:
    """An event that is retried while its message is in doubt: nothing is sent, nothing has failed."""

    def doubtful(run: Run, event: EventRow, services: Any) -> None:
        _message(run, "event/a/whatsapp", "in_doubt", "timeout")

    inbox.accept("a")
    inbox.dispatch(handler(doubtful, summarise=_tallied))
    assert event_care.retry(inbox.ledger, "a") is not None
    inbox.dispatch(handler(summarise=counting(in_doubt=1)))
    assert inbox.event("a").error == "1 in doubt since an earlier run"


def test_trouble_without_a_message_tells_its_own_reason(inbox: Inbox) -> None:
    inbox.accept("a")
    inbox.dispatch(handler(summarise=counting(failed=1, reason="cut_off")))
    assert (inbox.event("a").status, inbox.event("a").error) == ("dead", "1 failed: cut_off")


def test_what_was_left_open_is_a_failure_to_be_tried_again(inbox: Inbox) -> None:
    def body(run: Run, event: EventRow, services: Any) -> None:
        _message(run, "event/a/email", "pending", "http_503")
        run.waits = True

    inbox.accept("a")
    summary = inbox.dispatch(handler(body, summarise=_tallied))
    event = inbox.event("a")
    assert (event.status, event.failures, event.error) == ("waiting", 1, "1 pending: http_503")
    assert 14 < inbox.due_in("a") <= 45
    assert inbox.run_of("a")["status"] == "timed_out"
    assert (summary.exit_code, summary.events) == (ExitCode.DONE, {"waiting": 1})
    assert summary.messages["pending"] == 1


@pytest.mark.parametrize("waits", [True, False])
def test_what_waits_for_an_instant_is_no_failure(inbox: Inbox, waits: bool) -> None:
    def body(run: Run, event: EventRow, services: Any) -> None:
        run.waits = waits
        run.postpone(run.ledger.clock.now() + timedelta(hours=9))
        run.postpone(run.ledger.clock.now() + timedelta(hours=8), "It is night.")

    inbox.accept("a")
    summary = inbox.dispatch(handler(body, summarise=counting(pending=1)))
    event = inbox.event("a")
    assert (event.status, event.failures, event.error) == ("waiting", 0, "It is night.")
    assert inbox.run_of("a")["error"] == "It is night."
    assert 7.9 * 3600 < inbox.due_in("a") <= 8 * 3600
    assert summary.exit_code is ExitCode.DONE
    inbox.jump(hours=8.1)
    assert inbox.dispatch(handler()).events == {"completed": 1}


def test_what_waits_for_an_instant_that_is_past_does_not_go_in_circles(inbox: Inbox) -> None:
    attempts: list[int] = []

    def body(run: Run, event: EventRow, services: Any) -> None:
        attempts.append(run.attempt)
        run.waits = True
        run.postpone(run.ledger.clock.now() - timedelta(hours=1))

    inbox.accept("a")
    inbox.dispatch(handler(body))
    assert attempts == [1]
    assert inbox.event("a").status == "waiting"
    assert inbox.event("a").error


def test_event_that_fails_again_and_again_is_dead_in_the_end(inbox: Inbox) -> None:
    """The pauses grow as in the table; the last failure is one too many."""
    least = [15, 30, 60, 120]
    inbox.accept("a")
    what = handler(raising(ValueError(SECRET)))
    for failures, pause in enumerate(least, start=1):
        assert inbox.dispatch(what).exit_code is ExitCode.DONE
        event = inbox.event("a")
        assert (event.status, event.failures) == ("waiting", failures)
        assert "unexpected ValueError in tests.engine.inbox" in (event.error or "")
        assert pause - 1 < inbox.due_in("a") <= pause + 30
        assert inbox.dispatch(what).events == {}
        inbox.jump(seconds=pause + 31)
    summary = inbox.dispatch(what)
    event, run = inbox.event("a"), inbox.run_of("a")
    assert (event.status, event.failures) == ("dead", 5)
    assert (event.error or "").startswith("Given up, 5 failures: An unexpected ValueError in ")
    assert (run["status"], run["attempt"]) == ("failed", 5)
    assert (summary.exit_code, summary.events) == (ExitCode.PARTIAL, {"dead": 1})
    assert "Maria" not in str(inbox.bench.rows("events")) + str(inbox.bench.rows("runs"))


def test_maximum_of_attempts_is_as_asked(inbox: Inbox) -> None:
    inbox.accept("a")
    inbox.dispatch(handler(raising(ValueError())), limits=Limits(max_attempts=1))
    assert inbox.event("a").status == "dead"


def test_messages_of_an_event_that_is_given_up_are_closed_and_counted(inbox: Inbox) -> None:
    def body(run: Run, event: EventRow, services: Any) -> None:
        _message(run, "event/a/email", "pending", "http_503")
        _message(run, "event/a/push/1", "sending", "timeout")
        _message(run, "event/a/push/2", "sent", None)
        run.waits = True

    inbox.accept("a")
    limits = Limits(max_attempts=1)
    summary = inbox.dispatch(handler(body, summarise=_tallied), limits=limits)
    assert inbox.event("a").status == "dead"
    states = {r["message_key"]: (r["state"], r["reason"]) for r in inbox.bench.rows("deliveries")}
    assert states == {
        "event/a/email": ("failed", "gave_up http_503"),
        "event/a/push/1": ("in_doubt", "gave_up timeout"),
        "event/a/push/2": ("sent", None),
    }
    figures = {"sent": 1, "failed": 1, "in_doubt": 1, "pending": 0}
    assert inbox.run_of("a")["result"] == figures
    assert dict(summary.messages) == figures


def test_message_that_is_not_due_any_more_is_closed(inbox: Inbox) -> None:
    """The second attempt comes to its end without coming back to it."""

    def first(run: Run, event: EventRow, services: Any) -> None:
        _message(run, "event/a/email", "pending", "outside_hours")
        run.waits = True
        run.postpone(run.ledger.clock.now() + timedelta(hours=1))

    inbox.accept("a")
    inbox.dispatch(handler(first, summarise=_tallied))
    inbox.jump(hours=2)
    inbox.dispatch(handler(summarise=_tallied))
    assert inbox.event("a").status == "completed"
    (row,) = inbox.bench.rows("deliveries")
    assert (row["state"], row["reason"]) == ("skipped", "not_due")


def test_event_that_nothing_can_help_is_dead_at_once(inbox: Inbox) -> None:
    inbox.accept("a")
    error = EventRefused("The organization does not own this patient.")
    summary = inbox.dispatch(handler(raising(error)))
    event = inbox.event("a")
    assert (event.status, event.failures, event.error) == ("dead", 0, error.message)
    assert inbox.run_of("a")["status"] == "failed"
    assert summary.exit_code is ExitCode.PARTIAL


@pytest.mark.parametrize(
    ("error", "code", "least", "most"),
    [
        (DatabaseUnavailable(), ExitCode.DONE, 14, 45),
        (QuotaExhausted("Raise the quota."), ExitCode.TRY_LATER, 14, 45),
        (GatewayRefused("Check RESEND_API_KEY."), ExitCode.CONFIGURATION, 598, 600),
    ],
    ids=["database", "quota", "key"],
)
def test_what_is_not_the_events_fault_is_not_counted(
    inbox: Inbox, error: Exception, code: ExitCode, least: int, most: int
) -> None:
    def body(run: Run, event: EventRow, services: Any) -> None:
        if event.id == "a":
            raise error

    inbox.accept("a", "b", "c")
    limits = Limits(max_attempts=1, concurrency=1)
    summary = inbox.dispatch(handler(body), limits=limits)
    event = inbox.event("a")
    assert (event.status, event.failures, event.error) == ("waiting", 0, str(error))
    assert least < inbox.due_in("a") <= most
    assert summary.exit_code is code
    assert summary.note == (str(error) if code else None)
    assert inbox.statuses() == {"a": "waiting", "b": "completed", "c": "completed"}


def test_pauses_of_what_is_not_counted_grow_all_the_same(inbox: Inbox) -> None:
    inbox.accept("a")
    for least in (15, 30, 60, 120, 300, 600):
        inbox.dispatch(handler(raising(QuotaExhausted())))
        assert least - 1 < inbox.due_in("a") <= least + 30
        inbox.jump(seconds=least + 31)


def test_attempt_that_takes_too_long_is_a_failure(inbox: Inbox) -> None:
    def body(run: Run, event: EventRow, services: Any) -> None:
        inbox.jump(minutes=3)
        run.check()

    inbox.accept("a")
    inbox.dispatch(handler(body), lease_seconds=3600)
    event = inbox.event("a")
    assert (event.status, event.failures) == ("waiting", 1)
    assert event.error == "The attempt took longer than it may."


def test_attempt_that_the_commands_deadline_ends_is_no_failure(inbox: Inbox) -> None:
    def body(run: Run, event: EventRow, services: Any) -> None:
        inbox.jump(seconds=50)
        run.check()

    inbox.accept("a")
    control = Control(clock=inbox.clock)
    control.limit(timedelta(seconds=45))
    summary = inbox.dispatch(handler(body), control=control)
    event = inbox.event("a")
    assert (event.status, event.failures, event.error) == ("waiting", 0, str(DeadlineReached()))
    run = inbox.run_of("a")
    assert (run["status"], run["error"]) == ("timed_out", str(DeadlineReached()))
    assert inbox.due_in("a") <= 0
    assert summary.exit_code is ExitCode.TRY_LATER
    assert "maximum duration is over" in (summary.note or "")
    assert inbox.dispatch(handler()).events == {"completed": 1}


def test_attempt_that_a_signal_ends_is_no_failure(inbox: Inbox) -> None:
    control = Control(clock=inbox.clock)

    def body(run: Run, event: EventRow, services: Any) -> None:
        run.step("first", lambda: 1)
        control.interrupt(SignalReceived(15))
        run.step("second", lambda: 2)

    inbox.accept("a")
    summary = inbox.dispatch(handler(body), control=control)
    event = inbox.event("a")
    assert (event.status, event.failures) == ("waiting", 0)
    assert inbox.run_of("a")["status"] == "cancelled"
    assert [step["name"] for step in inbox.bench.rows("steps")] == ["first"]
    assert summary.exit_code is ExitCode.TERMINATED
    assert inbox.dispatch(handler(body)).events == {"completed": 1}


def test_failed_event_keeps_its_error_while_it_is_merely_released(inbox: Inbox) -> None:
    inbox.accept("a")
    inbox.dispatch(handler(raising(EventRefused())), limits=Limits(max_attempts=2))
    inbox.accept("b")
    inbox.dispatch(handler(raising(ValueError())))
    inbox.jump(minutes=1)
    before = inbox.event("b").error
    control = Control(clock=inbox.clock)

    def body(run: Run, event: EventRow, services: Any) -> None:
        control.interrupt(SignalReceived(2))
        run.check()

    assert inbox.dispatch(handler(body), control=control).exit_code is ExitCode.INTERRUPTED
    assert (inbox.event("b").error, inbox.event("b").failures) == (before, 1)
    run = inbox.run_of("b")
    assert (run["status"], run["error"]) == ("cancelled", str(SignalReceived(2)))


def test_finished_steps_are_not_done_again_by_the_next_attempt(inbox: Inbox) -> None:
    done: list[str] = []

    def body(run: Run, event: EventRow, services: Any) -> None:
        run.step("first", lambda: done.append("first"))
        if run.attempt == 1:
            raise ValueError
        run.step("second", lambda: done.append("second"))
        run.for_each("none", pages=lambda _after, _until: [], do=lambda _row: Seen())

    inbox.accept("a")
    inbox.dispatch(handler(body))
    inbox.jump(minutes=1)
    assert inbox.dispatch(handler(body)).events == {"completed": 1}
    assert done == ["first", "second"]


def test_attempt_that_has_lost_its_lease_writes_nothing(inbox: Inbox) -> None:
    """Another process has the run: what this one comes to is told by nobody."""

    def body(run: Run, event: EventRow, services: Any) -> None:
        inbox.overtake("a")
        if event.data:
            run.step("late", lambda: 1)

    inbox.accept("a", data={"stops": True})
    summary = inbox.dispatch(handler(body))
    assert (inbox.event("a").status, inbox.told) == ("running", [])
    assert inbox.run_of("a")["status"] == "running"
    assert inbox.bench.rows("steps") == []
    assert (summary.exit_code, summary.events) == (ExitCode.DONE, {})


def test_end_of_an_attempt_that_has_lost_its_lease_is_not_written(inbox: Inbox) -> None:
    inbox.accept("a")
    summary = inbox.dispatch(handler(lambda _run, _event, _services: inbox.overtake("a")))
    assert (inbox.event("a").status, inbox.told) == ("running", [])
    assert summary.events == {}


def test_workflow_that_this_program_does_not_know_is_left_to_another(inbox: Inbox) -> None:
    inbox.accept("a", workflow="fisioflow-of-tomorrow")
    inbox.accept("b")
    summary = inbox.dispatch(handler())
    assert summary.exit_code is ExitCode.CONFIGURATION
    assert "fisioflow-of-tomorrow" in (summary.note or "")
    assert inbox.statuses() == {"a": "waiting", "b": "completed"}
    assert (inbox.event("a").failures, inbox.due_in("a") > 590) == (0, True)


@pytest.mark.parametrize("figure", [{1, 2}, object()], ids=["set", "object"])
def test_result_that_cannot_be_stored_is_a_failure(inbox: Inbox, figure: object) -> None:
    inbox.accept("a", "b")

    def summarise(run: Run, services: Any) -> Result:
        return Result(data={"figure": figure if run.slot.label == "a" else 1})

    inbox.dispatch(handler(summarise=summarise))
    assert inbox.statuses() == {"a": "waiting", "b": "completed"}
    assert (inbox.event("a").failures, inbox.run_of("a")["status"]) == (1, "failed")


def test_summary_that_cannot_be_made_is_a_failure(inbox: Inbox) -> None:
    def summarise(run: Run, services: Any) -> Result:
        raise KeyError(SECRET)

    inbox.accept("a")
    inbox.dispatch(handler(nothing, summarise=summarise))
    event = inbox.event("a")
    assert (event.status, event.failures) == ("waiting", 1)
    assert "unexpected KeyError" in (event.error or "")


def test_body_error_is_told_even_if_no_summary_can_be_made(inbox: Inbox) -> None:
    def summarise(run: Run, services: Any) -> Result:
        raise KeyError(SECRET)

    inbox.accept("a")
    inbox.dispatch(handler(raising(EventRefused("No such patient.")), summarise=summarise))
    assert (inbox.event("a").status, inbox.event("a").error) == ("dead", "No such patient.")


def test_run_is_for_the_local_day_of_the_event(inbox: Inbox) -> None:
    """01:30 in UTC is the evening before in São Paulo."""
    seen: list[Run] = []
    ts = inbox.clock.now().replace(hour=1, minute=30)
    inbox.accept("a", ts=ts)
    inbox.dispatch(handler(lambda run, _event, _services: seen.append(run)))
    (run,) = seen
    assert run.slot.label == "a"
    assert (run.slot.begins.isoformat(), run.slot.ends.isoformat()) == (
        "2026-11-22T00:00:00",
        "2026-11-23T00:00:00",
    )
    assert (run.as_of, run.organization, run.scope) == (ts, None, "all")
    assert not run.dry
