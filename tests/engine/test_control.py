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
