"""Appointments, insights and the ready-made messages."""

from datetime import date, time
from typing import Any

import pytest

from fisioflow_cli.catalogue.payloads import (
    AppointmentMessage,
    BatchInsights,
    BirthdayGreeting,
    DailyReport,
    fit,
)
from tests.catalogue.refusals import checked, refusal

READY = ["email/appointment.confirmation", "whatsapp/appointment.reminder"]
VISIT: dict[str, Any] = {
    "to": "ana@example.com",
    "patientName": "Ana",
    "appointmentDate": "2026-12-01",
    "appointmentTime": "14:30",
}
REPORT: dict[str, Any] = {
    "to": "bia@example.com",
    "organizationName": "Clínica",
    "date": "2026-12-01",
    "totalSessions": 9,
    "completedSessions": 7,
    "cancelledSessions": 2,
    "newPatients": 0,
    "therapistName": "Bia",
}


@pytest.mark.parametrize("name", ["appointment/created", "appointment/cancelled"])
def test_which_appointment_must_be_said(name: str) -> None:
    assert refusal(name, {"organizationId": "o"}) == (
        "data.appointmentId is missing; it must be an id: text, or a whole number."
    )
    assert (
        checked(name, {"appointmentId": "a", "patientId": "p", "organizationId": ""}).subject == "a"
    )


@pytest.mark.parametrize(
    "data", [{}, {"organizationId": 5}, {"timestamp": "x", "appointmentId": None}]
)
def test_a_reminder_needs_nothing(data: dict[str, Any]) -> None:
    assert checked("appointment/reminder", data).workflow == "fisioflow-appointment-reminder"


def test_insights_need_patient_and_organization() -> None:
    assert "data.patientId is missing" in refusal("ai/patient.insights", {"organizationId": "o"})
    assert "data.organizationId is missing" in refusal("ai/patient.insights", {"patientId": "p"})


def test_insights_of_many_take_bare_ids_and_objects() -> None:
    expected = [
        {"organizationId": "o", "patientId": "1"},
        {"organizationId": "o", "patientId": "b"},
    ]
    for data in ({"patientIds": [1, "b"]}, {"items": [{"patientId": 1}, "b"]}):
        assert fit(BatchInsights, {"organizationId": "o", **data}).children() == expected


@pytest.mark.parametrize(
    "data",
    [
        {"patientIds": []},
        {"patientIds": "p"},
        {"patientIds": {"a": 1}},
        {"patientIds": [None]},
        {"patientIds": [True]},
        {"patientIds": [["p"]]},
        {"patientIds": ["p"] * 1001},
        {},
    ],
)
def test_patients_that_are_none_are_refused(data: dict[str, Any]) -> None:
    assert refusal("ai/batch.insights", {"organizationId": "o", **data}).startswith("data.items")


def test_the_keys_of_the_system_replaced_mean_the_same() -> None:
    older = {
        "to": "ana@example.com",
        "patientName": "Ana",
        "date": "01/12/2026",
        "time": "14:30:00",
    }
    assert fit(AppointmentMessage, older) == fit(AppointmentMessage, VISIT)
    assert fit(BirthdayGreeting, {"to": "a", "name": "Ana"}).patient_name == "Ana"
    report = fit(DailyReport, REPORT)
    assert (report.total_appointments, report.completed_appointments) == (9, 7)
    assert (report.cancelled_appointments, report.new_patients, report.revenue) == (2, 0, None)


def test_day_and_time_are_those_of_the_wall() -> None:
    found = fit(AppointmentMessage, VISIT)
    assert (found.appointment_date, found.appointment_time) == (date(2026, 12, 1), time(14, 30))


@pytest.mark.parametrize("name", READY)
@pytest.mark.parametrize(
    "day",
    [
        "2026-02-30",
        "31/04/2026",
        "1/12/2026",
        "12/2026",
        "2026-12-01T00:00:00Z",
        "amanhã",
        20261201,
        "0000-01-01",
        "2026-W01-1",
        "20261201",
        True,
        [],
        {},
    ],
)
def test_a_day_that_is_none_is_refused(name: str, day: object) -> None:
    """A time with a zone may be another day here: whoever sends it has to say which day is meant."""
    assert refusal(name, {**VISIT, "appointmentDate": day}) == (
        "data.appointmentDate must be a date: 2026-12-01, or 01/12/2026."
    )


@pytest.mark.parametrize(
    "clock", ["24:00", "14:60", "14h30", "2:30", "14:30Z", 1430, 14.5, [], True]
)
def test_a_time_that_is_none_is_refused(clock: object) -> None:
    older = {**VISIT, "time": clock}
    del older["appointmentTime"]
    assert refusal(READY[0], older) == "data.time must be a local time: 14:30."


@pytest.mark.parametrize("missing", ["to", "patientName", "appointmentDate", "appointmentTime"])
def test_what_a_visit_needs_is_named(missing: str) -> None:
    assert refusal(READY[0], {**VISIT, missing: None}).startswith(f"data.{missing} is missing")


def test_what_people_typed_is_taken_as_it_is() -> None:
    """The messages clean it: a name with a line break still is somebody's name."""
    name = "Ana\r\nBcc: todos@example.com \x1b[2J <b>\u202e"
    assert fit(AppointmentMessage, {**VISIT, "patientName": name}).patient_name == name


@pytest.mark.parametrize(
    "figure", [-1, "-1", 1.5, "x", True, [], 10**13, 1e300, "9" * 5000, "nan", "1.5"]
)
def test_a_figure_that_is_none_is_refused(figure: object) -> None:
    assert refusal("email/daily.report", {**REPORT, "noShows": figure}) == (
        "data.noShows must be a whole number from 0."
    )


@pytest.mark.parametrize("amount", [-0.01, "nan", "inf", "-inf", "R$ 5", True, [], 1e13])
def test_an_amount_that_is_none_is_refused(amount: object) -> None:
    assert refusal("whatsapp/daily.report", {**REPORT, "revenue": amount}) == (
        "data.revenue must be an amount from 0."
    )


def test_figures_may_be_typed_as_text() -> None:
    """`fisioflow emit` has only text for key=value."""
    report = fit(DailyReport, {**REPORT, "noShows": "3", "revenue": "12.50"})
    assert (report.no_shows, report.revenue) == (3, 12.5)
