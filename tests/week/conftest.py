"""Weeks that have been lived through: each once, for all the tests that look at it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import Connection, Engine, event

from fisioflow_cli.clinic import schema
from tests import postgres
from tests.week.clinic import furnish
from tests.week.scheduler import Start, every, github, quiet_sunday
from tests.week.world import World
from tests.workflows.people import organization
from tests.workflows.place import Place

WEEKS: dict[str, tuple[Callable[[], list[Start]], str]] = {
    "github": (lambda: github(4), "sqlite"),
    "due": (lambda: every(90), "sqlite"),
    "due every half hour": (lambda: every(30), "sqlite"),
    "github on postgresql": (lambda: github(4), "postgresql"),
    "due on postgresql": (lambda: every(30), "postgresql"),
    **{f"github {n}": (lambda n=n: github(n), "sqlite") for n in range(5, 11)},  # type: ignore[misc]  # n is bound
}
BY_DEFAULT = ("github", "due")
LOOKS = timedelta(hours=5)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=[] if name in BY_DEFAULT else [pytest.mark.long]) for name in WEEKS
    ],
)
def week(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    make_httpserver: HTTPServer,
) -> Iterator[World]:
    """A week in production, over."""
    starts, kind = WEEKS[request.param]
    folder = tmp_path_factory.mktemp("week")
    make_httpserver.clear()
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'clinic.db'}"
        if kind == "postgresql":
            server = request.getfixturevalue("postgres_server")
            database = stack.enter_context(postgres.empty_database(server))
            url = database.render_as_string(hide_password=False)
        event.listen(Engine, "begin", _relax)
        stack.callback(event.remove, Engine, "begin", _relax)
        place = Place(url=url, folder=folder, environ=_production(make_httpserver)).create()
        place.add(schema.organizations, organization())
        furnish(place)
        world = World(place=place)
        world.stand_in(make_httpserver)
        world.live([*quiet_sunday(), *starts()], look_every=LOOKS)
        yield world


def _production(server: HTTPServer) -> dict[str, str]:
    return {
        "FISIOFLOW_ENV": "production",
        "RESEND_API_KEY": "re_test",
        "RESEND_FROM": "Clínica <avisos@example.com>",
        "RESEND_API_URL": server.url_for("").rstrip("/"),
        "FISIOFLOW_EMAIL_PER_SECOND": "1000",
    }


def _relax(connection: Connection) -> None:
    """SQLite waits for no disk: nobody pulls the plug here."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA synchronous=OFF")
