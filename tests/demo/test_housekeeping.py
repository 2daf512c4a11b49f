"""What clean-up and the waiting list find in the demo: the old and, beside it, what must stay."""

from datetime import date, datetime, time, timedelta

import pytest

from fisioflow_cli.demo import MONDAY, housekeeping, users, waiting
from fisioflow_cli.demo.organizations import organizations, staff
from fisioflow_cli.demo.patients import patients
from fisioflow_cli.demo.rows import Row, instant

PATIENTS = patients(MONDAY)
SIX = instant(MONDAY, 6)


def ages(rows: list[Row], column: str) -> list[timedelta]:
    return [SIX - moment for row in rows if isinstance(moment := row[column], datetime)]


@pytest.mark.parametrize(
    ("rows", "column", "limit", "old", "young"),
    [
        (housekeeping.notification_history(MONDAY), "sent_at", timedelta(days=90), 40, 60),
        (housekeeping.password_reset_tokens(MONDAY), "created_at", timedelta(hours=24), 10, 5),
        (housekeeping.health_logs(MONDAY), "created_at", timedelta(days=30), 40, 60),
    ],
    ids=["notification_history", "password_reset_tokens", "health_logs"],
)
def test_old_and_young_rows(
    rows: list[Row], column: str, limit: timedelta, old: int, young: int
) -> None:
    found = ages(rows, column)
    assert sum(age > limit for age in found) == old
    assert sum(age <= limit for age in found) == young
    assert min(found) > timedelta(0)


def test_instants_are_local_times_of_sao_paulo() -> None:
    assert instant(date(2026, 3, 2), 6, 30).isoformat() == "2026-03-02T09:30:00+00:00"


def test_four_offers_are_stale_and_one_of_them_is_the_third_refusal() -> None:
    refusals = {row["id"]: str(row["refusal_count"]) for row in waiting.waitlist(MONDAY, PATIENTS)}
    stale = [
        refusals[row["waitlist_id"]]
        for row in waiting.waitlist_offers(MONDAY, PATIENTS)
        if row["status"] == "pending" and ages([row], "expires_at")[0] > timedelta(0)
    ]
    assert sorted(stale) == ["0", "0", "1", "2"]


def test_two_offers_are_open_beyond_the_monday() -> None:
    still = [
        row
        for row in waiting.waitlist_offers(MONDAY, PATIENTS)
        if row["status"] == "pending" and ages([row], "expires_at")[0] < timedelta(days=-1)
    ]
    assert len(still) == 2


def test_every_entry_is_of_a_patient_in_the_same_clinic() -> None:
    clinics = {patient["id"]: patient["organization_id"] for patient in PATIENTS}
    for row in waiting.waitlist(MONDAY, PATIENTS):
        assert clinics[row["patient_id"]] == row["organization_id"]


def test_each_clinic_has_an_administrator_two_therapists_and_an_intern() -> None:
    for clinic in organizations():
        roles = [
            row["role"]
            for row in staff()
            if row["organization_id"] == clinic["id"] and row["active"]
        ]
        assert roles == ["admin", "therapist", "therapist", "intern"]


def test_one_clinic_is_without_whatsapp_and_one_in_manaus() -> None:
    clinics = organizations()
    assert [clinic["whatsapp_enabled"] for clinic in clinics] == [True, True, False]
    assert [clinic["timezone"] for clinic in clinics] == [
        None,
        "America/Manaus",
        "America/Sao_Paulo",
    ]


def test_one_of_the_staff_has_left_and_one_has_no_address() -> None:
    assert sum(not row["active"] for row in staff()) == 1
    assert sum(row["email"] is None for row in staff()) == 1


def test_some_quiet_hours_cross_midnight_and_some_have_none() -> None:
    rows = users.preferences([*staff(), *PATIENTS])
    hours = {(row["quiet_from"], row["quiet_until"]) for row in rows}
    assert (None, None) in hours
    assert (time(22), time(7)) in hours
    assert len({row["user_id"] for row in rows}) == len(rows)


def test_push_goes_nowhere_real() -> None:
    rows = users.push_subscriptions([*staff(), *PATIENTS])
    assert rows
    assert all(str(row["endpoint"]).startswith("https://push.invalid/") for row in rows)
    assert {row["active"] for row in rows} == {True, False}
