"""SIGTERM, as a cancelled CI job or a shutdown sends it: what is in hand is finished, nothing lost."""

import signal
import time

import pytest

from tests.chaos import clinic, evidence
from tests.chaos.conftest import SetUp
from tests.chaos.providers import Mishap
from tests.chaos.stage import Stage

SLOW = Mishap(taken=True, status=200, seconds=0.7)
VERY_SLOW = Mishap(taken=True, status=200, seconds=2)
EVERYBODY = clinic.EXPECTED["birthdays"]
TERMINATED = 143
ONLY_SQLITE = pytest.mark.parametrize("places", ["sqlite"], indirect=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_call_in_hand_is_finished(stage: Stage, number: signal.Signals) -> None:
    stage.providers.mishaps.append(SLOW)
    process = stage.start("birthdays")
    assert stage.providers.reached.acquire(timeout=20)
    process.send(number)
    ended = process.wait()
    assert (ended.code, ended.report["status"]) == (128 + number, "cancelled"), ended.stderr
    assert evidence.of_ledger(stage.place).outcomes() == {"birthday/ana/2026": "sent whatsapp"}
    _check_resumed(stage)


@ONLY_SQLITE
def test_second_signal_ends_it_at_once(stage: Stage) -> None:
    """What was in hand is then as after a crash."""
    stage.providers.mishaps.append(VERY_SLOW)
    process = stage.start("birthdays")
    assert stage.providers.reached.acquire(timeout=20)
    process.send(signal.SIGTERM)
    time.sleep(0.3)  # two at once would count as one
    process.send(signal.SIGTERM)
    assert process.wait().code == -signal.SIGTERM
    assert stage.run("birthdays").code == 3
    assert evidence.of_ledger(stage.place).outcomes()["birthday/ana/2026"] == "in_doubt interrupted"


def test_terminated_at_every_seventh_moment(set_up: SetUp) -> None:
    _terminate(set_up, every=7)


@pytest.mark.long
def test_terminated_at_every_moment(set_up: SetUp) -> None:
    _terminate(set_up, every=1)


def _terminate(set_up: SetUp, *, every: int) -> None:
    with set_up() as stage:
        moments = stage.run("birthdays").moments
    deadly = [number for number, moment in enumerate(moments) if moment.deadly]
    for number in deadly[::every]:
        with set_up() as stage:
            ended = stage.run("birthdays", at=number, number=signal.SIGTERM)
            assert ended.code in {0, TERMINATED}, f"{moments[number].name}: {ended.stderr}"
            assert (ended.report["status"] == "cancelled") is (ended.code == TERMINATED)
            _check_resumed(stage)


def _check_resumed(stage: Stage) -> None:
    assert stage.run("birthdays").code == 0
    assert evidence.of_ledger(stage.place).outcomes() == clinic.outcomes(EVERYBODY)
    assert stage.received() == clinic.recipients(EVERYBODY)
