"""A deployment for each test: on both databases, or on SQLite alone where SQL does not matter."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import URL, Connection, Engine, event, text

from fisioflow_cli.clinic import schema
from tests import postgres
from tests.workflows.people import organization
from tests.workflows.place import Place


@pytest.fixture(scope="session")
def made_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a deployment with one clinic, `sul`, to copy."""
    folder = tmp_path_factory.mktemp("made")
    _make(Place(url=f"sqlite:///{folder / 'made.db'}", folder=folder))
    return folder / "made.db"


@pytest.fixture(scope="session")
def made_postgres(postgres_server: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """The same as a template database."""
    with postgres.empty_database(postgres_server) as url:
        named = url.render_as_string(hide_password=False)
        _make(Place(url=named, folder=tmp_path_factory.mktemp("made")))
        yield url


def _make(place: Place) -> None:
    place.create().add(schema.organizations, organization())


@pytest.fixture
def here(made_sqlite: Path, tmp_path: Path) -> Place:
    """One clinic, `sul`, on SQLite."""
    shutil.copy(made_sqlite, tmp_path / "test.db")
    return Place(url=f"sqlite:///{tmp_path / 'test.db'}", folder=tmp_path)


@pytest.fixture
def there(made_postgres: URL, postgres_server: URL, tmp_path: Path) -> Iterator[Place]:
    """One clinic, `sul`, on PostgreSQL."""
    name = f"fisioflow_test_{uuid.uuid4().hex}"
    with postgres.administrator(postgres_server) as engine:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {made_postgres.database}"))
        url = postgres_server.set(database=name).render_as_string(hide_password=False)
        yield Place(url=url, folder=tmp_path)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Place:
    """One clinic, `sul`, once on each database."""
    found = request.getfixturevalue("here" if request.param == "sqlite" else "there")
    assert isinstance(found, Place)
    return found


@pytest.fixture(autouse=True)
def no_power_cuts() -> Iterator[None]:
    """SQLite waits for no disk: what a killed process loses stays the same, nothing."""

    def relax(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA synchronous=OFF")

    event.listen(Engine, "begin", relax)
    yield
    event.remove(Engine, "begin", relax)


@pytest.fixture
def production(here: Place, httpserver: HTTPServer) -> Place:
    """The same clinic in production, on a ledger that is stamped so."""
    with here.writing() as connection:
        meta = here.ledger_table("meta")
        connection.execute(meta.update().where(meta.c.key == "production").values(value="true"))
    url = httpserver.url_for("").rstrip("/")
    here.environ |= {
        "FISIOFLOW_ENV": "production",
        "RESEND_API_KEY": "re_test",
        "RESEND_FROM": "Clínica <avisos@example.com>",
        "RESEND_API_URL": url,
        "WHATSAPP_API_URL": url,
        "WHATSAPP_ACCESS_TOKEN": "token",
        "WHATSAPP_PHONE_NUMBER_ID": "123",
    }
    return here
