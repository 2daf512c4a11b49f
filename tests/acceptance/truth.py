"""What is true of a clinic's database, by SQL that shares nothing with the program."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, RowMapping, text

from tests.acceptance.contacts import usable

SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True, kw_only=True)
class Truth:
    """A connection in which the questions of `sql/` can be asked."""

    connection: Connection

    def ask(self, question: str) -> list[RowMapping]:
        """The rows of one question, as the database is now."""
        self._run("UPDATE asked SET present = :now", now=datetime.now(UTC))
        return list(self.connection.execute(text(_read(f"{question}.sql"))).mappings())

    def table(self, name: str, columns: str) -> set[tuple[object, ...]]:
        """Some columns of all rows of a table."""
        return {
            tuple(row) for row in self.connection.execute(text(f"SELECT {columns} FROM {name}"))
        }

    def fingerprint(self, name: str) -> object:
        """A table's number of rows and a sum over all they hold: the same, if nothing changed."""
        query = f"SELECT count(*), sum(hashtextextended(row::text, 0)) FROM {name} AS row"
        return tuple(self.connection.execute(text(query)).one())

    def _run(self, statement: str, **values: object) -> None:
        self.connection.execute(text(statement), values)


@contextmanager
def truth(engine: Engine, profile: str, *, slot: date, as_of: datetime) -> Iterator[Truth]:
    """Ready to answer for one day; `as_of` is the instant for which ages are counted."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in ("asked.sql", f"{profile.partition('-')[0]}/clinic.sql"):
            connection.execute(text(_read(name)))
        found = connection.execute(text(_read("contacts.sql"))).mappings()
        judged = [dict(row) for row in found if usable(row["kind"], row["typed"])]
        connection.execute(text("INSERT INTO usable VALUES (:kind, :typed)"), judged)
        connection.execute(text("ANALYZE usable"))
        connection.execute(
            text("INSERT INTO asked VALUES (:slot, :as_of, now())"), {"slot": slot, "as_of": as_of}
        )
        for name in ("reach.sql", "periods.sql", "readers.sql"):
            connection.execute(text(_read(name)))
        yield Truth(connection=connection)


def _read(name: str) -> str:
    return (SQL / name).read_text(encoding="utf-8")
