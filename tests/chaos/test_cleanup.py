"""A clean-up is killed at each of its moments: its changes are made once, wherever the ledger is."""

from copy import deepcopy

import pytest

from tests.chaos import clinic, evidence
from tests.chaos.conftest import SetUp
from tests.chaos.killing import Death, kill_at_each


def test_undisturbed_clean_up_leaves_what_it_must(set_up: SetUp) -> None:
    with set_up() as stage:
        before = evidence.of_clinic(stage.place, clinic.CLEANED)
        ended = stage.run("cleanup")
        assert ended.code == 0, ended.stderr
        after = evidence.of_clinic(stage.place, clinic.CLEANED)
        assert after == clinic.CLEANED != before
        assert ended.report["result"] == clinic.CLEANED_REPORT
        assert evidence.old_payload(stage.place) is None


def test_killed_at_every_sixth_moment(set_up: SetUp) -> None:
    kill_at_each(set_up, "cleanup", _check_together, every=6)


def test_killed_at_every_sixth_moment_with_the_ledger_elsewhere(set_up: SetUp) -> None:
    kill_at_each(set_up, "cleanup", _check, every=6, elsewhere=True)


@pytest.mark.long
def test_killed_at_every_moment(set_up: SetUp) -> None:
    kill_at_each(set_up, "cleanup", _check_together)


@pytest.mark.long
def test_killed_at_every_moment_with_the_ledger_elsewhere(set_up: SetUp) -> None:
    kill_at_each(set_up, "cleanup", _check, elsewhere=True)


def _check_together(death: Death) -> None:
    """In one database an effect is there if and only if its record is; so every count is true."""
    for step, table in clinic.CLEANING_STEPS.items():
        clean = evidence.of_clinic(death.stage.place, {table: clinic.CLEANED[table]})
        recorded = step in {row["name"] for row in death.remains.steps}
        assert (clean[table] == clinic.CLEANED[table]) is recorded, step
    _check(death)
    result, expected = death.again().report["result"], deepcopy(clinic.CLEANED_REPORT)
    for counted in (result, expected):
        # the ledger's own texts: their step repeats harmlessly, and counts what is left to forget
        counted["deleted"].pop("delivery_payloads")
    assert result == expected


def _check(death: Death) -> None:
    """One more start leaves the clinic as it should be; a third changes nothing at all."""
    place = death.stage.place
    second = death.again()
    assert second.code == 0, second.stderr
    assert second.report["reused"] is death.last
    found = evidence.of_ledger(place)
    assert death.remains.settled <= found.settled, "what was recorded was done again"
    assert found.step_names() == death.undisturbed.evidence.step_names()
    assert evidence.of_clinic(place, clinic.CLEANED) == clinic.CLEANED
    assert evidence.old_payload(place) is None
    assert second.report["result"]["kept_clinical_sessions"] == 1

    third = death.again()
    assert (third.code, third.report["reused"]) == (0, True)
    assert evidence.of_ledger(place) == found
    assert evidence.of_clinic(place, clinic.CLEANED) == clinic.CLEANED
