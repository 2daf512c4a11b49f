"""Birthday greetings and voucher reminders: who is written to, who is not and why."""

from collections import Counter

import pytest

from tests.acceptance.contacts import addressees
from tests.acceptance.trial import MARKETING, Trial


@pytest.mark.parametrize("workflow", MARKETING)
def test_channels_and_reasons_agree_with_sql(trial: Trial, workflow: str) -> None:
    round_ = trial.first[workflow]
    assert round_.started.code == 0
    assert round_.started.outcomes == Counter(row["outcome"] for row in round_.main)
    assert round_.started.result["candidates"] == len(round_.main)


@pytest.mark.parametrize("workflow", MARKETING)
def test_exactly_those_whom_sql_names_were_written_to(trial: Trial, workflow: str) -> None:
    round_ = trial.first[workflow]
    expected = addressees(round_.main)
    assert len(expected) > 10
    assert round_.addressees == expected


def test_whatsapp_messages_are_approved_templates(trial: Trial) -> None:
    assert trial.first["birthdays"].templates == {"aniversario"}
    assert trial.first["expiring-vouchers"].templates == {"vencimento"}


def test_many_reasons_occur(trial: Trial) -> None:
    """The data would prove little if everybody were written to."""
    seen = {row["outcome"] for workflow in MARKETING for row in trial.first[workflow].main}
    assert seen >= {"whatsapp", "email", "inactive", "minor", "opted_out", "no_contact"}
