"""Two starts at once, by crontab and CI say: the work is done once, and both go away content."""

import pytest

from tests.chaos import clinic, evidence
from tests.chaos.conftest import SetUp
from tests.chaos.providers import Mishap
from tests.chaos.stage import Stage

ROUNDS = 2
SLOW = Mishap(taken=True, status=200, seconds=0.7)


@pytest.mark.parametrize("command", ["birthdays", "weekly-summary", "data-integrity"])
def test_messages_leave_once(set_up: SetUp, command: str) -> None:
    with set_up() as stage:
        stage.providers.mishaps.append(SLOW)
        started = [stage.start(command), stage.start(command)]
        ended = [process.wait() for process in started]
        assert [process.code for process in ended] == [0, 0], [p.stderr for p in ended]
        idle, busy = sorted(range(2), key=lambda n: ended[n].report["status"])
        assert ended[idle].report["status"] == "already_running"
        assert f"rocess {started[busy].pid} on " in ended[idle].stderr
        assert ended[busy].report["status"] == "completed"
        _check_once(stage, command)


@pytest.mark.parametrize("command", ["birthdays", "cleanup"])
def test_race_is_won_by_one(set_up: SetUp, command: str) -> None:
    """Without anything slow, the second may as well come when all is done: it says so."""
    for _ in range(ROUNDS):
        with set_up() as stage:
            ended = [process.wait() for process in [stage.start(command) for _ in range(4)]]
            assert {process.code for process in ended} == {0}, [p.stderr for p in ended]
            worked = [e for e in ended if e.report["status"] == "completed"]
            assert sum(not each.report["reused"] for each in worked) == 1
            _check_once(stage, command)
            assert len(evidence.of_ledger(stage.place).runs) == 1
            if command == "cleanup":
                assert evidence.of_clinic(stage.place, clinic.CLEANED) == clinic.CLEANED


def test_all_and_one_organization_at_once(set_up: SetUp) -> None:
    """Two runs, for `all` and for one, share message keys: nobody is greeted by both."""
    with set_up() as stage:
        commands = (["birthdays"], ["birthdays", "--org", "sul"])
        both = [stage.start(*command) for command in commands]
        assert {process.wait().code for process in both} <= {0, 75}
        for command in commands:
            assert stage.run(*command).code == 0
        _check_once(stage, "birthdays")


def _check_once(stage: Stage, command: str) -> None:
    expected = clinic.EXPECTED.get(command, {})
    assert evidence.of_ledger(stage.place).outcomes() == clinic.outcomes(expected)
    assert stage.received() == clinic.recipients(expected)
    assert max(stage.providers.requests.values(), default=1) == 1
