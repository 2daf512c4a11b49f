"""The retry policies: how often, how long apart, and what is not retried."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from fisioflow_cli.engine import retry
from fisioflow_cli.engine.control import Control
from fisioflow_cli.errors import (
    DatabaseRefused,
    DatabaseUnavailable,
    DeadlineReached,
    SignalReceived,
)
from tests.engine.workbench import JumpingClock


def _failing(times: int, error: Exception | None = None) -> Callable[[], int]:
    calls = []

    def do() -> int:
        calls.append(1)
        if len(calls) <= times:
            raise error or DatabaseUnavailable
        return len(calls)

    return do


@pytest.mark.parametrize(
    ("policy", "bases"),
    [
        (retry.DATABASE, [0.5, 1, 2, 4]),
        (retry.API, [1, 2]),
        (retry.EMAIL, [2, 4]),
        (retry.WHATSAPP, [2, 4]),
    ],
)
def test_policy_waits_twice_as_long_each_time_with_jitter(
    policy: retry.Policy, bases: list[float]
) -> None:
    clock = JumpingClock()
    with pytest.raises(DatabaseUnavailable):
        retry.call(_failing(99), policy, Control(clock=clock))
    assert len(clock.waits) == len(bases) == policy.attempts - 1
    for waited, base in zip(clock.waits, bases, strict=True):
        assert base <= waited <= base + policy.first


def test_waits_do_not_grow_beyond_the_most() -> None:
    clock = JumpingClock()
    policy = retry.Policy(attempts=12, first=1, most=30)
    with pytest.raises(DatabaseUnavailable):
        retry.call(_failing(99), policy, Control(clock=clock))
    assert max(clock.waits) <= 30 + policy.first
    assert min(clock.waits[5:]) >= 30


def test_jitter_differs_between_calls() -> None:
    clock = JumpingClock()
    for _ in range(8):
        retry.call(_failing(1), retry.DATABASE, Control(clock=clock))
    assert len(set(clock.waits)) > 1


def test_value_comes_with_the_number_of_tries() -> None:
    tried = retry.call(_failing(2), retry.DATABASE, Control(clock=JumpingClock()))
    assert (tried.value, tried.tries) == (3, 3)


@pytest.mark.parametrize("error", [ValueError("x"), DatabaseRefused(), KeyError("k")])
def test_only_an_absent_database_is_tried_again(error: Exception) -> None:
    clock = JumpingClock()
    with pytest.raises(type(error)):
        retry.call(_failing(1, error), retry.DATABASE, Control(clock=clock))
    assert clock.waits == []


def test_last_value_is_returned_when_the_attempts_are_used_up() -> None:
    values = iter("abcdef")
    control = Control(clock=JumpingClock())
    tried = retry.call(lambda: next(values), retry.EMAIL, control, again=lambda _: True)
    assert (tried.value, tried.tries) == ("c", 3)


def test_wait_beyond_the_deadline_ends_at_once() -> None:
    clock = JumpingClock()
    control = Control(clock=clock)
    control.limit(timedelta(seconds=0.4))
    with pytest.raises(DeadlineReached):
        retry.call(_failing(1), retry.DATABASE, control)
    assert clock.waits == []


def test_signal_ends_the_waiting() -> None:
    control = Control(clock=JumpingClock())

    def do() -> None:
        control.interrupt(SignalReceived(15))
        raise DatabaseUnavailable

    with pytest.raises(SignalReceived):
        retry.call(do, retry.DATABASE, control)
