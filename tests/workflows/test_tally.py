"""The figures of a messaging run: over all its attempts, and they add up."""

from datetime import timedelta
from typing import Any

import pytest

from fisioflow_cli.clinic import schema
from tests.workflows.people import NOW, member, organization, patient
from tests.workflows.place import Place
from tests.workflows.test_crashes import COMMANDS, fill

MESSAGING = [command for command in COMMANDS if command not in {"cleanup", "data-integrity"}]
KEYS = ["candidates", "sent", "failed", "in_doubt", "pending", "skipped", "by_channel"]


def adds_up(result: dict[str, Any]) -> bool:
    parts = result["sent"] + result["failed"] + result["in_doubt"] + result["pending"]
    whole = parts + sum(result["skipped"].values())
    return bool(
        whole == result["candidates"] and sum(result["by_channel"].values()) == result["sent"]
    )


@pytest.mark.parametrize("command", MESSAGING)
def test_figures_add_up_whatever_happened(here: Place, command: str) -> None:
    fill(here, *COMMANDS)
    for start in ({"dry_run": True}, {}, {"dry_run": True}, {"force": True}):
        result = here.result(command, **start)
        assert list(result)[:7] == KEYS
        assert result["candidates"]
        assert adds_up(result)


def test_figures_span_all_attempts(here: Place) -> None:
    """Sent at night in one zone, in the morning in the other: one run, one result."""
    here.add(schema.organizations, organization("norte", timezone="America/Manaus"))
    here.add(schema.patients, patient("ana"), patient("bia", "norte"), patient("eva", active=False))
    at_eight = NOW.replace(hour=8, minute=0)
    first = here.start("birthdays", at=at_eight)
    assert (first.result["sent"], first.result["pending"], first.result["candidates"]) == (1, 1, 3)
    second = here.start("birthdays", at=at_eight + timedelta(hours=1))
    assert (second.attempt, second.result["sent"], second.result["pending"]) == (2, 2, 0)
    assert second.result["skipped"] == {"inactive": 1}
    assert adds_up(dict(second.result))


def test_stopped_run_tells_what_it_has_done(here: Place) -> None:
    here.add(schema.patients, *(patient(f"p{number}") for number in range(5)))
    stopped = here.start("birthdays", maximum_duration=timedelta(microseconds=1))
    assert (stopped.status, stopped.result["candidates"]) == ("timed_out", 0)
    done = here.start("birthdays")
    assert (done.run_id, done.result["sent"]) == (stopped.run_id, 5)


def test_somebody_who_appears_while_a_run_is_unfinished_is_not_forgotten(here: Place) -> None:
    here.add(schema.patients, patient("bia"))
    night = NOW.replace(hour=5)
    here.start("birthdays", at=night)
    here.add(schema.patients, patient("ana"), patient("caio"))
    assert here.result("birthdays")["sent"] == 3


def test_readers_are_counted_one_by_one(here: Place) -> None:
    here.add(schema.staff, member("sara"), member("tito"), member("vera", email=None))
    result = here.result("daily-reports")
    assert result["skipped"] == {"no_contact": 1, "nothing_to_report": 2}
