"""A command's context: every precondition is looked at before anything is done."""

from pathlib import Path

import pytest
from sqlalchemy import inspect

from fisioflow_cli.clinic import schema
from fisioflow_cli.database import open_database, parse_url
from fisioflow_cli.errors import ProfileDoesNotFit, UnknownOrganization
from tests.workflows.people import organization, patient
from tests.workflows.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(url=f"sqlite:///{tmp_path / 'clinic.db'}", folder=tmp_path / "state")


def test_unknown_organization_is_told_from_an_empty_clinic(place: Place, tmp_path: Path) -> None:
    (tmp_path / "clinic.db").touch()
    with pytest.raises(UnknownOrganization):
        place.start("birthdays", organization="sul")
    assert (tmp_path / "clinic.db").stat().st_size == 0
    place.create().add(schema.organizations, organization())
    assert place.start("birthdays", organization="sul").status == "completed"
    for wrong in ("SUL", "sul ", "", "%", "\udcff", "9" * 40):
        with pytest.raises(UnknownOrganization, match="No organization has the id"):
            place.start("birthdays", organization=wrong)


@pytest.mark.parametrize("ids", ["uuid", "integer"])
@pytest.mark.parametrize("wrong", ["sul", "²", "--5", "1.0", "9" * 40, "\udcff", ""])
def test_what_is_no_id_of_this_database_names_nobody(place: Place, ids: str, wrong: str) -> None:
    """Fixed: `²` and `--5` were unexpected ValueErrors where ids are integers."""
    place.create().folder.mkdir(exist_ok=True)
    place.copy_profile()
    profile = place.folder / "mine.toml"
    text = profile.read_text(encoding="utf-8").replace('ids = "text"', f'ids = "{ids}"')
    profile.write_text(text, encoding="utf-8")
    with pytest.raises(UnknownOrganization):
        place.start("birthdays", organization=wrong)


def test_inactive_organization_is_known(place: Place) -> None:
    place.create().add(schema.organizations, organization(active=False))
    place.add(schema.patients, patient("ana"))
    result = place.result("birthdays", organization="sul")
    assert result["skipped"] == {"organization_inactive": 1}


def test_misfit_is_found_before_the_ledger_is_made(place: Place) -> None:
    engine = open_database(parse_url(place.url))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE organizations (id)")
    with pytest.raises(ProfileDoesNotFit, match="organizations: no such column"):
        place.start("birthdays")
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["organizations"]
    engine.dispose()


def test_name_taken_by_a_view_is_found_too(place: Place) -> None:
    engine = open_database(parse_url(place.url))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE VIEW patients AS SELECT 1 AS id")
    with pytest.raises(ProfileDoesNotFit):
        place.start("birthdays")
    engine.dispose()


def test_progress_is_told(place: Place) -> None:
    place.create().add(schema.organizations, organization())
    place.add(schema.patients, patient("ana"), patient("bia"))
    told: list[tuple[str, int]] = []
    place.start("birthdays", watch=lambda step, items: told.append((step, items)))
    assert told == [("greet/1", 1), ("greet/1", 2)]
