"""A process is killed in the middle of a message, and the next start comes many hours later."""

from datetime import timedelta

import pytest

from tests.chaos import evidence
from tests.chaos.providers import Mishap
from tests.chaos.stage import Ended, Stage

ANA, BIA = "birthday/ana/2026", "birthday/bia/2026"
DAY = timedelta(hours=24)
SAFE = timedelta(hours=23)
ONLY_SQLITE = pytest.mark.parametrize("places", ["sqlite"], indirect=True)


def test_mail_of_yesterday_is_in_doubt(stage: Stage) -> None:
    """Resend forgets a key after 24 hours: asking again could send a second mail."""
    requests = _kill(stage, "after call email")
    later = _start_later(stage, DAY)
    assert later.code == 3
    assert later.report["caught_up"][0]["result"]["in_doubt"] == 1
    assert evidence.of_ledger(stage.place).outcomes()[BIA] == "in_doubt interrupted"
    assert stage.providers.requests[_reference(stage, BIA)] == requests == 1


@ONLY_SQLITE
def test_mail_that_never_left_is_in_doubt_too(stage: Stage) -> None:
    """The ledger cannot tell the two apart."""
    requests = _kill(stage, "before call email")
    assert _start_later(stage, DAY).code == 3
    assert evidence.of_ledger(stage.place).outcomes()[BIA] == "in_doubt interrupted"
    assert stage.providers.requests[_reference(stage, BIA)] == requests == 0


@ONLY_SQLITE
def test_mail_of_this_morning_is_sent_again_under_its_key(stage: Stage) -> None:
    _kill(stage, "after call email")
    assert _start_later(stage, timedelta(hours=9)).code == 0
    assert evidence.of_ledger(stage.place).outcomes()[BIA] == "sent email"
    assert stage.providers.requests[_reference(stage, BIA)] == 2
    assert stage.providers.sent("email")["bia@example.com"] == 1


def test_whatsapp_of_yesterday_is_in_doubt(stage: Stage) -> None:
    requests = _kill(stage, "after call whatsapp")
    assert _start_later(stage, DAY).code == 3
    assert evidence.of_ledger(stage.place).outcomes()[ANA] == "in_doubt interrupted"
    assert stage.providers.requests[_reference(stage, ANA)] == requests == 1


@ONLY_SQLITE
def test_key_that_grows_old_while_waiting_is_not_used(stage: Stage) -> None:
    """Found here: a Retry-After just before the 23 hours was waited for, and the old key used."""
    _kill(stage, "after call email")
    pause = Mishap(
        status=429, headers=(("Retry-After", "4"),), body={"name": "rate_limit_exceeded"}
    )
    stage.providers.mishaps.append(pause)
    assert _start_later(stage, SAFE - timedelta(seconds=3)).code == 3
    assert evidence.of_ledger(stage.place).outcomes()[BIA].startswith("in_doubt ")
    assert stage.providers.requests[_reference(stage, BIA)] == 2


@ONLY_SQLITE
@pytest.mark.parametrize(("channel", "key"), [("email", BIA), ("whatsapp", ANA)])
def test_doubt_past_the_maximum_age_is_reported_all_the_same(
    stage: Stage, channel: str, key: str
) -> None:
    """Birthdays are not done after a day; what was in flight then is not forgotten either."""
    _kill(stage, f"after call {channel}")
    later = _start_later(stage, 3 * DAY)
    assert later.code == 1, "a run that was never finished has failed"
    assert later.report["caught_up"][0]["result"]["in_doubt"] == 1
    assert evidence.of_ledger(stage.place).outcomes()[key] == "in_doubt interrupted"
    assert stage.providers.requests[_reference(stage, key)] == 1


def _kill(stage: Stage, moment: str) -> int:
    """Kill the greetings at the first such moment; how many requests of it had left by then."""
    killed = stage.run("birthdays", at=moment)
    assert killed.was_killed, killed.stderr
    return stage.providers.requests[killed.moments[-1].what.split()[1]]


def _start_later(stage: Stage, duration: timedelta) -> Ended:
    stage.pass_time(duration)
    return stage.run("birthdays")


def _reference(stage: Stage, key: str) -> str:
    found = evidence.of_ledger(stage.place).deliveries
    return next(str(row["provider_key"])[:32] for row in found if row["message_key"] == key)
