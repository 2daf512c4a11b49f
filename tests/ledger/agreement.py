"""Whether a database has what the statements use: tables, columns, types, indexes and their names."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from fisioflow_cli.ledger.tables import SCHEMA, tables_for


def differences(engine: Engine) -> list[Any]:
    """What Alembic would have to change, apart from tables that are not ours."""
    metadata = tables_for(engine.dialect.name).metadata
    own = {table.name for table in metadata.tables.values()}

    def is_ours(name: str | None, kind: str, parents: object) -> bool:
        del parents
        if kind == "schema":
            return name == (SCHEMA if engine.dialect.name == "postgresql" else None)
        return kind != "table" or name in own

    opts = {"compare_type": True, "include_schemas": True, "include_name": is_ours}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, metadata))


def misnamed(engine: Engine) -> set[str | None]:
    """The indexes and unique constraints whose names differ, and the columns whose order does."""
    inspector = inspect(engine)
    wrong: set[str | None] = set()
    for table in tables_for(engine.dialect.name).metadata.tables.values():
        made = {
            i["name"]: i["column_names"] for i in inspector.get_indexes(table.name, table.schema)
        }
        unique = inspector.get_unique_constraints(table.name, table.schema)
        written = {str(index.name): index.columns.keys() for index in table.indexes}
        for constraint in unique:  # PostgreSQL shows them as indexes too
            made.pop(constraint["name"], None)
        wrong |= {
            name for name in made.keys() | written if made.get(name) != written.get(str(name))
        }
        named = {str(c.name) for c in table.constraints if c.name}
        wrong |= {constraint["name"] for constraint in unique} ^ named
    return wrong
