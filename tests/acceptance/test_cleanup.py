"""Clean-up: what SQL says has served its time is gone, and nothing else."""

import pytest

from tests.acceptance.trial import Trial
from tests.clinic.real_schema import SUPABASE, facts

SUBJECTS = {"sessions": "cleanup_sessions", "notification_history": "cleanup_notifications"}


def stale(trial: Trial, question: str) -> set[str]:
    """What SQL named before clean-up ran, without the sessions that are health records."""
    rows = trial.first["cleanup"].truth[question]
    return {row["subject"] for row in rows if not row.get("kept")}


def test_counts_agree_with_sql(trial: Trial) -> None:
    round_ = trial.first["cleanup"]
    result = round_.started.result
    assert round_.started.code == 0
    assert len(stale(trial, "cleanup_sessions")) > 10
    for table, question in SUBJECTS.items():
        assert result["deleted"].get(table, 0) == len(stale(trial, question))
    assert result["expired_waitlist_offers"] == len(stale(trial, "cleanup_offers"))
    kept = [row for row in round_.truth["cleanup_sessions"] if row["kept"]]
    assert result["kept_clinical_sessions"] == len(kept) > 10


def test_what_the_database_does_not_have_is_skipped(trial: Trial) -> None:
    neither = {"password_reset_tokens", "health_logs"}
    missing = {
        name
        for name in ("notification_history", "waitlist_offers")
        if name not in facts(trial.clinic.scale.profile).tables
    }
    assert set(trial.first["cleanup"].started.result["skipped"]) == neither | missing


@pytest.mark.parametrize("table", SUBJECTS)
def test_exactly_what_sql_names_is_gone(trial: Trial, table: str) -> None:
    gone = trial.cleaned_before[table] - trial.cleaned_after[table]
    assert {subject for (subject,) in gone} == stale(trial, SUBJECTS[table])
    assert trial.cleaned_after[table] <= trial.cleaned_before[table]


def test_exactly_the_offers_that_sql_names_have_expired(trial: Trial) -> None:
    late = stale(trial, "cleanup_offers")
    expected = {
        (offer, "expired" if offer in late else status)
        for offer, status in trial.cleaned_before["waitlist_offers"]
    }
    assert trial.cleaned_after["waitlist_offers"] == expected


def test_an_expired_offer_is_a_refusal_and_the_third_ends_the_wait(trial: Trial) -> None:
    """Who has got an appointment meanwhile, or left the list, waits no more: only the count grows."""
    late = {row["entry"] for row in trial.first["cleanup"].truth["cleanup_offers"]}
    expected: set[tuple[object, ...]] = set()
    for entry, status, refusals in trial.cleaned_before["waitlist"]:
        now = int(str(refusals)) + (entry in late)
        if entry in late and status not in {"scheduled", "removed"}:
            expected.add((entry, "removed" if now >= 3 else "waiting", now))
        else:
            expected.add((entry, status, now))
    assert trial.cleaned_after["waitlist"] == expected


def test_no_other_table_changes(trial: Trial) -> None:
    before, after, end = trial.prints
    changed = {table for table in before if before[table] != after[table]}
    may_change = {"sessions"}
    if trial.clinic.scale.profile == SUPABASE:
        may_change |= {"notification_history", "waitlist", "waitlist_offers"}
    assert changed == may_change
    assert end == after  # five more workflows, and all of them again
