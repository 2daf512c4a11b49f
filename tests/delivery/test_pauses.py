"""Pauses that a provider asks for, the deadline, signals and a database that is away."""

from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.engine.control import Control
from fisioflow_cli.errors import DatabaseUnavailable, ExitCode, SignalReceived
from fisioflow_cli.gateways.gateway import RetryAfter, Uncertain
from tests.delivery.post import Post, counts, email, send, whatsapp
from tests.engine.workbench import losing_answers

MINUTES = timedelta(minutes=1)


def test_pause_is_as_long_as_asked_and_uses_up_no_attempt(post: Post) -> None:
    post.people["ana"] = send(whatsapp("ana"))
    post.cloud.answers = [RetryAfter(code="http_429", seconds=42.5)] * 5
    assert post.start().result["sent"] == 1
    assert post.bench.clock.waits == [42.5] * 5


@pytest.mark.parametrize("seconds", [0.0, 0.2])
def test_pause_of_nothing_is_a_pause_all_the_same(post: Post, seconds: float) -> None:
    """`Retry-After: 0` had us ask again and again without taking breath."""
    post.people["ana"] = send(email("ana"))
    post.resend.answers = [RetryAfter(code="http_429", seconds=seconds)] * 3
    post.start()
    assert post.bench.clock.waits == [1.0] * 3


def test_endless_pauses_end_at_the_deadline(post: Post) -> None:
    post.people["ana"] = send(email("ana"))
    post.resend.answers = [RetryAfter(code="http_429", seconds=60)] * 99
    report = post.start(maximum_duration=5 * MINUTES)
    assert (report.status, report.exit_code) == ("timed_out", ExitCode.TRY_LATER)
    assert post.states() == {"ana": "pending http_429"}
    assert len(post.resend.requests) == 5


def test_pause_beyond_the_deadline_rests_its_channel_only(post: Post) -> None:
    """It ended the whole run, although everybody on the other channel could have been served."""
    post.people |= {
        "ana": send(whatsapp("ana"), email("ana")),
        "bia": send(email("bia")),
        "caio": send(whatsapp("caio")),
    }
    post.cloud.answers = [RetryAfter(code="80007", seconds=3600)]
    report = post.start(maximum_duration=5 * MINUTES)
    assert (report.status, report.exit_code) == ("timed_out", ExitCode.TRY_LATER)
    assert post.states() == {
        "ana": "pending 80007",
        "bia": "sent",
        "caio": "pending provider_pauses",
    }
    assert (len(post.cloud.requests), post.bench.clock.waits) == (1, [])
    assert counts(post.start()) == {
        "candidates": 3,
        "sent": 3,
        "by_channel": {"email": 1, "whatsapp": 2},
    }


def test_rested_channel_keeps_what_may_have_been_sent(post: Post) -> None:
    post.people |= {"ana": send(email("ana")), "bia": send(email("bia"))}
    post.left_sending("bia", ago=timedelta(hours=1))
    post.resend.answers = [RetryAfter(code="http_429", seconds=3600)]
    post.start(maximum_duration=5 * MINUTES)
    assert post.states() == {"ana": "pending http_429", "bia": "sending"}
    assert len(post.resend.requests) == 1


def test_key_that_grows_old_in_a_pause_is_not_used_again(post: Post) -> None:
    post.people["ana"] = send(email("ana"))
    post.resend.answers = [
        Uncertain(code="timeout"),
        RetryAfter(code="http_429", seconds=24 * 3600),
    ]
    post.start(maximum_duration=timedelta(days=2))
    assert post.states() == {"ana": "in_doubt interrupted"}
    assert len(post.resend.requests) == 2


def test_back_off_beyond_the_deadline_leaves_it_pending(post: Post) -> None:
    post.people["ana"] = send(email("ana"))
    post.resend.answers = [RetryAfter(code="not_connected")]
    report = post.start(maximum_duration=timedelta(seconds=1.5))
    assert (report.status, post.states()) == ("timed_out", {"ana": "pending interrupted"})
    assert post.start().result["sent"] == 1


