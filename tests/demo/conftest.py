"""The demo clinic in a new database, once of each kind."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from fisioflow_cli.clinic import schema
from fisioflow_cli.database import open_database, parse_url, reading, writing
from fisioflow_cli.demo import MONDAY
from fisioflow_cli.demo.clinic import build


@pytest.fixture
def empty(database_url: str) -> Iterator[Engine]:
    """The plain clinic's tables without a row."""
    engine = open_database(parse_url(database_url))
    schema.create(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def demo(empty: Engine) -> Iterator[Connection]:
    """A reader of the built demo clinic."""
    with writing(empty) as connection:
        build(connection, monday=MONDAY)
    with reading(empty) as connection:
        yield connection
