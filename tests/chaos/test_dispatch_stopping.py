"""A dispatch that follows a file is killed or told to end: what was accepted is done by the next one."""

import signal
import time
from dataclasses import replace

import pytest

from tests.chaos import evidence
from tests.chaos.conftest import SetUp
from tests.chaos.dispatching import (
    SETTINGS,
    Aftermath,
    chosen,
    doubtful,
    undisturbed,
)
from tests.chaos.mailbag import FILE, FULL, STDIN
from tests.chaos.providers import FINE, Mishap
from tests.chaos.stage import Stage, Started

SLOW = Mishap(taken=True, status=200, seconds=0.7)
VERY_SLOW = Mishap(taken=True, status=200, seconds=2)
TERMINATED = 143
FIRST = replace(FULL, lines=FULL.lines[:4])
"""What stands in the file when somebody begins to follow it."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_call_in_hand_is_finished(set_up: SetUp, number: signal.Signals) -> None:
    """It is recorded, and the rest waits for the next dispatch; nothing is in doubt."""
    with set_up(**SETTINGS) as stage:
        FILE.prepare(stage)
        stage.providers.mishaps.append(SLOW)
        process = FILE.start(stage, "--follow")
        assert stage.providers.reached.acquire(timeout=20)
        process.send(number)
        ended = process.wait()
        assert ended.code == 128 + number, ended.stderr
        found = evidence.of_ledger(stage.place)
        assert [row["state"] for row in found.deliveries] == ["sent"]
        assert "running" not in {row["status"] for row in found.events}
        Aftermath(stage=stage, way=FILE).finish()


def test_second_signal_ends_it_at_once(set_up: SetUp) -> None:
    """What was in hand is then as after a crash, and what was accepted is not lost."""
    with set_up(**SETTINGS) as stage:
        STDIN.prepare(stage)
        stage.providers.mishaps.extend([FINE, VERY_SLOW])
        process = STDIN.start(stage)
        for _ in range(2):
            assert stage.providers.reached.acquire(timeout=20)
        process.send(signal.SIGTERM)
        time.sleep(0.3)  # two at once would count as one
        process.send(signal.SIGTERM)
        assert process.wait().code == -signal.SIGTERM
        doubts = doubtful(evidence.of_ledger(stage.place))
        assert doubts == {"b1/0"}
        Aftermath(stage=stage, way=STDIN, doubtful=doubts).finish()


def test_terminated_at_every_fortyseventh_moment(set_up: SetUp) -> None:
    _end_at_each(set_up, signal.SIGTERM, every=47)


@pytest.mark.long
def test_terminated_at_every_moment(set_up: SetUp) -> None:
    _end_at_each(set_up, signal.SIGTERM, every=1)


def test_follower_killed_at_every_fortyseventh_moment(set_up: SetUp) -> None:
    _end_at_each(set_up, signal.SIGKILL, every=47)


@pytest.mark.long
def test_follower_killed_at_every_moment(set_up: SetUp) -> None:
    _end_at_each(set_up, signal.SIGKILL, every=1)


def _end_at_each(set_up: SetUp, number: signal.Signals, *, every: int) -> None:
    """Half of the file is there when it begins, the rest is appended while it works."""
    moments = undisturbed(set_up, FILE).moments
    for at in chosen(len(moments), every):
        with set_up(**SETTINGS) as stage:
            replace(FILE, mailbag=FIRST).prepare(stage)
            process = FILE.start(stage, "--follow", at=at, number=number)
            try:
                _check_end(stage, process, number)
            except AssertionError as error:
                error.add_note(f"{number.name} at moment {at}, about {moments[at].name}")
                raise


def _check_end(stage: Stage, process: Started, number: signal.Signals) -> None:
    stage.providers.reached.acquire(timeout=0.5)  # in vain if it has ended before its first call
    with (stage.folder / str(FILE.source)).open("a") as file:
        file.write(FULL.content.removeprefix(FIRST.content))
    ended = process.wait()
    killed = number is signal.SIGKILL
    assert ended.code == (-number if killed else TERMINATED), ended.stderr
    doubts = doubtful(evidence.of_ledger(stage.place))
    assert len(doubts) <= killed
    Aftermath(stage=stage, way=FILE, doubtful=doubts).finish()
