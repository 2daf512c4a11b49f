"""The figures of the reports: what happened in a stretch of local days."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.clinic.figures import Figures, appointments_on, figures
from fisioflow_cli.clinic.organizations import Organization
from fisioflow_cli.clinic.organizations import organization as organization_of
from tests.clinic.plain import add, plain_clinic
from tests.workflows.people import (
    MANAUS,
    TODAY,
    appointment,
    local,
    member,
    organization,
    patient,
    payment,
    session,
)


@pytest.fixture
def clinic(database_url: str) -> Iterator[Clinic]:
    with plain_clinic(database_url) as clinic:
        add(clinic, schema.organizations, organization(timezone="America/Manaus"))
        yield clinic


@pytest.fixture
def sul(clinic: Clinic) -> Organization:
    found = organization_of(clinic, "sul")
    assert found is not None
    return found


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return local(day, hour, minute, MANAUS)


def test_nothing(clinic: Clinic, sul: Organization) -> None:
    empty = figures(clinic, sul, TODAY, 2)
    assert empty == Figures(
        appointments={},
        sessions_by_day=(0, 0),
        sessions_by_therapist=(),
        new_patients=0,
        revenue=Decimal(0),
    )
    assert empty.empty
    assert empty.sessions == 0


def test_sessions_are_cut_at_local_midnight(clinic: Clinic, sul: Organization) -> None:
    moments = [at(TODAY, 0), at(TODAY, 23, 59), at(TODAY, 24), at(TODAY, 0) - timedelta(seconds=1)]
    rows = [session(f"s{number}", held) for number, held in enumerate(moments)]
    add(clinic, schema.sessions, *rows, session("none", None))
    add(clinic, schema.sessions, session("open", at(TODAY, 9), status="incomplete"))
    add(clinic, schema.sessions, session("other", at(TODAY, 9), organization_id="norte"))
    assert figures(clinic, sul, TODAY, 1).sessions_by_day == (2,)
    week = figures(clinic, sul, TODAY - timedelta(days=1), 7)
    assert week.sessions_by_day == (1, 2, 1, 0, 0, 0, 0)
    assert week.sessions == 4


def test_appointments_by_status(clinic: Clinic, sul: Organization) -> None:
    statuses = ["completed", "completed", "cancelled", "no_show", "scheduled"]
    for number, status in enumerate(statuses):
        add(clinic, schema.appointments, appointment(f"a{number}", TODAY, number, status=status))
    add(clinic, schema.appointments, appointment("b", TODAY + timedelta(days=1)))
    expected = {"completed": 2, "cancelled": 1, "no_show": 1, "scheduled": 1}
    assert appointments_on(clinic, sul, TODAY) == expected
    assert figures(clinic, sul, TODAY, 1).appointments == expected
    assert appointments_on(clinic, sul, TODAY + timedelta(days=2)) == {}


def test_therapists_by_either_of_their_ids(clinic: Clinic, sul: Organization) -> None:
    """Fixed: somebody stored by staff id and by user id was counted as two."""
    add(
        clinic, schema.staff, member("tito"), member("ana"), member("u-ana"), member("bob", "norte")
    )
    held = at(TODAY, 9)
    ids = ["tito", "u-tito", "u-tito", "ana", "bob", "gone", None, "u-ana"]
    rows = [session(f"s{number}", held, therapist_id=who) for number, who in enumerate(ids)]
    add(clinic, schema.sessions, *rows)
    # the id of a staff row means that row, though it is somebody else's user id
    assert figures(clinic, sul, TODAY, 1).sessions_by_therapist == (
        ("", 3),
        ("Tito", 3),
        ("Ana", 1),
        ("U-Ana", 1),
    )


def test_namesakes_are_two_people(clinic: Clinic, sul: Organization) -> None:
    add(clinic, schema.staff, member("a") | {"name": "Ana"}, member("b") | {"name": "Ana"})
    held = at(TODAY, 9)
    add(clinic, schema.sessions, session("1", held, therapist_id="a"))
    add(clinic, schema.sessions, session("2", held, therapist_id="b"))
    assert figures(clinic, sul, TODAY, 1).sessions_by_therapist == (("Ana", 1), ("Ana", 1))


def test_new_patients_and_revenue(clinic: Clinic, sul: Organization) -> None:
    add(clinic, schema.patients, patient("in", created_at=at(TODAY, 23)))
    add(clinic, schema.patients, patient("out", created_at=at(TODAY, 24)))
    add(
        clinic,
        schema.payments,
        payment("p1", "0.10", at(TODAY, 0)),
        payment("p2", "0.20", at(TODAY, 1)),
    )
    add(clinic, schema.payments, payment("p3", "9.00", at(TODAY, 24)))
    add(clinic, schema.payments, payment("p4", "9.00", at(TODAY, 9), "norte"))
    add(
        clinic,
        schema.payments,
        {"id": "p5", "organization_id": "sul", "amount": "9", "paid_at": None},
    )
    found = figures(clinic, sul, TODAY, 1)
    assert (found.new_patients, found.revenue) == (1, Decimal("0.30"))
    assert not found.empty
