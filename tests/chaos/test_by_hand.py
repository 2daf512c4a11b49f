"""What a person does, with real processes, kills and providers: nobody gets a message twice unasked."""

import signal
from datetime import timedelta

import pytest

from tests.chaos import clinic, evidence, mailbag
from tests.chaos.conftest import SetUp
from tests.chaos.providers import Mishap
from tests.chaos.stage import Ended, Stage

ANA, BIA = "birthday/ana/2026", "birthday/bia/2026"
ANAS, BIAS = ("whatsapp", "5511987650001"), ("email", "bia@example.com")
DAY = timedelta(hours=24)
SLOW = Mishap(taken=True, status=200, seconds=0.7)
PARTIAL = 3
LAST_LOOK = 6
"""So many moments before its end a run has looked for the last time whether somebody wants it ended."""
ONLY_SQLITE = pytest.mark.parametrize("places", ["sqlite"], indirect=True)


def outcomes(stage: Stage) -> dict[str, str]:
    """What became of each message: the first two words."""
    found = evidence.of_ledger(stage.place).outcomes()
    return {key: " ".join(outcome.split()[:2]) for key, outcome in found.items()}


def newest_run(stage: Stage) -> str:
    listed = stage.run("runs", "list", "--limit", "1").report["runs"]
    return str(listed[0]["run_id"])


def resolve(stage: Stage, key: str, *how: str) -> Ended:
    ended = stage.run("deliveries", "resolve", key, *how)
    assert ended.code == 0, ended.stderr
    return ended


def test_whatsapp_in_doubt_is_sent_once_more_when_a_person_says_so(stage: Stage) -> None:
    assert stage.run("birthdays", at="after call whatsapp").was_killed
    assert stage.run("birthdays").code == PARTIAL
    assert outcomes(stage)[ANA] == "in_doubt interrupted"
    heir = resolve(stage, ANA, "--resend").report["run"]
    assert (heir["generation"], heir["status"]) == (2, "running")
    for _ in range(2):
        assert stage.run("birthdays").code == 0
    assert outcomes(stage) | {ANA: ""} == {**clinic.outcomes(clinic.EXPECTED["birthdays"]), ANA: ""}
    assert outcomes(stage)[ANA] == "sent whatsapp"
    assert (stage.received()[ANAS], stage.received()[BIAS]) == (2, 1)


def test_mail_in_doubt_is_sent_once_more_under_another_key(stage: Stage) -> None:
    """Its old key may still be known to Resend, which answers 409 to another text under it."""
    assert stage.run("birthdays", at="after call email").was_killed
    stage.pass_time(DAY)
    assert stage.run("birthdays").code == PARTIAL
    assert outcomes(stage)[BIA] == "in_doubt interrupted"
    resolve(stage, BIA, "--resend")
    later = stage.run("birthdays")
    assert (later.code, later.report["caught_up"][0]["result"]["sent"]) == (0, 1)
    assert stage.run("birthdays").code == 0
    assert outcomes(stage)[BIA] == "sent email"
    assert (stage.received()[ANAS], stage.received()[BIAS]) == (1, 2)


@ONLY_SQLITE
def test_stale_greeting_is_not_sent_again_without_a_word(stage: Stage) -> None:
    assert stage.run("birthdays", at="after call whatsapp").was_killed
    stage.run("birthdays")
    stage.pass_time(7 * DAY)
    refused = stage.run("deliveries", "resolve", ANA, "--resend")
    assert (refused.code, "would come too late" in refused.stderr) == (2, True)
    run = resolve(stage, ANA, "--resend", "--allow-late").report["run"]["run_id"]
    retried = stage.run("runs", "retry", run, "--allow-late")
    assert (retried.code, retried.report["result"]["sent"]) == (0, 1)
    assert stage.received()[ANAS] == 2


def test_message_that_was_found_at_the_provider_is_not_sent_again(stage: Stage) -> None:
    assert stage.run("birthdays", at="after call whatsapp").was_killed
    assert stage.run("birthdays").code == PARTIAL
    [doubt] = stage.run("deliveries", "in-doubt").report["deliveries"]
    assert (doubt["key"], doubt["recipient"]) == (ANA, "+55•••0001")
    assert doubt["reference"] in {message.reference for message in stage.providers.messages}
    resolve(stage, ANA, "--sent", "--provider-id", "wamid.found")
    again = stage.run("birthdays")
    assert (again.code, again.report["status"], again.report["reused"]) == (0, "completed", True)
    assert stage.received()[ANAS] == 1
    assert stage.run("deliveries", "in-doubt").report == {"deliveries": [], "next": None}


