"""A dispatch is killed at each of its moments in turn, and another one goes on: no event is lost."""

from collections.abc import Callable

import pytest

from tests.chaos import evidence
from tests.chaos.conftest import SetUp
from tests.chaos.dispatching import REJECTED, Aftermath, doubtful, kill_at_each
from tests.chaos.mailbag import FILE, INBOX, STDIN, Way
from tests.chaos.stage import Stage

WAYS = {"file": FILE, "stdin": STDIN, "inbox": INBOX}
THREADS = 4


@pytest.mark.parametrize("name", WAYS)
def test_killed_at_every_thirteenth_moment(set_up: SetUp, name: str) -> None:
    """Of the ten moments of an event another one each time."""
    doubted = kill_at_each(set_up, WAYS[name], _killing(WAYS[name]), every=13)
    assert doubted or name != "file", "no death was in the middle of a message without a key"


@pytest.mark.long
@pytest.mark.parametrize("name", WAYS)
def test_killed_at_every_moment(set_up: SetUp, name: str) -> None:
    doubted = kill_at_each(set_up, WAYS[name], _killing(WAYS[name]))
    assert doubted == {
        event for event, (channel, _) in WAYS[name].mailbag.messages.items() if channel != "email"
    }


def test_many_threads_killed_at_every_fortyfirst_moment(set_up: SetUp) -> None:
    _kill_many(set_up, every=41)


@pytest.mark.long
def test_many_threads_killed_at_every_moment(set_up: SetUp) -> None:
    _kill_many(set_up, every=1)


def _killing(way: Way) -> Callable[[Stage, int], Aftermath]:
    def kill(stage: Stage, number: int) -> Aftermath:
        killed = way.dispatch(stage, at=number)
        assert killed.was_killed, killed.stderr
        doubts = doubtful(evidence.of_ledger(stage.place))
        assert len(doubts) <= 1
        return Aftermath(stage=stage, way=way, doubtful=doubts)

    return kill


def _kill_many(set_up: SetUp, *, every: int) -> None:
    """Several messages are on their way at once, and several records in one commit."""
    way = FILE.at(THREADS)
    deaths = 0

    def kill(stage: Stage, number: int) -> Aftermath:
        nonlocal deaths
        ended = way.dispatch(stage, at=number)
        assert ended.was_killed or ended.code == REJECTED, ended.stderr
        deaths += ended.was_killed
        doubts = doubtful(evidence.of_ledger(stage.place))
        return Aftermath(stage=stage, way=way, doubtful=doubts)

    kill_at_each(set_up, way, kill, every=every)
    assert deaths
