"""A clinic for commands that run in this very process."""

from datetime import UTC
from pathlib import Path

import pytest

from fisioflow_cli.clinic import schema
from tests.workflows.people import NOW, organization, patient
from tests.workflows.place import Place


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A clinic of one organization and nobody in it; the time is NOW."""
    monkeypatch.setattr("fisioflow_cli.clock.Clock.now", lambda _: NOW.astimezone(UTC))
    place = Place(url=f"sqlite:///{tmp_path / 'clinic.db'}", folder=tmp_path / "state").create()
    place.add(schema.organizations, organization())
    return place


@pytest.fixture
def place(clinic: Place) -> Place:
    """A clinic in which it is somebody's birthday; the time is NOW."""
    clinic.add(schema.patients, patient("ana"))
    return clinic


@pytest.fixture
def env(place: Place) -> dict[str, str]:
    """Its place, as a process finds it in its environment."""
    return place.given
