"""The patients: who is to be written to, and their state at the moment of sending."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from fisioflow_cli.clinic import patients, schema
from fisioflow_cli.clinic.clinic import Clinic
from tests.clinic.plain import add, plain_clinic
from tests.workflows.people import TODAY, organization, patient, voucher


@pytest.fixture
def clinic(database_url: str) -> Iterator[Clinic]:
    with plain_clinic(database_url) as clinic:
        yield clinic


@pytest.mark.parametrize(
    ("day", "pairs"),
    [
        (date(2026, 3, 2), {(3, 2)}),
        (date(2026, 2, 28), {(2, 28)}),
        (date(2026, 3, 1), {(3, 1), (2, 29)}),
        (date(2028, 2, 28), {(2, 28)}),
        (date(2028, 2, 29), {(2, 29)}),
        (date(2028, 3, 1), {(3, 1)}),
        (date(1900, 3, 1), {(3, 1), (2, 29)}),
        (date(2000, 3, 1), {(3, 1)}),
        (date(2026, 1, 1), {(1, 1)}),
    ],
)
def test_whose_birthday_it_is(day: date, pairs: set[tuple[int, int]]) -> None:
    """Código Civil art. 132 §3: what has no day of the month ends on the next one."""
    assert patients.birthday_dates(day) == pairs


def test_everybody_born_in_a_leap_year_is_greeted_once_in_any_year() -> None:
    first = date(1984, 1, 1)
    born = [first + timedelta(days=number) for number in range(366)]
    for year in (2026, 2028):
        days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
        pairs = [pair for day in days if day.year == year for pair in patients.birthday_dates(day)]
        assert sorted(pairs) == [(day.month, day.day) for day in born]


def test_birthdays_by_page_and_organization(clinic: Clinic) -> None:
    add(
        clinic,
        schema.patients,
        *(patient(name) for name in "dbca"),
        patient("x", "norte"),
        patient("y", clinic=None, active=False),
        patient("z", birth_date=date(1985, 3, 3)),
        patient("z0", birth_date=None),
        patient("z1", birth_date=TODAY),
    )

    def ids(only: str | None, after: str | None = None, until: str | None = None) -> list[str]:
        return [found.id for found in patients.birthdays(clinic, TODAY, only, after, until)]

    assert ids(None) == ["a", "b", "c", "d", "x", "y"]
    assert ids("norte") == ["x"]
    assert ids("sul", "a", "c") == ["b", "c"]


def test_vouchers_about_to_expire(clinic: Clinic) -> None:
    add(clinic, schema.vouchers, *(voucher(f"v{n}", days_left=n) for n in range(9)))
    add(clinic, schema.vouchers, voucher("w-used", sessions_left=0), voucher("w-off", active=False))
    add(clinic, schema.vouchers, voucher("w-less", sessions_left=-1), voucher("w", expires_on=None))
    add(clinic, schema.vouchers, voucher("x", organization_id="norte"))
    week = (TODAY, TODAY + timedelta(days=7))
    found = patients.expiring_vouchers(clinic, week, None, None, None)
    assert [one.id for one in found] == [*(f"v{n}" for n in range(8)), "x"]
    [other] = patients.expiring_vouchers(clinic, week, "norte", None, None)
    assert (other.id, other.organization_id) == ("x", "norte")
    rest = patients.expiring_vouchers(clinic, week, "sul", "v5", "v6")
    assert [one.id for one in rest] == ["v6"]


def test_vouchers_of_one_patient_are_chosen_as_those_of_all(clinic: Clinic) -> None:
    add(clinic, schema.vouchers, *(voucher(f"v{n}", days_left=n) for n in range(9)))
    add(clinic, schema.vouchers, voucher("w-used", sessions_left=0), voucher("w-off", active=False))
    add(clinic, schema.vouchers, voucher("x", "bia"), voucher("y", "bia", organization_id="norte"))
    week = (TODAY, TODAY + timedelta(days=7))
    every = {one.id for one in patients.expiring_vouchers(clinic, week, None, None, None)}
    anas = [one.id for one in patients.vouchers_of(clinic, "ana", week)]
    bias = [(one.id, one.organization_id) for one in patients.vouchers_of(clinic, "bia", week)]
    assert anas == [f"v{n}" for n in range(8)]
    assert bias == [("x", "sul"), ("y", "norte")]
    assert every == {*anas, "x", "y"}
    assert patients.vouchers_of(clinic, "nobody", week) == []


def test_state_at_this_moment(clinic: Clinic) -> None:
    add(clinic, schema.organizations, organization(email_enabled=False))
    add(clinic, schema.patients, patient("ana", consent_email=False, consent_marketing=True))
    ana = patients.patient(clinic, "ana")
    assert ana is not None
    assert ana.organization is not None
    assert ana.organization.email_enabled is False
    assert (ana.allows_email, ana.allows_whatsapp, ana.allows_marketing) == (False, None, True)
    assert ana.preferred_channel == "whatsapp"
    assert patients.patient(clinic, "nobody") is None


def test_patient_of_no_organization(clinic: Clinic) -> None:
    add(clinic, schema.patients, patient("ana", "nowhere"), patient("bia", clinic=None))
    for name in ("ana", "bia"):
        person = patients.patient(clinic, name)
        assert person is not None
        assert person.organization is None


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        (date(2008, 3, 2), date(2026, 3, 1), 17),
        (date(2008, 3, 2), date(2026, 3, 2), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2026, 3, 2), date(2026, 3, 2), 0),
        (None, date(2026, 3, 2), None),
    ],
)
def test_age(clinic: Clinic, born: date | None, today: date, age: int | None) -> None:
    add(clinic, schema.patients, patient("ana", birth_date=born))
    ana = patients.patient(clinic, "ana")
    assert ana is not None
    assert ana.age(today) == age


def test_voucher_at_this_moment(clinic: Clinic) -> None:
    add(clinic, schema.vouchers, voucher("v"), voucher("w", owner=None, expires_on=None))
    v, w = patients.voucher(clinic, "v"), patients.voucher(clinic, "w")
    assert v is not None
    assert w is not None
    assert (v.patient_id, v.sessions_left, v.active) == ("ana", 4, True)
    assert v.expires_on == TODAY + timedelta(days=3)
    assert (w.patient_id, w.expires_on) == (None, None)
    assert patients.voucher(clinic, "nobody") is None
