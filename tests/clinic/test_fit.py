"""Whether a profile fits a database: tried without reading or changing a row."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from fisioflow_cli.clinic import fit, schema
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.clinic.profile import CleanupTarget, Profile
from fisioflow_cli.database import writing
from fisioflow_cli.errors import ProfileDoesNotFit
from tests.clinic.plain import add, plain_clinic
from tests.workflows.people import organization


@pytest.fixture
def clinic(database_url: str) -> Iterator[Clinic]:
    with plain_clinic(database_url) as clinic:
        add(clinic, schema.organizations, organization(), organization("shut", active=False))
        yield clinic


def with_relations(clinic: Clinic, selects: Mapping[str, str]) -> Clinic:
    profile = clinic.profile
    return replace(clinic, profile=replace(profile, selects={**profile.selects, **selects}))


def test_plain_profile_fits(clinic: Clinic) -> None:
    fit.require_fit(clinic)
    assert fit.misfits(clinic) == []
    assert all(fit.try_cleanup(clinic, name) is None for name in clinic.profile.cleanup)
    assert all(fit.try_write(clinic, name) is None for name in clinic.profile.writes)
    assert fit.count_organizations(clinic) == (2, 1)


@pytest.mark.parametrize(
    ("select", "complaint"),
    [
        ("SELECT * FROM nowhere", "nowhere"),
        ("SELECT id FROM vouchers", "organization_id|patient_id|name"),
        ("SELECT nonsense(", "."),
        ("DELETE FROM vouchers", "."),
        ("SELECT 1; DROP TABLE vouchers", "."),
    ],
)
def test_relation_that_cannot_be_read_is_named(clinic: Clinic, select: str, complaint: str) -> None:
    odd = with_relations(clinic, {"vouchers": select})
    with pytest.raises(ProfileDoesNotFit, match=f"vouchers: .*(?:{complaint})") as refused:
        fit.require_fit(odd)
    assert str(refused.value).count("\n") == 0
    assert [misfit.relation for misfit in fit.misfits(odd)] == ["vouchers"]
    fit.require_fit(clinic)


def test_all_misfits_are_found(clinic: Clinic) -> None:
    with writing(clinic.engine) as connection:
        connection.exec_driver_sql("ALTER TABLE patients DROP COLUMN consent_email")
        connection.exec_driver_sql("DROP TABLE payments")
    assert {misfit.relation for misfit in fit.misfits(clinic)} == {"patients", "payments"}


def test_profile_of_another_dialect(clinic: Clinic) -> None:
    here = clinic.engine.dialect.name
    other = "sqlite" if here == "postgresql" else "postgresql"
    odd = replace(clinic, profile=replace(clinic.profile, dialects=(other,)))
    with pytest.raises(ProfileDoesNotFit, match=f"is for {other} and DATABASE_URL names {here}"):
        fit.require_fit(odd)


def test_writes_and_targets_that_do_not_exist(clinic: Clinic) -> None:
    target = CleanupTarget(name="health_logs", table="nowhere", id="id", older_than="created_at")
    profile: Profile = replace(
        clinic.profile,
        cleanup={"health_logs": target},
        writes={"expire_waitlist_offer": "UPDATE nowhere SET x = 1 WHERE id = :id"},
    )
    odd = replace(clinic, profile=profile)
    for misfit in (
        fit.try_cleanup(odd, "health_logs"),
        fit.try_write(odd, "expire_waitlist_offer"),
    ):
        assert misfit is not None
        assert "nowhere" in misfit.complaint


def test_nothing_is_changed_by_trying(clinic: Clinic) -> None:
    with clinic.reading() as connection:
        before = connection.execute(schema.organizations.select()).all()
    for name in clinic.profile.writes:
        fit.try_write(clinic, name)
    fit.misfits(clinic)
    with clinic.reading() as connection:
        assert connection.execute(schema.organizations.select()).all() == before
