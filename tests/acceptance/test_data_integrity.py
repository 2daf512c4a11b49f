"""Data integrity: the same contradictions as in SQL, check by check."""

from collections import Counter, defaultdict

from tests.acceptance.trial import Trial

CHECKS = {
    "appointment without patient": "appointments_without_patient",
    "session without appointment": "sessions_without_appointment",
    "payment without appointment": "payments_without_appointment",
    "patient without organization": "patients_without_organization",
    "voucher without patient": "vouchers_without_patient",
    "overlapping appointment": "overlapping_appointments",
    "impossible birth date": "impossible_birth_dates",
    "unusable phone": "unusable_phones",
    "unusable e-mail": "unusable_emails",
}


def test_the_count_of_each_check_agrees_with_sql(trial: Trial) -> None:
    round_ = trial.first["data-integrity"]
    expected = Counter(CHECKS[row["contradiction"]] for row in round_.main)
    assert {issue["check"]: issue["count"] for issue in round_.started.result["issues"]} == expected
    assert round_.started.result["issues_found"] == len(round_.main)
    assert len(expected) >= 8


def test_every_sample_is_among_the_rows_that_sql_finds(trial: Trial) -> None:
    round_ = trial.first["data-integrity"]
    true = defaultdict(set)
    for row in round_.main:
        true[CHECKS[row["contradiction"]]].add(row["subject"])
    for issue in round_.started.result["issues"]:
        assert len(set(issue["sample"])) == min(10, issue["count"])
        assert set(issue["sample"]) <= true[issue["check"]]


def test_only_admins_are_told_and_each_once(trial: Trial) -> None:
    round_ = trial.first["data-integrity"]
    assert round_.started.code == 0
    assert len(set(round_.addressees)) == len(round_.mails) == round_.calls > 0
