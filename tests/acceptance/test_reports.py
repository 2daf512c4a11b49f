"""Daily reports and weekly summaries: who gets them, who does not and why."""

from collections import Counter

import pytest

from tests.acceptance.contacts import addressees
from tests.acceptance.trial import REPORTS, Trial


@pytest.mark.parametrize("workflow", REPORTS)
def test_readers_and_reasons_agree_with_sql(trial: Trial, workflow: str) -> None:
    round_ = trial.first[workflow]
    assert round_.started.code == 0
    assert round_.started.outcomes == Counter(row["outcome"] for row in round_.main)
    assert round_.started.result["candidates"] == len(round_.main)


@pytest.mark.parametrize("workflow", REPORTS)
def test_exactly_those_whom_sql_names_got_one_mail(trial: Trial, workflow: str) -> None:
    round_ = trial.first[workflow]
    expected = addressees(round_.main)
    assert len(expected) > 10
    assert round_.addressees == expected


def test_who_has_nothing_to_report_is_told_so(trial: Trial) -> None:
    """`rare.QUIET` had no appointment yesterday and has none today."""
    assert trial.first["daily-reports"].started.outcomes["nothing_to_report"] > 0
