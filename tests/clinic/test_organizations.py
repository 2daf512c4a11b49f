"""The organizations, and the staff to whom reports go."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from fisioflow_cli.clinic import organizations, schema
from fisioflow_cli.clinic.clinic import Clinic
from tests.clinic.plain import add, plain_clinic
from tests.workflows.people import member, organization


@pytest.fixture
def clinic(database_url: str) -> Iterator[Clinic]:
    with plain_clinic(database_url) as clinic:
        yield clinic


def test_pages_by_id(clinic: Clinic) -> None:
    add(clinic, schema.organizations, *(organization(name) for name in "dbca"))

    def ids(*page: str | None) -> list[str]:
        return [found.id for found in organizations.organizations(clinic, *page)]

    assert ids(None) == ["a", "b", "c", "d"]
    assert ids(None, "b") == ["c", "d"]
    assert ids(None, "a", "c") == ["b", "c"]
    assert ids("c") == ["c"]
    assert ids("c", "c") == []
    assert ids("nobody") == []


def test_zone_is_its_own_or_the_default_one(clinic: Clinic) -> None:
    zones = {"own": "America/Manaus", "none": None, "blank": "", "odd": "Mars/Base", "path": "../x"}
    add(clinic, schema.organizations, *(organization(k, timezone=v) for k, v in zones.items()))
    found = {one.id: one.zone.key for one in organizations.organizations(clinic, None)}
    assert found.pop("own") == "America/Manaus"
    assert set(found.values()) == {"America/Sao_Paulo"}


def test_local_date(clinic: Clinic) -> None:
    add(clinic, schema.organizations, organization(timezone="America/Manaus"))
    sul = organizations.organization(clinic, "sul")
    assert sul is not None
    assert sul.today(datetime(2026, 3, 2, 3, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert sul.today(datetime(2026, 3, 2, 4, 0, tzinfo=UTC)) == date(2026, 3, 2)
    assert organizations.organization(clinic, "nobody") is None


def test_whom_reports_are_for(clinic: Clinic) -> None:
    roles = {"d": "admin", "c": "therapist", "b": "intern", "a": "reception"}
    add(clinic, schema.staff, *(member(name, role=role) for name, role in roles.items()))
    add(clinic, schema.staff, member("x", "norte", "admin"), member("e", active=False))
    assert organizations.staff_ids(clinic, "sul") == ["c", "d", "e"]
    assert organizations.staff_ids(clinic, "sul", roles=("admin",)) == ["d"]
    assert organizations.staff_ids(clinic, "nobody") == []


def test_one_member(clinic: Clinic) -> None:
    add(clinic, schema.staff, member("tito", email=None), member("rui", role="reception"))
    tito, rui = (organizations.staff_member(clinic, name) for name in ("tito", "rui"))
    assert tito is not None
    assert rui is not None
    assert (tito.name, tito.email, tito.active, tito.receives_reports) == ("Tito", None, True, True)
    assert rui.receives_reports is False
    assert organizations.staff_member(clinic, "nobody") is None
