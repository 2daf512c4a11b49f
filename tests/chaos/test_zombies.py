"""A process stands still until its lease is over, another takes its run over, and it wakes up."""

import signal
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from fisioflow_cli.database import writing
from fisioflow_cli.ledger.tables import tables_for
from tests.chaos import clinic, evidence
from tests.chaos.conftest import SetUp
from tests.chaos.moments import Moment
from tests.chaos.prophecy import DOUBT, Prophecy
from tests.chaos.stage import Ended, Stage

LEASE = {"FISIOFLOW_LEASE_SECONDS": "1"}
OVER = 1.2
COMMAND = "birthdays"
"""In it nobody's WhatsApp is refused, so that a doubt has one request at most."""


def test_stopped_before_a_call(set_up: SetUp) -> None:
    """Neither message is sent twice: the mail by its key, WhatsApp since nobody else sends it."""
    moments = _moments(set_up)
    for channel in ("whatsapp", "email"):
        number = _first(moments, "before call", channel)
        with set_up(**LEASE) as stage:
            _stop_and_take_over(stage, moments, number)


def test_stopped_before_the_record(set_up: SetUp) -> None:
    """Who wakes up late is refused: what the other process judged stays."""
    moments = _moments(set_up)
    number = _first(moments, "after call", "whatsapp") + 1
    assert moments[number].kind == "begin"
    with set_up(**LEASE) as stage:
        _stop_and_take_over(stage, moments, number)


def test_death_on_another_host_is_noticed_when_the_lease_ends(stage: Stage) -> None:
    """From here nobody can see whether that process is alive."""
    assert stage.run(COMMAND, at="after call email").was_killed
    elsewhere = {"host": "elsewhere", "boot_id": "another", "pid": 1, "started": 1}
    _set_run(stage, owner={**elsewhere, "pid_namespace": "pid:[1]"})
    waiting = stage.run(COMMAND)
    assert (waiting.code, waiting.report["status"]) == (0, "already_running")
    assert "rocess 1 on elsewhere" in waiting.stderr
    _set_run(stage, lease_until=datetime.now(UTC) + stage.ahead - timedelta(days=400))
    assert stage.run(COMMAND).code == 0
    assert stage.received() == clinic.recipients(clinic.EXPECTED[COMMAND])


@pytest.mark.long
def test_stopped_at_every_moment(set_up: SetUp) -> None:
    moments = _moments(set_up)
    for number, moment in enumerate(moments):
        # inside a transaction it holds locks, and the others wait until it is woken up or killed
        if moment.kind != "before commit":
            with set_up(**LEASE) as stage:
                try:
                    _stop_and_take_over(stage, moments, number)
                except AssertionError as error:
                    error.add_note(f"stopped at {moment.name} ({number})")
                    raise


@pytest.mark.long
def test_stopped_inside_a_transaction_holds_others_up_but_not_for_ever(set_up: SetUp) -> None:
    """Found here: on PostgreSQL the next start hung for as long as the locks were held."""
    claims = [
        number
        for number, moment in enumerate(_moments(set_up))
        if moment.kind == "before commit" and "deliveries" in moment.what
    ]
    with set_up(**LEASE) as stage:
        first = stage.start(COMMAND, at=claims[0], number=signal.SIGSTOP)
        first.wait_until_stopped()
        time.sleep(OVER)
        second = stage.run(COMMAND)
        first.send(signal.SIGCONT)
        assert second.code == 75, second.stderr
        assert first.wait().code in {0, 75}
        assert stage.run(COMMAND).code == 0
        assert stage.received() == clinic.recipients(clinic.EXPECTED[COMMAND])


def _moments(set_up: SetUp) -> list[Moment]:
    with set_up() as stage:
        return stage.run(COMMAND).moments


def _first(moments: list[Moment], kind: str, channel: str) -> int:
    return next(n for n, m in enumerate(moments) if m.kind == kind and m.what.startswith(channel))


def _set_run(stage: Stage, **values: Any) -> None:
    with writing(stage.place.ledger) as connection:
        connection.execute(update(tables_for(stage.place.ledger.dialect.name).runs).values(values))


def _stop_and_take_over(stage: Stage, moments: list[Moment], number: int) -> None:
    first = stage.start(COMMAND, at=number, number=signal.SIGSTOP)
    first.wait_until_stopped()
    time.sleep(OVER)
    second = stage.run(COMMAND)
    left = evidence.of_ledger(stage.place)
    first.send(signal.SIGCONT)
    ended = first.wait()

    assert ended.code in {0, second.code}, ended.stderr
    assert ended.report["status"] in {"already_running", second.report["status"]}
    assert evidence.of_ledger(stage.place) == left, "the one that woke up wrote something"
    _check(stage, moments, number, second)


def _check(stage: Stage, moments: list[Moment], number: int, second: Ended) -> None:
    """As after a death, but for the call that the sleeper made in the end."""
    prophecy = Prophecy(moments=[moment for moment in moments if moment.deadly])
    death = sum(moment.deadly for moment in moments[:number])
    doubt = prophecy.in_doubt(death)
    expected = clinic.EXPECTED[COMMAND]
    outcomes, received = clinic.outcomes(expected), clinic.recipients(expected)
    found = evidence.of_ledger(stage.place)
    if doubt:
        key = found.key_of(doubt)
        outcomes[key] = DOUBT
        if (
            moments[number].kind == "after commit"
        ):  # it sees, before its call, that its lease is over
            del received["whatsapp", expected[key].split()[2]]
    assert second.code == (3 if doubt else 0), second.stderr
    assert found.outcomes() == outcomes
    assert stage.received() == received
