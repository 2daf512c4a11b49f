"""A dispatcher stands still until its leases are over, another takes over, and it wakes up."""

import signal
import time

import pytest

from tests.chaos import evidence
from tests.chaos.conftest import SetUp
from tests.chaos.dispatching import (
    DONE,
    PARTIAL,
    REJECTED,
    SETTINGS,
    Aftermath,
    doubtful,
    undisturbed,
)
from tests.chaos.mailbag import FILE

LEASE = {"FISIOFLOW_LEASE_SECONDS": "1"}
OVER = 1.2


@pytest.mark.parametrize("channel", ["email", "whatsapp"])
def test_stopped_before_a_call(set_up: SetUp, channel: str) -> None:
    """Neither message is sent twice: the mail by its key, WhatsApp since nobody else sends it."""
    _stop_and_take_over(set_up, f"before call {channel}")


def test_stopped_before_the_record(set_up: SetUp) -> None:
    """Who wakes up late is refused: what the other process judged stays."""
    _stop_and_take_over(set_up, "after call push")


@pytest.mark.long
def test_stopped_at_every_moment(set_up: SetUp) -> None:
    for number, moment in enumerate(undisturbed(set_up, FILE).moments):
        # inside a transaction it holds locks, and the others wait until it is woken up or killed
        if moment.kind != "before commit":
            try:
                _stop_and_take_over(set_up, number)
            except AssertionError as error:
                error.add_note(f"stopped at {moment.name} ({number})")
                raise


def _stop_and_take_over(set_up: SetUp, at: int | str) -> None:
    with set_up(**SETTINGS, **LEASE) as stage:
        FILE.prepare(stage)
        sleeper = FILE.start(stage, at=at, number=signal.SIGSTOP)
        sleeper.wait_until_stopped()
        doubts = doubtful(evidence.of_ledger(stage.place))
        time.sleep(OVER)
        other = FILE.dispatch(stage)
        left = evidence.of_ledger(stage.place)
        sleeper.send(signal.SIGCONT)
        woken = sleeper.wait()
        assert other.code in ({PARTIAL} if doubts else {DONE, REJECTED}), other.stderr
        assert woken.code in {DONE, REJECTED}, woken.stderr
        assert evidence.of_ledger(stage.place) == left, "the one that woke up wrote something"
        aftermath = Aftermath(stage=stage, way=FILE, doubtful=doubts)
        aftermath.check()
        aftermath.check_nothing_more()