def test_event_in_doubt_is_completed_or_sent_again(stage: Stage) -> None:
    for number in (1, 2):
        message = {"name": "whatsapp/send", "data": mailbag.whatsapp(number), "id": f"w{number}"}
        mailbag.emit(stage, message)
        assert stage.run("dispatch", at="after call", everywhere=True).was_killed
    assert stage.run("dispatch").code == PARTIAL
    resolve(stage, "event/w1/whatsapp", "--sent")
    resolve(stage, "event/w2/whatsapp", "--resend")
    states = {row["id"]: row["status"] for row in evidence.of_ledger(stage.place).events}
    assert states == {"w1": "completed", "w2": "waiting"}
    for _ in range(2):
        assert stage.run("dispatch").code == 0
    states = {row["id"]: row["status"] for row in evidence.of_ledger(stage.place).events}
    assert states == dict.fromkeys(("w1", "w2"), "completed")
    assert stage.received() == {
        ("whatsapp", mailbag.phone(1)): 1,
        ("whatsapp", mailbag.phone(2)): 2,
    }


def test_cancelled_while_a_call_is_under_way(stage: Stage) -> None:
    """The page in hand is finished and recorded, no other one is read, until somebody retries."""
    stage.providers.mishaps.append(SLOW)
    process = stage.start("birthdays")
    assert stage.providers.reached.acquire(timeout=20)
    asked = stage.run("runs", "cancel", newest_run(stage))
    assert (asked.code, asked.report["status"]) == (0, "running"), asked.stderr
    ended = process.wait()
    assert (ended.code, ended.report["status"]) == (PARTIAL, "cancelled")
    assert stage.run("birthdays").code == PARTIAL
    retried = stage.run("runs", "retry", newest_run(stage))
    assert (retried.code, retried.report["status"]) == (0, "completed")
    assert stage.received() == clinic.recipients(clinic.EXPECTED["birthdays"])


@pytest.mark.parametrize("moment", ["after call whatsapp", "after call email"])
def test_killed_between_request_and_end(stage: Stage, moment: str) -> None:
    """A process is stopped, its run is cancelled, it is killed: the next start ends the run."""
    process = stage.start("birthdays", at=moment, number=signal.SIGSTOP)
    process.wait_until_stopped()
    asked = stage.run("runs", "cancel", newest_run(stage))
    assert (asked.code, asked.report["status"]) == (0, "running"), asked.stderr
    process.send(signal.SIGKILL)
    assert process.wait().was_killed
    before = stage.providers.requests.copy()
    ended = stage.run("birthdays")
    assert (ended.code, ended.report["status"]) == (PARTIAL, "cancelled")
    assert stage.providers.requests == before
    key = ANA if "whatsapp" in moment else BIA
    assert outcomes(stage)[key] == "in_doubt cancelled_by_hand"
    assert stage.run("runs", "retry", newest_run(stage)).code == PARTIAL
    assert max(stage.received().values()) == 1


@pytest.mark.parametrize("then", ["birthdays", "cancel"])
def test_cancelling_that_is_killed_itself(stage: Stage, then: str) -> None:
    """At each of its commits: the run stays cancellable, and no start works on it meanwhile."""
    process = stage.start("birthdays", at="after call whatsapp")
    assert process.wait().was_killed
    run = newest_run(stage)
    assert stage.run("runs", "cancel", run, at="after commit").was_killed
    ended = stage.run("birthdays") if then == "birthdays" else stage.run("runs", "cancel", run)
    assert ended.report["status"] == "cancelled"
    assert outcomes(stage)[ANA] == "in_doubt cancelled_by_hand"
    assert stage.received() == {ANAS: 1}


def test_cancelled_at_every_seventh_moment(set_up: SetUp) -> None:
    _cancel_at(set_up, every=7)


@pytest.mark.long
def test_cancelled_at_every_moment(set_up: SetUp) -> None:
    _cancel_at(set_up, every=1)


def _cancel_at(set_up: SetUp, *, every: int) -> None:
    """A start stands still while its run is cancelled: it wakes up, ends, and a retry does the rest."""
    with set_up() as stage:
        moments = stage.run("birthdays").moments
    for number in [n for n, moment in enumerate(moments) if moment.kind.startswith("after")][
        ::every
    ]:
        with set_up() as stage:
            process = stage.start("birthdays", at=number, number=signal.SIGSTOP)
            process.wait_until_stopped()
            listed = stage.run("runs", "list").report["runs"]
            asked = stage.run("runs", "cancel", listed[0]["run_id"]) if listed else None
            process.send(signal.SIGCONT)
            ended = process.wait()
            try:
                late = number > len(moments) - LAST_LOOK
                _check_cancelled(stage, ended, asked, late=late)
            except AssertionError as error:
                error.add_note(f"cancelled at {moments[number].name} ({number})")
                raise


def _check_cancelled(stage: Stage, ended: Ended, asked: Ended | None, *, late: bool) -> None:
    cancelled = asked is not None and asked.code == 0 and not late
    assert (ended.report["status"] == "cancelled") is cancelled, ended.stderr
    assert ended.code == (PARTIAL if cancelled else 0)
    if cancelled:
        assert stage.run("birthdays").report["reused"]
        assert stage.run("runs", "retry", newest_run(stage)).code == 0
    assert outcomes(stage) == clinic.outcomes(clinic.EXPECTED["birthdays"])
    assert stage.received() == clinic.recipients(clinic.EXPECTED["birthdays"])
