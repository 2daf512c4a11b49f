"""A real clinic database under test: rows in, relation rows out."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, Engine, select, text

from fisioflow_cli.clinic.profile import Profile, load_profile
from fisioflow_cli.database import open_database, reading, writing
from tests.clinic import real_schema
from tests.postgres import empty_database

SAO_PAULO = "America/Sao_Paulo"


@dataclass(frozen=True, kw_only=True)
class RealClinic:
    """One of the real databases, with its profile."""

    engine: Engine
    name: str
    profile: Profile

    def empty(self) -> "RealClinic":
        """The same clinic without a row: quicker than another database."""
        tables = real_schema.facts(self.name).tables
        with writing(self.engine) as connection:
            connection.execute(text("; ".join(f"DELETE FROM {table}" for table in tables)))
        return self

    def insert(self, table: str, **values: Any) -> str:
        """Insert one row and return its id; what is not given is null or says nothing."""
        columns = real_schema.facts(self.name).tables[table]
        if "id" in columns:
            values.setdefault("id", someone())
        names = ", ".join(f'"{name}"' for name in values)
        # as text, so that PostgreSQL reads it as it would from anybody
        marks = ", ".join(f"CAST(:{name} AS {columns[name].type})" for name in values)
        with writing(self.engine) as connection:
            connection.execute(
                text(f"INSERT INTO {table} ({names}) VALUES ({marks})"),
                {name: _as_text(value) for name, value in values.items()},
            )
        return str(values.get("id"))

    def rows(self, relation: str, timezone: str = SAO_PAULO, **where: Any) -> list[Any]:
        """The rows of a relation whose columns have these values."""
        table = self.profile.relation(relation, timezone)
        query = select(table).where(*(table.c[name] == value for name, value in where.items()))
        with reading(self.engine) as connection:
            return list(connection.execute(query))

    def row(self, relation: str, row_id: str, timezone: str = SAO_PAULO) -> Any:
        """The one row with this id."""
        [found] = self.rows(relation, timezone, id=row_id)
        return found

    def execute(self, statement: str, **values: Any) -> int:
        """Run a statement and return how many rows it changed."""
        with writing(self.engine) as connection:
            return connection.execute(text(statement), values).rowcount

    def record(self, table: str, row_id: str) -> Any:
        """The row of a table itself, not of a relation."""
        with reading(self.engine) as connection:
            found = connection.execute(
                text(f"SELECT * FROM {table} WHERE id = :id"), {"id": row_id}
            )
            return found.one()

    def values(self, query: str, **parameters: Any) -> list[str]:
        """The first column of a query, as text."""
        with reading(self.engine) as connection:
            return [str(value) for value in connection.execute(text(query), parameters).scalars()]


def someone() -> str:
    """A new id that stands in no table."""
    return str(uuid.uuid4())


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, bool | dict | list) else str(value)


@contextmanager
def real_clinic(server: URL, name: str) -> Iterator[RealClinic]:
    """An empty database of this kind, in a zone that must not change what is read."""
    with empty_database(server) as url:
        engine = open_database(url)
        try:
            real_schema.create(engine, name)
            with writing(engine) as connection:
                connection.execute(
                    text(f"ALTER DATABASE {url.database} SET timezone = 'Asia/Tokyo'")
                )
            engine.dispose()
            yield RealClinic(engine=engine, name=name, profile=load_profile(name))
        finally:
            engine.dispose()
