"""The pacer: spaced turns, and pauses that all threads keep."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from fisioflow_cli.clock import Clock
from fisioflow_cli.delivery.pacer import Pacer
from fisioflow_cli.engine.control import Control
from fisioflow_cli.errors import DeadlineReached, SignalReceived
from tests.delivery.post import Provider

GATEWAY = Provider(name="resend", idempotent=True)
OUTBOX = Provider(name="outbox", idempotent=True, leaves=False)


@dataclass(frozen=True, kw_only=True)
class ToyClock(Clock):
    """A clock that only waiting moves on, or, if it is frozen, not even that."""

    frozen: bool = False
    waits: list[float] = field(default_factory=list)
    after: list[Callable[[], None]] = field(default_factory=list)
    """What happens at the end of each wait, in turn."""

    def monotonic(self) -> float:
        return 0.0 if self.frozen else sum(self.waits)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.waits.append(seconds)
        if self.after:
            self.after.pop(0)()
        return event.is_set()


@pytest.fixture
def clock() -> ToyClock:
    return ToyClock()


@pytest.fixture
def control(clock: ToyClock) -> Control:
    return Control(clock=clock)


def test_first_turn_comes_at_once_and_the_others_spaced(clock: ToyClock, control: Control) -> None:
    pacer = Pacer(clock=clock, per_second={"email": 2})
    for _ in range(4):
        pacer.turn("email", control)
    assert clock.waits == [0.5, 0.5, 0.5]


def test_time_that_nobody_used_is_not_saved_up(clock: ToyClock, control: Control) -> None:
    pacer = Pacer(clock=clock, per_second={"email": 2})
    control.sleep(100)
    for _ in range(3):
        pacer.turn("email", control)
    assert clock.waits == [100, 0.5, 0.5]


def test_channels_have_turns_of_their_own_and_unnamed_ones_none(
    clock: ToyClock, control: Control
) -> None:
    pacer = Pacer(clock=clock, per_second={"email": 1, "whatsapp": 1})
    for channel in ("email", "whatsapp", "push", "push"):
        pacer.turn(channel, control)
    assert clock.waits == []


def test_threads_never_share_a_turn() -> None:
    clock = ToyClock(frozen=True)
    pacer, control = Pacer(clock=clock, per_second={"email": 4}), Control(clock=clock)

    def take() -> None:
        for _ in range(8):
            pacer.turn("email", control)

    threads = [threading.Thread(target=take) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(clock.waits) == [turn / 4 for turn in range(1, 16 * 8)]


def test_turn_beyond_the_deadline_is_left_to_others(clock: ToyClock, control: Control) -> None:
    pacer = Pacer(clock=clock, per_second={"email": 0.1})
    hurried = control.child(timedelta(seconds=5))
    pacer.turn("email", control)
    with pytest.raises(DeadlineReached):
        pacer.turn("email", hurried)
    assert clock.waits == []
    pacer.turn("email", control)
    assert clock.waits == [10]


def test_signal_ends_the_wait_for_a_turn() -> None:
    clock = Clock()
    pacer, control = Pacer(clock=clock, per_second={"email": 0.01}), Control(clock=clock)
    pacer.turn("email", control)
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            pacer.turn("email", control)
        except SignalReceived as stop:
            ended.append(stop)

    thread = threading.Thread(target=wait)
    thread.start()
    control.interrupt(SignalReceived(15))
    thread.join(timeout=20)
    assert len(ended) == 1
    with pytest.raises(SignalReceived):
        pacer.turn("another", control)


def test_longest_pause_wins_and_passes(clock: ToyClock, control: Control) -> None:
    pacer = Pacer(clock=clock)
    assert pacer.rests("resend") == 0
    pacer.pause("resend", 60)
    pacer.pause("resend", 5)
    assert (pacer.rests("resend"), pacer.rests("outbox")) == (60, 0)
    control.sleep(50)
    assert pacer.rests("resend") == 10
    pacer.pause("resend", 30)
    control.sleep(31)
    assert pacer.rests("resend") == 0


def test_short_pause_is_waited_for_and_a_long_one_told(clock: ToyClock, control: Control) -> None:
    pacer = Pacer(clock=clock)
    pacer.pause("resend", 10)
    assert pacer.admit(GATEWAY, "email", control) == 0
    assert clock.waits == [10]
    pacer.pause("resend", 11)
    assert pacer.admit(GATEWAY, "email", control) == 11
    assert clock.waits == [10]


def test_pause_that_the_deadline_cuts_short_is_told(clock: ToyClock, control: Control) -> None:
    pacer = Pacer(clock=clock)
    pacer.pause("resend", 4)
    assert pacer.admit(GATEWAY, "email", control.child(timedelta(seconds=3))) == 4
    assert clock.waits == []


def test_pause_that_begins_in_the_wait_for_a_turn_counts(clock: ToyClock, control: Control) -> None:
    pacer = Pacer(clock=clock, per_second={"email": 1})
    pacer.turn("email", control)
    clock.after.append(lambda: pacer.pause("resend", 3600))
    assert pacer.admit(GATEWAY, "email", control) == 3600
    assert clock.waits == [1]


def test_pause_that_grows_while_it_is_waited_for_is_waited_for_again(
    clock: ToyClock, control: Control
) -> None:
    pacer = Pacer(clock=clock)
    pacer.pause("resend", 2)
    clock.after.append(lambda: pacer.pause("resend", 3))
    assert pacer.admit(GATEWAY, "email", control) == 0
    assert clock.waits == [2, 3]


def test_resting_gateway_uses_up_no_turn(clock: ToyClock, control: Control) -> None:
    pacer = Pacer(clock=clock, per_second={"email": 1})
    pacer.pause("resend", 60)
    for _ in range(3):
        pacer.admit(GATEWAY, "email", control)
    pacer.turn("email", control)
    assert clock.waits == []


def test_message_that_stays_here_waits_for_no_turn(clock: ToyClock, control: Control) -> None:
    pacer = Pacer(clock=clock, per_second={"email": 1})
    for _ in range(3):
        assert pacer.admit(OUTBOX, "email", control) == 0
    assert clock.waits == []


@pytest.mark.parametrize(
    ("patience", "seconds", "sits_out"),
    [(float("inf"), 50, True), (float("inf"), 61, False), (10, 10, True), (10, 11, False)],
)
def test_pause_is_sat_out_within_patience_and_deadline(
    clock: ToyClock, control: Control, patience: float, seconds: float, *, sits_out: bool
) -> None:
    pacer = Pacer(clock=clock, patience=patience)
    assert pacer.sits_out(seconds, control.child(timedelta(seconds=60))) is sits_out
