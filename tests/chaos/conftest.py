"""One driver, one pair of providers and one original of each database for all scenarios."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.chaos import clinic, providers
from tests.chaos.places import Places, PostgresPlaces, SqlitePlaces
from tests.chaos.stage import Driver, Stage, running_driver

SetUp = Callable[..., AbstractContextManager[Stage]]


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    """The process whose children are killed."""
    with running_driver() as found:
        yield found


@pytest.fixture(scope="session")
def both_providers() -> Iterator[providers.Providers]:
    """Resend and WhatsApp."""
    with providers.running() as found:
        found.not_on_whatsapp = frozenset({clinic.NOT_ON_WHATSAPP})
        yield found


@pytest.fixture(scope="session")
def sqlite_places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """SQLite files."""
    return SqlitePlaces(tmp_path_factory.mktemp("places"))


@pytest.fixture(scope="session")
def postgres_places(request: pytest.FixtureRequest) -> Iterator[Places]:
    """PostgreSQL databases."""
    places = PostgresPlaces(request.getfixturevalue("postgres_server"))
    yield places
    places.close()


@pytest.fixture(params=["sqlite", "postgres"])
def places(request: pytest.FixtureRequest) -> Places:
    """Either kind of database."""
    found: Places = request.getfixturevalue(f"{request.param}_places")
    return found


@pytest.fixture
def set_up(
    places: Places, driver: Driver, both_providers: providers.Providers, tmp_path: Path
) -> SetUp:
    """Sets the stage for one scenario; a test may play several, one after the other."""
    return partial(_set, places, driver, both_providers, tmp_path)


@contextmanager
def _set(
    places: Places,
    driver: Driver,
    both: providers.Providers,
    folder: Path,
    *,
    elsewhere: bool = False,
    **settings: str,
) -> Iterator[Stage]:
    both.reset()
    with places.fresh(elsewhere=elsewhere) as place:
        number = sum(1 for _ in folder.iterdir())
        own = folder / f"scenario-{number}"
        own.mkdir()
        yield Stage(driver=driver, providers=both, place=place, folder=own, settings=settings)


@pytest.fixture
def stage(set_up: SetUp) -> Iterator[Stage]:
    """The stage of a test that plays one scenario."""
    with set_up() as found:
        yield found
