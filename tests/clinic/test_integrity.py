"""The integrity checks, one by one: which rows they object to."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Table

from fisioflow_cli.clinic import integrity, schema
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.clinic.integrity import CHECKS, Check
from tests.clinic.plain import add, plain_clinic
from tests.workflows.people import (
    TODAY,
    ago,
    appointment,
    organization,
    patient,
    payment,
    session,
    voucher,
)

BY_NAME = {check.name: check for check in CHECKS}


@pytest.fixture
def clinic(database_url: str) -> Iterator[Clinic]:
    with plain_clinic(database_url) as clinic:
        add(clinic, schema.organizations, organization())
        add(clinic, schema.patients, patient("ana"))
        add(clinic, schema.appointments, appointment("a0", TODAY, 6))
        yield clinic


def found(clinic: Clinic, check: str, *, only: str | None = None) -> list[str]:
    page = BY_NAME[check].page(clinic, TODAY, only, None)
    assert page.until is None
    return [finding.id for finding in page.findings]


def linked(name: str, **ids: Any) -> dict[str, Any]:
    return payment(name, "1.00", ago(1)) | ids


DANGLING: list[tuple[str, Table, list[dict[str, Any]], list[str]]] = [
    (
        "appointments_without_patient",
        schema.appointments,
        [
            appointment("a1", TODAY, 8, patient_id="gone"),
            appointment("a2", TODAY, 10, patient_id=None),
        ],
        ["a1"],
    ),
    (
        "sessions_without_appointment",
        schema.sessions,
        [
            session("s1", ago(1), appointment_id="gone"),
            session("s2", ago(1), appointment_id="a0"),
            session("s3", ago(1)),
        ],
        ["s1"],
    ),
    (
        "payments_without_appointment",
        schema.payments,
        [linked("p1", appointment_id="gone"), linked("p2", appointment_id="a0"), linked("p3")],
        ["p1"],
    ),
    (
        "patients_without_organization",
        schema.patients,
        [patient("p1", "gone"), patient("p2", clinic=None), patient("p3", active=False)],
        ["p1", "p2"],
    ),
    (
        "vouchers_without_patient",
        schema.vouchers,
        [voucher("v1", "gone"), voucher("v2", owner=None), voucher("v3")],
        ["v1", "v2"],
    ),
]


@pytest.mark.parametrize(
    ("check", "table", "rows", "expected"), DANGLING, ids=lambda x: str(x)[:30]
)
def test_ids_that_name_nobody(
    clinic: Clinic, check: str, table: Table, rows: list[dict[str, Any]], expected: list[str]
) -> None:
    """Null counts only for a patient's organization and a voucher's patient."""
    add(clinic, table, *rows)
    assert found(clinic, check) == expected


@pytest.mark.parametrize(
    ("other", "clashes"),
    [
        ({"hour": 9.5}, ["b"]),
        ({"hour": 9}, ["b"]),
        ({"hour": 8.5}, ["a"]),
        ({"hour": 10}, []),
        ({"hour": 8}, []),
        ({"hour": 9.5, "therapist_id": "sara"}, []),
        ({"hour": 9.5, "therapist_id": None}, []),
        ({"hour": 9.5, "status": "cancelled"}, []),
        ({"hour": 9.5, "status": "no_show"}, ["b"]),
        ({"hour": 9.5, "is_group": True}, []),
        ({"hour": 9.5, "day": TODAY + timedelta(days=1)}, []),
    ],
)
def test_overlapping_appointments(
    clinic: Clinic, other: dict[str, Any], clashes: list[str]
) -> None:
    """Two of one therapist at a time; one after the other is no clash."""
    add(clinic, schema.appointments, appointment("a", TODAY, 9))
    add(clinic, schema.appointments, appointment("b", **{"day": TODAY, **other}))
    assert found(clinic, "overlapping_appointments") == clashes


def test_three_at_once_are_two_clashes(clinic: Clinic) -> None:
    add(clinic, schema.appointments, *(appointment(name, TODAY, 9) for name in "abc"))
    assert found(clinic, "overlapping_appointments") == ["b", "c"]


def test_impossible_birth_dates(clinic: Clinic) -> None:
    born = {
        "tomorrow": TODAY + timedelta(days=1),
        "today": TODAY,
        "oldest": date(1906, 1, 1),
        "older": date(1905, 12, 31),
        "unknown": None,
    }
    add(clinic, schema.patients, *(patient(k, birth_date=v) for k, v in born.items()))
    assert found(clinic, "impossible_birth_dates") == ["older", "tomorrow"]


def test_addresses_that_cannot_be_used(clinic: Clinic) -> None:
    add(
        clinic,
        schema.patients,
        patient("good"),
        patient("none", phone=None, email=None),
        patient("bad", phone="123", email="ana@"),
        patient("blank", phone="", email=" "),
    )
    assert found(clinic, "unusable_phones") == ["bad", "blank"]
    assert found(clinic, "unusable_emails") == ["bad", "blank"]


def test_one_organization(clinic: Clinic) -> None:
    add(clinic, schema.patients, patient("x", "norte", phone="1"), patient("y", phone="1"))
    assert found(clinic, "unusable_phones", only="norte") == ["x"]
    assert found(clinic, "unusable_phones", only="nobody") == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_pages_together_are_the_whole(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, check: Check
) -> None:
    for _, table, rows, _ in DANGLING:
        add(clinic, table, *rows)
    bad = {"phone": "1", "email": "x", "birth_date": date(1800, 1, 1)}
    add(clinic, schema.patients, *(patient(f"q{n}", **bad) for n in range(5)))
    add(clinic, schema.appointments, *(appointment(f"q{n}", TODAY, 9) for n in range(5)))
    whole = check.page(clinic, TODAY, None, None).findings
    assert whole
    monkeypatch.setattr(integrity, "PAGE", 2)
    pieces, after = [], None
    while True:
        page = check.page(clinic, TODAY, None, after)
        pieces += page.findings
        after = page.until
        if after is None:
            break
    assert tuple(pieces) == whole
