"""Two dispatchers at once, of which one is killed: the other one and those after it do the rest."""

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
    kill_at_each,
)
from tests.chaos.mailbag import FILE, INBOX, STDIN
from tests.chaos.stage import Ended, Stage

ROUNDS = 2
WAYS = {"file": FILE, "stdin": STDIN, "inbox": INBOX}


@pytest.mark.parametrize("name", WAYS)
def test_two_do_everything_once(set_up: SetUp, name: str) -> None:
    """By the same file, or with the same lines in two pipes."""
    way = WAYS[name].at(4)
    for _ in range(ROUNDS):
        with set_up(**SETTINGS) as stage:
            way.prepare(stage)
            ended = [process.wait() for process in [way.start(stage) for _ in "ab"]]
            assert {one.code for one in ended} <= {DONE, REJECTED}, [one.stderr for one in ended]
            aftermath = Aftermath(stage=stage, way=way)
            aftermath.check()
            assert max(stage.providers.requests.values()) == 1
            assert all(run["attempt"] == 1 for run in evidence.of_ledger(stage.place).runs)
            aftermath.check_nothing_more()


def test_one_of_two_killed_at_every_fortyfirst_moment(set_up: SetUp) -> None:
    _kill_one(set_up, every=41)


@pytest.mark.long
def test_one_of_two_killed_at_every_moment(set_up: SetUp) -> None:
    _kill_one(set_up, every=1)


def _kill_one(set_up: SetUp, *, every: int) -> None:
    deaths = 0

    def kill(stage: Stage, number: int) -> Aftermath:
        nonlocal deaths
        one, other = FILE.start(stage, at=number), FILE.start(stage)
        killed, survivor = one.wait(), other.wait()
        deaths += killed.was_killed
        _check_survivor(survivor)
        assert killed.was_killed or killed.code in {DONE, REJECTED}, killed.stderr
        doubts = doubtful(evidence.of_ledger(stage.place))
        assert len(doubts) <= killed.was_killed
        return Aftermath(stage=stage, way=FILE, doubtful=doubts)

    kill_at_each(set_up, FILE, kill, every=every)
    assert deaths


def _check_survivor(ended: Ended) -> None:
    """It may have found the other one's message, and declared it in doubt."""
    assert ended.code in {DONE, PARTIAL, REJECTED}, ended.stderr
