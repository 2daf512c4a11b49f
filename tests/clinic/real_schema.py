"""The two real clinic databases, built from their published columns (`facts/*.json`)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, text

SUPABASE = "supabase-2026-01"
NEON = "neon-2026-08"
FACTS = Path(__file__).parent / "facts"
# Only for columns that must not be null, so that a test writes just what it is about. No flag
# refuses, no text says anything.
DEFAULTS = {
    "uuid": "gen_random_uuid()",
    "boolean": "true",
    "date": "'2026-01-05'",
    "time": "'09:00'",
    "timestamp": "'2026-01-05 12:00'",
    "timestamptz": "'2026-01-05 12:00+00'",
    "jsonb": "'[]'",
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as published."""

    type: str
    null: bool


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is published of one database."""

    enums: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, Mapping[str, Column]]


@cache
def facts(name: str) -> Facts:
    """The published columns of `supabase-2026-01` or `neon-2026-08`."""
    raw = json.loads((FACTS / f"{name}.json").read_text(encoding="utf-8"))
    return Facts(
        enums={enum: tuple(values) for enum, values in raw["enums"].items()},
        tables={
            table: {
                column: Column(type=fact["type"], null=fact["null"])
                for column, fact in columns.items()
            }
            for table, columns in raw["tables"].items()
        },
    )


def create(engine: Engine, name: str) -> None:
    """Build the empty tables. No foreign keys and no further indexes: none are published."""
    known = facts(name)
    statements = []
    for enum, values in known.enums.items():
        labels = ", ".join(f"'{value}'" for value in values)
        statements.append(f"CREATE TYPE {enum} AS ENUM ({labels})")
    for table, columns in known.tables.items():
        lines = [_definition(known, column, fact) for column, fact in columns.items()]
        statements.append(f"CREATE TABLE {table} ({', '.join(lines)})")
    with engine.begin() as connection:
        connection.execute(text(";\n".join(statements)))


def _definition(known: Facts, name: str, column: Column) -> str:
    key = " PRIMARY KEY" if name == "id" else ""
    rule = "" if column.null else f" NOT NULL DEFAULT {_default(known, column.type)}"
    return f'"{name}" {column.type}{rule}{key}'


def _default(known: Facts, kind: str) -> str:
    if kind.endswith("[]"):
        return "'{}'"
    if kind in known.enums:
        return f"'{known.enums[kind][0]}'"
    if kind.startswith(("integer", "smallint", "numeric", "double")):
        return "0"
    return DEFAULTS.get(kind, "''")
