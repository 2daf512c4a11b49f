"""A second start does nothing, and force does it over without writing to anybody twice."""

from collections import Counter

import pytest

from tests.acceptance.contacts import CHANNELS
from tests.acceptance.trial import FORCED, QUESTIONS, Trial


def test_second_run_sends_nothing(trial: Trial) -> None:
    assert trial.second.calls == 0


@pytest.mark.parametrize("workflow", QUESTIONS)
def test_second_run_says_the_same(trial: Trial, workflow: str) -> None:
    first, second = trial.first[workflow].started, trial.second.started[workflow]
    assert second.code == first.code
    assert second.document == first.document | {"reused": True}


def test_a_forced_run_sends_nothing(trial: Trial) -> None:
    assert trial.forced.calls == 0


@pytest.mark.parametrize("workflow", FORCED)
def test_a_forced_run_finds_everybody_written_to_already(trial: Trial, workflow: str) -> None:
    forced = trial.forced.started[workflow]
    expected: Counter[str] = Counter()
    for outcome, count in trial.first[workflow].started.outcomes.items():
        expected["already_sent" if outcome in CHANNELS else outcome] += count
    assert forced.code == 0
    assert not forced.document["reused"]
    assert forced.outcomes == expected
