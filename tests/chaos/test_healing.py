"""Later starts: of yesterday's slot, killed while they heal it, and of a finished one by force."""

from datetime import timedelta

import pytest

from tests.chaos import evidence
from tests.chaos.conftest import SetUp
from tests.chaos.killing import Death, kill_at_each
from tests.chaos.stage import Stage

DAY = timedelta(days=1)


@pytest.mark.long
def test_healing_killed_at_every_moment(set_up: SetUp) -> None:
    kill_at_each(set_up, "daily-reports", _check, before=_begin_yesterday)


def test_forced_start_that_is_killed_writes_to_nobody_again(stage: Stage) -> None:
    assert stage.run("birthdays").code == 0
    received = stage.received()
    assert stage.run("birthdays", "--force", at="after commit UPDATE").was_killed
    resumed = stage.run("birthdays")
    assert (resumed.code, resumed.report["reused"]) == (0, False)
    assert resumed.report["result"]["skipped"] == {"already_sent": 2, "opted_out": 1}
    assert stage.received() == received
    assert [run["generation"] for run in evidence.of_ledger(stage.place).runs] == [1, 2]


def _begin_yesterday(stage: Stage) -> None:
    """Yesterday's start got as far as its lease."""
    assert stage.run("daily-reports", at="after commit UPDATE").was_killed
    stage.pass_time(DAY)


def _check(death: Death) -> None:
    usual = death.undisturbed.evidence
    second = death.again()
    found = evidence.of_ledger(death.stage.place)
    assert second.code == 0, second.stderr
    assert death.remains.settled <= found.settled, "what was recorded was done again"
    assert found.outcomes() == usual.outcomes()
    assert found.step_names() == usual.step_names()
    assert death.stage.received() == {
        ("email", "sara@example.com"): 2,
        ("email", "tito@example.com"): 2,
    }

    third = death.again()
    assert (third.code, third.report["reused"]) == (0, True)
    assert "caught_up" not in third.report
    assert evidence.of_ledger(death.stage.place) == found
    assert death.stage.providers.requests == death.undisturbed.prophecy.requests(death.index)
