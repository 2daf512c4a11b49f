"""Findings: an error becomes a failure with its remedy, and the worst one counts."""

import pytest

from fisioflow_cli.checks.finding import (
    Finding,
    Verdict,
    failure,
    guarded,
    of_error,
    ok,
    overall,
    skipped,
    warning,
)
from fisioflow_cli.errors import FisioFlowError, InvalidSetting, LedgerMissing

WELL = ok("a", "Well.")
NOTHING = skipped("b", "Nothing to see.")
ODD = warning("c", "Odd.", "Look.")
BROKEN = failure("d", "Broken.", "Mend it.")


def test_error_is_parted_into_what_is_wrong_and_what_to_do() -> None:
    found = of_error("ledger.version", LedgerMissing())
    assert found.verdict is Verdict.FAILURE
    assert found.message == "This database has no ledger yet."
    assert found.remedy == "Run `fisioflow db upgrade`."


def test_error_without_a_remedy_points_to_the_documentation() -> None:
    found = of_error("settings.readable", InvalidSetting("FISIOFLOW_ENV cannot be used: no."))
    assert found.message == "FISIOFLOW_ENV cannot be used: no."
    assert found.remedy == "See docs/configuration.md."


def test_only_the_last_part_is_the_remedy() -> None:
    assert of_error("x", FisioFlowError("One; two; three.")).message == "One; two."


def test_check_that_cannot_look_fails() -> None:
    def look() -> Finding:
        raise LedgerMissing

    assert guarded("ledger.side", look).verdict is Verdict.FAILURE
    assert guarded("a", lambda: WELL) is WELL


def test_defect_of_ours_is_not_hidden() -> None:
    def look() -> Finding:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        guarded("ledger.side", look)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], Verdict.OK),
        ([WELL, NOTHING], Verdict.OK),
        ([NOTHING], Verdict.OK),
        ([WELL, ODD, NOTHING], Verdict.WARNING),
        ([ODD, BROKEN, WELL], Verdict.FAILURE),
    ],
)
def test_the_worst_counts(findings: list[Finding], expected: Verdict) -> None:
    assert overall(findings) is expected
