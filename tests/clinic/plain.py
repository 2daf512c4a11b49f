"""The plain clinic, opened: what the functions of `fisioflow_cli.clinic` work on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Table, insert

from fisioflow_cli.clinic import schema
from fisioflow_cli.clinic.clinic import Clinic
from fisioflow_cli.clinic.profile import load_profile
from fisioflow_cli.database import open_database, parse_url, writing


@contextmanager
def plain_clinic(url: str, *, may_change: bool = True) -> Iterator[Clinic]:
    """An empty plain clinic in a new database; organizations are in São Paulo."""
    engine = open_database(parse_url(url))
    schema.create(engine)
    try:
        yield Clinic(
            engine=engine,
            profile=load_profile("fisioflow"),
            timezone="America/Sao_Paulo",
            may_change=may_change,
        )
    finally:
        engine.dispose()


def add(clinic: Clinic, table: Table, *rows: dict[str, Any]) -> None:
    with writing(clinic.engine) as connection:
        for row in rows:
            connection.execute(insert(table), row)