def test_signal_in_a_pause_leaves_it_pending(post: Post) -> None:
    post.people |= {"ana": send(email("ana")), "bia": send(email("bia"))}
    control = Control(clock=post.bench.clock)

    def answer() -> Any:
        control.interrupt(SignalReceived(15))
        return RetryAfter(code="http_429", seconds=30)

    post.resend.answers = [answer]
    report = post.start(control=control)
    assert (report.status, report.exit_code) == ("cancelled", ExitCode.TERMINATED)
    assert post.states() == {"ana": "pending interrupted"}


def test_signal_during_a_request_records_its_outcome_first(post: Post) -> None:
    post.people |= {"ana": send(whatsapp("ana")), "bia": send(whatsapp("bia"))}
    control = Control(clock=post.bench.clock)

    def answer() -> Any:
        control.interrupt(SignalReceived(2))
        return post.cloud.accept()

    post.cloud.answers = [answer]
    report = post.start(control=control)
    assert (report.exit_code, post.states()) == (ExitCode.INTERRUPTED, {"ana": "sent"})


def test_request_gets_no_more_time_than_the_deadline_leaves(post: Post) -> None:
    given: list[float] = []
    original = post.cloud.send

    def watched(payload: Any, *, provider_key: str, timeout: float) -> Any:
        given.append(timeout)
        return original(payload, provider_key=provider_key, timeout=timeout)

    post.cloud.send = watched  # type: ignore[method-assign]  # the provider looks at the clock
    post.people |= {"ana": send(whatsapp("ana"))}
    post.start(maximum_duration=timedelta(seconds=12))
    post.people |= {"bia": send(whatsapp("bia"))}
    post.start(force=True)
    assert 10 < given[0] <= 12
    assert given[1] == 30


def test_outcome_survives_a_short_absence_of_the_database(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One lost connection after the provider's yes put a WhatsApp message in doubt for good."""
    post.people |= {"ana": send(whatsapp("ana")), "bia": send(whatsapp("bia"))}

    def answer() -> Any:
        losing_answers(post.bench.engine, monkeypatch, times=2, before=True)
        return post.cloud.accept()

    post.cloud.answers = [answer]
    report = post.start()
    assert post.states() == {"ana": "sent", "bia": "sent"}
    assert report.status == "completed"
    assert len(post.cloud.inbox) == 2


def test_outcome_whose_record_was_answered_late_is_recorded_once(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.people["ana"] = send(whatsapp("ana"))

    def answer() -> Any:
        losing_answers(post.bench.engine, monkeypatch, times=1)
        return post.cloud.accept()

    post.cloud.answers = [answer]
    post.start()
    assert post.states() == {"ana": "sent"}
    assert len(post.cloud.inbox) == 1


@pytest.mark.parametrize(
    ("channel", "state"), [(email, "sent"), (whatsapp, "in_doubt interrupted")]
)
def test_claim_whose_answer_was_lost_counts_as_one_that_may_have_been_sent(
    post: Post, monkeypatch: pytest.MonkeyPatch, channel: Any, state: str
) -> None:
    def decide() -> Any:
        losing_answers(post.bench.engine, monkeypatch, times=1)
        post.people["ana"] = send(channel("ana"))
        return post.people["ana"]

    post.people["ana"] = decide
    post.start()
    assert post.states() == {"ana": state}


def test_database_away_for_good_leaves_the_evidence(post: Post) -> None:
    def away() -> Any:
        raise DatabaseUnavailable

    post.people["ana"] = send(email("ana"))

    def answer() -> Any:
        post.people["ana"] = away
        return RetryAfter(code="http_503")

    post.resend.answers = [answer]
    report = post.start()
    assert (report.status, report.exit_code) == ("timed_out", ExitCode.TRY_LATER)
    assert post.states() == {"ana": "pending interrupted"}
