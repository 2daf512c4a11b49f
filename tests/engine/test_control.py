"""The deadline and the signals: looked at between steps, and while waiting."""

import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest

from fisioflow_cli.clock import Clock
from fisioflow_cli.engine.control import Control
from fisioflow_cli.errors import DeadlineReached, SignalReceived
from tests.engine.workbench import JumpingClock

INTERRUPTED_WHILE_HOLDING_THE_LOCK = """
from fisioflow_cli.clock import Clock
from fisioflow_cli.engine.control import Control
from fisioflow_cli.errors import SignalReceived
control = Control(clock=Clock())
with control._wake._cond:  # where Event.wait() is when the signal comes
    control.interrupt(SignalReceived(15))
print("back")
"""


def test_without_a_deadline_nothing_ends() -> None:
    control = Control(clock=JumpingClock())
    control.check()
    assert control.remaining(30) == 30
    assert control.outlasts(10**9)


def test_deadline_is_counted_from_when_it_is_set() -> None:
    clock = JumpingClock()
    control = Control(clock=clock)
    control.limit(timedelta(minutes=5))
    clock.jump(timedelta(minutes=4, seconds=50))
    control.check()
    assert 9 < control.remaining(30) <= 10
    clock.jump(timedelta(seconds=11))
    with pytest.raises(DeadlineReached):
        control.check()
    assert control.remaining(30) == pytest.approx(0.1)


def test_sleep_shorter_than_the_deadline_is_slept() -> None:
    clock = JumpingClock()
    control = Control(clock=clock)
    control.limit(timedelta(minutes=5))
    control.sleep(60)
    assert clock.waits == [60]
    with pytest.raises(DeadlineReached):
        control.sleep(245)
    assert clock.waits == [60]


def test_signal_wakes_a_sleeper() -> None:
    control = Control(clock=Clock())
    threading.Timer(0.1, control.interrupt, [SignalReceived(2)]).start()
    began = time.monotonic()
    with pytest.raises(SignalReceived) as stopped:
        control.sleep(20)
    assert time.monotonic() - began < 5
    assert stopped.value.signal_number == 2
    with pytest.raises(SignalReceived):
        control.check()


def test_signal_while_the_sleeper_holds_the_events_lock_does_not_hang() -> None:
    """Event.set() in the handler waited for a lock that only the interrupted code could release."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WHILE_HOLDING_THE_LOCK],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert done.stdout == "back\n"


def test_child_ends_at_its_own_deadline() -> None:
    clock = JumpingClock()
    control = Control(clock=clock)
    child = control.child(timedelta(minutes=1))
    clock.jump(timedelta(seconds=50))
    child.check()
    assert 9 < child.remaining(30) <= 10
    clock.jump(timedelta(seconds=11))
    with pytest.raises(DeadlineReached):
        child.check()
    assert not child.bound_by_parent
    control.check()


def test_child_never_outlives_its_parent() -> None:
    clock = JumpingClock()
    control = Control(clock=clock)
    control.limit(timedelta(seconds=30))
    child = control.child(timedelta(minutes=5))
    assert child.bound_by_parent
    assert 29 < child.remaining(60) <= 30
    assert not child.outlasts(31)
    with pytest.raises(DeadlineReached):
        child.sleep(31)
    clock.jump(timedelta(seconds=31))
    with pytest.raises(DeadlineReached):
        child.check()


def test_parents_deadline_counts_even_if_it_is_set_later() -> None:
    control = Control(clock=JumpingClock())
    child = control.child(timedelta(minutes=5))
    control.limit(timedelta(seconds=1))
    assert child.bound_by_parent
    assert not child.outlasts(2)


def test_signal_reaches_children_made_before_and_after() -> None:
    control = Control(clock=Clock())
    before = control.child(timedelta(minutes=5))
    grandchild = before.child(timedelta(minutes=5))
    control.interrupt(SignalReceived(15))
    for each in (before, grandchild, control.child(timedelta(minutes=5))):
        with pytest.raises(SignalReceived) as stopped:
            each.check()
        assert stopped.value.signal_number == 15


def test_signal_wakes_the_sleepers_in_all_threads() -> None:
    control = Control(clock=Clock())
    stopped: list[int] = []

    def sleep() -> None:
        try:
            control.child(timedelta(minutes=5)).sleep(60)
        except SignalReceived as stop:
            stopped.append(stop.signal_number)

    threads = [threading.Thread(target=sleep) for _ in range(8)]
    for thread in threads:
        thread.start()
    control.interrupt(SignalReceived(2))
    for thread in threads:
        thread.join(timeout=20)
    assert stopped == [2] * 8


def test_interrupting_a_child_interrupts_all() -> None:
    control = Control(clock=Clock())
    control.child(timedelta(minutes=5)).interrupt(SignalReceived(2))
    with pytest.raises(SignalReceived):
        control.check()


def test_rest_ends_without_an_error() -> None:
    clock = JumpingClock()
    control = Control(clock=clock)
    control.limit(timedelta(seconds=10))
    control.rest(3)
    control.rest(30)
    assert clock.waits[0] == 3
    assert clock.waits[1] == pytest.approx(7, abs=0.5)
