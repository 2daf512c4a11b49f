"""A messaging process is killed at each of its moments in turn, and started again: DESIGN §4."""

from typing import Any

import pytest

from tests.chaos import clinic, evidence
from tests.chaos.conftest import SetUp
from tests.chaos.evidence import Evidence
from tests.chaos.killing import Death, kill_at_each
from tests.chaos.prophecy import DOUBT
from tests.chaos.stage import Ended

OTHERS = [command for command in clinic.EXPECTED if command != "birthdays"]


def test_birthdays_killed_at_every_moment(set_up: SetUp) -> None:
    _kill(set_up, "birthdays")


@pytest.mark.parametrize("command", OTHERS)
def test_killed_at_every_sixth_moment(set_up: SetUp, command: str) -> None:
    _kill(set_up, command, every=6)


@pytest.mark.long
@pytest.mark.parametrize("command", OTHERS)
def test_killed_at_every_moment(set_up: SetUp, command: str) -> None:
    _kill(set_up, command)


@pytest.mark.long
@pytest.mark.parametrize("command", clinic.EXPECTED)
def test_killed_at_every_moment_with_the_ledger_elsewhere(set_up: SetUp, command: str) -> None:
    _kill(set_up, command, elsewhere=True)


def _kill(set_up: SetUp, command: str, **how: Any) -> None:
    """What the killed are measured against is itself what the clinic should get."""
    usual = kill_at_each(set_up, command, _check, **how)
    assert usual.evidence.outcomes() == clinic.outcomes(clinic.EXPECTED[command])


def _check(death: Death) -> None:
    """One more start does what is left and nothing else; a third changes nothing at all."""
    stage = death.stage
    second = death.again()
    found = evidence.of_ledger(stage.place)
    assert death.remains.settled <= found.settled, "what was recorded was done again"
    _check_messages(death, found)
    _check_report(death, second)

    third = death.again()
    assert (third.code, third.report["reused"]) == (second.code, True)
    assert third.report["result"] == second.report["result"]
    assert evidence.of_ledger(stage.place) == found
    assert stage.providers.requests == death.undisturbed.prophecy.requests(death.index)


def _check_messages(death: Death, found: Evidence) -> None:
    """Every message came to its end, and reached its person once, unless it is in doubt."""
    stage, usual, prophecy = death.stage, death.undisturbed, death.undisturbed.prophecy
    outcomes, expected = (
        usual.evidence.outcomes(),
        clinic.recipients(clinic.EXPECTED[usual.command]),
    )
    requests, doubt = prophecy.requests(death.index), prophecy.in_doubt(death.index)
    if doubt:
        key = usual.evidence.key_of(doubt)
        outcomes[key] = DOUBT
        _, channel, to = clinic.EXPECTED[usual.command][key].split()
        arrived = channel == "whatsapp" and requests[doubt]
        expected[channel, to] = min(expected[channel, to], int(arrived))
    assert found.outcomes() == outcomes
    assert stage.received() == +expected
    assert stage.providers.requests == requests
    assert found.provider_ids() == {
        message.reference: message.id
        for message in stage.providers.messages
        if message.reference != doubt
    }
    assert found.step_names() == usual.evidence.step_names()
    assert [run["attempt"] for run in found.runs] == [prophecy.attempts(death.index)]


def _check_report(death: Death, second: Ended) -> None:
    """The start that finished the work says so, with the figures of all attempts."""
    doubt = death.undisturbed.prophecy.in_doubt(death.index) is not None
    assert second.code == (3 if doubt else 0), second.stderr
    assert second.report["status"] == ("partial" if doubt else "completed")
    assert second.report["reused"] is death.last
    result, usual = second.report["result"], death.undisturbed.ended.report["result"]
    if doubt:
        assert result["in_doubt"] == 1
        assert result["sent"] == usual["sent"] - 1
        assert result["candidates"] == usual["candidates"]
    else:
        assert result == usual
