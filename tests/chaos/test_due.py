"""`fisioflow due`, killed in the middle of its round: the next one goes on where it was."""

from typing import Any

import pytest

from tests.chaos import evidence
from tests.chaos.conftest import SetUp
from tests.chaos.stage import Ended, Stage

DEATHS, MANY = 5, 60


def test_round_killed_now_and_then_is_finished_by_the_next(set_up: SetUp) -> None:
    _kill(set_up, deaths=DEATHS)


@pytest.mark.long
def test_round_killed_at_many_moments_is_finished_by_the_next(set_up: SetUp) -> None:
    _kill(set_up, deaths=MANY)


def test_three_rounds_at_once_do_everything_once(set_up: SetUp) -> None:
    usual = _undisturbed(set_up)
    with set_up() as stage:
        rounds = [process.wait() for process in [stage.start("due") for _ in range(3)]]
        assert {each.code for each in rounds} == {0}, [each.stderr for each in rounds]
        assert _left(stage) == usual["left"]


def _undisturbed(set_up: SetUp) -> dict[str, Any]:
    with set_up() as stage:
        ended = stage.run("due")
        assert ended.code == 0, ended.stderr
        assert len(ended.report["reports"]) >= 6
        return {"moments": len(ended.moments), "left": _left(stage)}


def _left(stage: Stage) -> Any:
    """Whom it wrote to, what became of each message, and a run for each workflow."""
    found = evidence.of_ledger(stage.place)
    runs = sorted((run["workflow"], run["slot"], run["status"]) for run in found.runs)
    return stage.received(), found.outcomes(), runs


def _kill(set_up: SetUp, *, deaths: int) -> None:
    usual = _undisturbed(set_up)
    apart = usual["moments"] // deaths
    for moment in range(apart // 2, usual["moments"], apart):
        with set_up() as stage:
            assert stage.run("due", at=moment).was_killed
            second = stage.run("due")
            _check(stage, second, usual["left"])
            assert stage.run("due").report["reports"] == []


def _check(stage: Stage, second: Ended, usual: Any) -> None:
    """As undisturbed, but that one WhatsApp message may be in doubt: then it is told by 3."""
    received, outcomes, runs = _left(stage)
    doubts = {key for key, outcome in outcomes.items() if outcome.startswith("in_doubt")}
    assert len(doubts) <= 1
    assert second.code == (3 if doubts else 0), second.stderr
    assert outcomes.keys() == usual[1].keys()
    assert {key: outcomes[key] for key in outcomes.keys() - doubts} == {
        key: usual[1][key] for key in outcomes.keys() - doubts
    }
    assert not received - usual[0]
    assert (usual[0] - received).total() <= len(doubts)
    assert [run[:2] for run in runs] == [run[:2] for run in usual[2]]
