"""`events retry` after a death: a mail is asked for under its old key while that is safe, or not at all."""

from datetime import timedelta

import pytest

from tests.chaos import evidence, mailbag
from tests.chaos.dispatching import DONE, PARTIAL
from tests.chaos.providers import Mishap
from tests.chaos.stage import Stage

LOST = Mishap(taken=True, status=500)
"""Sent, but we are told otherwise."""
TRIES = 3
ONLY_SQLITE = pytest.mark.parametrize("places", ["sqlite"], indirect=True)


@ONLY_SQLITE
def test_mail_is_asked_for_under_its_key_while_that_is_safe(stage: Stage) -> None:
    """Two mails went out and their answers were lost; one is retried at once, one the next day."""
    people = ("ana", "bia")
    for name in people:
        _emit(stage, "email/send", mailbag.mail(name), name)
    stage.providers.mishaps.extend([LOST] * TRIES * len(people))
    assert stage.run("dispatch", "--max-attempts", "1").code == PARTIAL
    assert _states(stage) == dict.fromkeys(people, "dead")

    _retry(stage, "ana")
    assert stage.run("dispatch").code == DONE
    assert _states(stage) == {"ana": "completed", "bia": "dead"}
    requests = stage.providers.requests.copy()
    assert sorted(requests.values()) == [TRIES, TRIES + 1]

    stage.pass_time(timedelta(hours=25))
    _retry(stage, "bia")
    assert stage.run("dispatch").code == PARTIAL
    assert _states(stage) == {"ana": "completed", "bia": "dead"}
    assert stage.providers.requests == requests
    assert stage.received() == {("email", f"{name}@example.com"): 1 for name in people}


def test_whatsapp_in_doubt_is_not_sent_again(stage: Stage) -> None:
    _emit(stage, "whatsapp/send", mailbag.whatsapp(1), "w1")
    assert stage.run("dispatch", at="after call", everywhere=True).was_killed
    for _ in range(2):
        assert stage.run("dispatch").code == PARTIAL
        assert _states(stage) == {"w1": "dead"}
        assert evidence.of_ledger(stage.place).outcomes() == {
            "event/w1/whatsapp": "in_doubt interrupted"
        }
        _retry(stage, "w1")
    assert stage.received() == {("whatsapp", mailbag.phone(1)): 1}


def _emit(stage: Stage, name: str, data: dict[str, str], event_id: str) -> None:
    mailbag.emit(stage, {"name": name, "data": data, "id": event_id})


def _retry(stage: Stage, event_id: str) -> None:
    ended = stage.run("events", "retry", event_id, as_json=False)
    assert ended.code == 0, ended.stderr


def _states(stage: Stage) -> dict[str, str]:
    return {row["id"]: row["status"] for row in evidence.of_ledger(stage.place).events}
