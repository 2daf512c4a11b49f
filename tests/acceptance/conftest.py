"""One trial per database and size; the tests look at what it has seen."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.acceptance.clinics import Clinic, Master, Scale, clinic, master, midnight_is_near
from tests.acceptance.trial import Trial
from tests.acceptance.trial import trial as run_trial
from tests.clinic.real_schema import NEON, SUPABASE

SHORT = [Scale(profile=name, patients=2_000, organizations=8) for name in (SUPABASE, NEON)]
LONG = [Scale(profile=name, patients=20_000, organizations=40) for name in (SUPABASE, NEON)]
SCALES = [*SHORT, *(pytest.param(scale, marks=pytest.mark.long) for scale in LONG)]


@pytest.fixture(scope="package", params=SCALES, ids=str)
def scale(request: pytest.FixtureRequest) -> Scale:
    """The two databases, small; with `-m long` as large as a real deployment's."""
    found: Scale = request.param
    minutes = 15 if found in LONG else 3
    if midnight_is_near(datetime.now(UTC), minutes):
        pytest.skip("an organization's midnight would fall into the trial; start again after it")
    return found


@pytest.fixture(scope="package")
def original(
    postgres_server: URL, scale: Scale, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Master]:
    """The database of that size, before anything has run on it."""
    with master(postgres_server, scale, tmp_path_factory.mktemp("original")) as filled:
        yield filled


@pytest.fixture(scope="package")
def trial(original: Master, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """The six workflows, run and run again on one copy."""
    with clinic(original, tmp_path_factory.mktemp("trial")) as copy:
        yield run_trial(copy)


@pytest.fixture
def fresh(original: Master, tmp_path: Path) -> Iterator[Clinic]:
    """A copy on which nothing has run."""
    with clinic(original, tmp_path) as copy:
        yield copy
