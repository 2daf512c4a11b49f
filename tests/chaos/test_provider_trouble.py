"""A provider that is slow, breaks down or hangs up: one mail, and never two WhatsApp messages."""

import signal

import pytest

from tests.chaos import evidence
from tests.chaos.providers import FINE, Mishap
from tests.chaos.stage import Stage

ANA, BIA = "birthday/ana/2026", "birthday/bia/2026"
TROUBLE = {
    "reset": Mishap(taken=False),
    "reset, but taken": Mishap(taken=True),
    "error": Mishap(taken=False, status=500),
    "error, but taken": Mishap(taken=True, status=500),
}
ONLY_SQLITE = pytest.mark.parametrize("places", ["sqlite"], indirect=True)
"""Where the provider is slow and the database makes no difference."""


@ONLY_SQLITE
@pytest.mark.parametrize("trouble", TROUBLE)
def test_whatsapp_in_trouble_is_in_doubt(stage: Stage, trouble: str) -> None:
    mishap = TROUBLE[trouble]
    stage.providers.mishaps.append(mishap)
    assert stage.run("birthdays").code == 3
    found = evidence.of_ledger(stage.place).outcomes()
    assert found[ANA].startswith("in_doubt ")
    assert stage.providers.sent("whatsapp")["5511987650001"] == mishap.taken
    _check_nothing_more(stage)


@ONLY_SQLITE
@pytest.mark.parametrize(
    "trouble", ["reset, but taken", pytest.param("error, but taken", marks=pytest.mark.long)]
)
def test_mail_in_trouble_is_sent_again_under_its_key(stage: Stage, trouble: str) -> None:
    stage.providers.mishaps.extend([FINE, TROUBLE[trouble]])
    assert stage.run("birthdays").code == 0
    assert evidence.of_ledger(stage.place).outcomes()[BIA] == "sent email"
    assert stage.providers.sent("email")["bia@example.com"] == 1
    _check_nothing_more(stage)


@ONLY_SQLITE
def test_time_out_leaves_whatsapp_in_doubt(stage: Stage) -> None:
    stage.providers.mishaps.append(Mishap(taken=True, status=200, seconds=1.5))
    assert stage.run("birthdays", "--max-duration", "1s").code == 75
    assert evidence.of_ledger(stage.place).outcomes() == {ANA: "in_doubt timeout"}
    assert stage.run("birthdays").code == 3
    stage.providers.wait_until_idle()
    assert stage.providers.sent("whatsapp") == {"5511987650001": 1}
    _check_nothing_more(stage)


@ONLY_SQLITE
def test_time_out_of_a_mail_is_made_good_by_a_later_start(stage: Stage) -> None:
    stage.providers.mishaps.extend([FINE, Mishap(taken=True, status=200, seconds=1.5)])
    assert stage.run("birthdays", "--max-duration", "1s").code == 75
    assert evidence.of_ledger(stage.place).outcomes()[BIA].startswith("sending ")
    assert stage.run("birthdays").code == 0
    assert stage.providers.sent("email")["bia@example.com"] == 1
    _check_nothing_more(stage)


def test_killed_while_whatsapp_is_slow(stage: Stage) -> None:
    stage.providers.mishaps.append(Mishap(taken=True, status=200, seconds=1))
    process = stage.start("birthdays")
    assert stage.providers.reached.acquire(timeout=20)
    process.send(signal.SIGKILL)
    assert process.wait().was_killed
    assert stage.run("birthdays").code == 3
    assert evidence.of_ledger(stage.place).outcomes()[ANA] == "in_doubt interrupted"
    _check_nothing_more(stage)
    stage.providers.wait_until_idle()
    assert stage.providers.sent("whatsapp") == {"5511987650001": 1}


@ONLY_SQLITE
def test_killed_while_a_mail_is_slow(stage: Stage) -> None:
    """The next start asks while the provider is still busy with the first request: 409, then its id."""
    stage.providers.mishaps.extend([FINE, Mishap(taken=True, status=200, seconds=1)])
    process = stage.start("birthdays")
    for _ in range(2):
        assert stage.providers.reached.acquire(timeout=20)
    process.send(signal.SIGKILL)
    assert process.wait().was_killed
    assert stage.run("birthdays").code == 0
    assert stage.providers.sent("email")["bia@example.com"] == 1
    _check_nothing_more(stage)


def _check_nothing_more(stage: Stage) -> None:
    """A later start is content with what there is."""
    before, requests = evidence.of_ledger(stage.place), stage.providers.requests.copy()
    assert stage.run("birthdays").report["reused"] is True
    assert evidence.of_ledger(stage.place) == before
    assert stage.providers.requests == requests
