"""A real clinic database full of invented people, in the formats those databases really hold."""

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from psycopg import Cursor
from sqlalchemy import Engine, text

from tests.clinic import real_data_neon, real_data_supabase
from tests.clinic.real_people import Dice, Row, Size
from tests.clinic.real_schema import NEON, SUPABASE

TABLES: Mapping[str, Callable[[Dice, Size], Iterable[tuple[str, list[Row]]]]] = {
    SUPABASE: real_data_supabase.tables,
    NEON: real_data_neon.tables,
}


def fill(
    engine: Engine,
    name: str,
    *,
    patients: int = 20_000,
    organizations: int = 40,
    today: date,
    seed: int = 2026,
) -> None:
    """Fill the tables that `real_schema.create` has built; the same seed gives the same rows."""
    size = Size(patients=patients, organizations=organizations, today=today)
    raw = engine.raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    try:
        with driver.cursor() as cursor:
            for table, rows in TABLES[name](Dice(random.Random(seed)), size):
                _copy(cursor, table, rows)
        raw.commit()
    finally:
        raw.close()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _copy(cursor: Cursor, table: str, rows: list[Row]) -> None:
    columns = list(rows[0])
    names = ", ".join(f'"{name}"' for name in columns)
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in columns])
