"""Whom a user id stands for: patients, staff, both, or nobody we know."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import URL

from fisioflow_cli.clinic import schema
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.clinic.users import Subscription, subscriptions, user
from tests.clinic.plain import add, plain_clinic
from tests.clinic.real_clinic import SAO_PAULO, real_clinic, someone
from tests.clinic.real_schema import NEON, SUPABASE
from tests.workflows.people import member, organization, patient


@pytest.fixture
def clinic(database_url: str) -> Iterator[Clinic]:
    with plain_clinic(database_url) as clinic:
        add(clinic, schema.organizations, organization(), organization("norte"))
        yield clinic


def known(clinic: Clinic, *rows: dict[str, Any]) -> None:
    for row in rows:
        add(clinic, schema.staff if "role" in row else schema.patients, row)


def test_patient_of_the_organization(clinic: Clinic) -> None:
    known(clinic, patient("ana", user_id="u-ana", consent_email=True, consent_whatsapp=False))
    found = user(clinic, "u-ana", "sul")
    assert found.organization is not None
    assert found.organization.name == "Clínica Sul"
    assert (found.active, found.staff) == (True, False)
    assert (found.allows_email, found.allows_whatsapp) == (True, False)


def test_somebody_of_the_staff(clinic: Clinic) -> None:
    known(clinic, member("tito"))
    found = user(clinic, "u-tito", "sul")
    assert (found.active, found.staff, found.allows_email) == (True, True, None)


def test_nobody_we_know_is_active_and_has_recorded_nothing(clinic: Clinic) -> None:
    found = user(clinic, "u-nobody", "sul")
    assert (found.active, found.staff, found.allows_email) == (True, False, None)
    assert found.organization is not None
    assert user(clinic, "u-nobody", None).organization is None
    assert user(clinic, "u-nobody", "nowhere").organization is None


def test_refusal_counts_wherever_it_is_on_record(clinic: Clinic) -> None:
    known(
        clinic,
        patient("ana", user_id="u-ana", consent_email=True),
        patient("ana2", "norte", user_id="u-ana", consent_email=False),
    )
    assert user(clinic, "u-ana", "sul").allows_email is False


def test_the_organizations_own_rows_say_whether_they_are_active(clinic: Clinic) -> None:
    known(
        clinic,
        patient("ana", user_id="u-ana", active=False),
        patient("ana2", "norte", user_id="u-ana"),
    )
    assert not user(clinic, "u-ana", "sul").active
    assert user(clinic, "u-ana", "norte").active


def test_rows_elsewhere_say_it_if_the_organization_has_none(clinic: Clinic) -> None:
    known(clinic, patient("ana", "norte", user_id="u-ana", active=False))
    assert not user(clinic, "u-ana", "sul").active


def test_without_an_organization_it_is_that_of_the_first_row(clinic: Clinic) -> None:
    known(clinic, member("ana", "norte", user_id="u-ana"), patient("ana", user_id="u-ana"))
    found = user(clinic, "u-ana", None).organization
    assert found is not None
    assert found.id == "norte"


def test_active_subscriptions_only(clinic: Clinic) -> None:
    keys = {
        "user_id": "u-ana",
        "endpoint": "https://push.example.com/1",
        "p256dh": "B",
        "auth": "a",
    }
    add(
        clinic,
        schema.push_subscriptions,
        {"id": "s2", **keys},
        {"id": "s1", **keys},
        {"id": "s3", **keys, "active": False},
        {"id": "s4", **keys, "user_id": "u-bia"},
    )
    first = Subscription(id="s1", endpoint="https://push.example.com/1", p256dh="B", auth="a")
    assert subscriptions(clinic, "u-ana")[0] == first
    assert [one.id for one in subscriptions(clinic, "u-ana")] == ["s1", "s2"]


@pytest.mark.parametrize("name", [SUPABASE, NEON])
def test_in_the_real_databases(postgres_server: URL, name: str) -> None:
    with real_clinic(postgres_server, name) as real:
        clinic = Clinic(
            engine=real.engine, profile=real.profile, timezone=SAO_PAULO, may_change=True
        )
        house, ana, tito = real.insert("organizations", name="Sul"), someone(), someone()
        active = {"status": "active"} if name == SUPABASE else {"is_active": True}
        person = {"user_id": ana, "organization_id": house, **active}
        real.insert("patients", full_name="Ana Souza", consent_data=False, **person)
        real.insert(
            "profiles", user_id=tito, organization_id=house, full_name="Tito", is_active=False
        )
        assert user(clinic, ana, house).allows_whatsapp is False
        assert user(clinic, ana, house).active
        assert not user(clinic, tito, house).active
        assert user(clinic, "not a uuid", "nor this").organization is None
        if name == SUPABASE:
            gone = real.insert("push_subscriptions", user_id=ana, endpoint="https://x", active=None)
            assert [one.id for one in subscriptions(clinic, ana)] == [gone]
        assert subscriptions(clinic, tito) == []
