"""Where a scenario happens: fresh databases, each a copy of one that was filled once."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Engine, create_engine, insert, text

from fisioflow_cli.clinic import schema
from fisioflow_cli.database import open_database, writing
from fisioflow_cli.ledger import schema as ledger_schema
from fisioflow_cli.ledger.tables import tables_for
from tests.chaos import clinic


@dataclass(frozen=True, kw_only=True)
class Place:
    """One scenario's databases."""

    clinic: Engine
    ledger: Engine

    @property
    def environ(self) -> dict[str, str]:
        """The settings that name them."""
        found = {"DATABASE_URL": self.clinic.url.render_as_string(hide_password=False)}
        if self.ledger is not self.clinic:
            found["FISIOFLOW_LEDGER_URL"] = self.ledger.url.render_as_string(hide_password=False)
        return found


class Places(Protocol):
    """A kind of database, filled once and copied for each scenario."""

    def fresh(self, *, elsewhere: bool = False) -> AbstractContextManager[Place]:
        """A copy, with the ledger in the clinic's database or elsewhere."""


class SqlitePlaces:
    """SQLite files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name, build in BUILDERS.items():
            with _engine(URL.create("sqlite", database=str(folder / f"{name}.db"))) as engine:
                build(engine)

    @contextmanager
    def fresh(self, *, elsewhere: bool = False) -> Iterator[Place]:
        """Copied files."""
        folder = self._folder / uuid.uuid4().hex
        folder.mkdir()
        urls = []
        for name in _names(elsewhere):
            shutil.copy(self._folder / f"{name}.db", folder)
            urls.append(URL.create("sqlite", database=str(folder / f"{name}.db")))
        with _opened(urls) as place:
            yield place
        shutil.rmtree(folder)


class PostgresPlaces:
    """Databases on one PostgreSQL server; `close` drops what they were copied from."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._administrator = create_engine(server, isolation_level="AUTOCOMMIT")
        self._prefix = f"fisioflow_chaos_{uuid.uuid4().hex[:8]}"
        for name, build in BUILDERS.items():
            self._run(f"CREATE DATABASE {self._prefix}_{name}")
            with _engine(server.set(database=f"{self._prefix}_{name}")) as engine:
                build(engine)

    @contextmanager
    def fresh(self, *, elsewhere: bool = False) -> Iterator[Place]:
        """Copied databases."""
        copies = {name: f"{self._prefix}_{uuid.uuid4().hex[:8]}" for name in _names(elsewhere)}
        for name, copy in copies.items():
            self._run(f"CREATE DATABASE {copy} TEMPLATE {self._prefix}_{name}")
        with _opened([self._server.set(database=copy) for copy in copies.values()]) as place:
            yield place
        for copy in copies.values():
            self._run(f"DROP DATABASE {copy} WITH (FORCE)")

    def close(self) -> None:
        """Drop the originals."""
        for name in BUILDERS:
            self._run(f"DROP DATABASE {self._prefix}_{name} WITH (FORCE)")
        self._administrator.dispose()

    def _run(self, statement: str) -> None:
        with self._administrator.connect() as connection:
            connection.execute(text(statement))


def _names(elsewhere: bool) -> tuple[str, ...]:
    return ("clinic", "ledger") if elsewhere else ("both",)


@contextmanager
def _opened(urls: list[URL]) -> Iterator[Place]:
    """The place of one database that holds both, or of two."""
    engines = [open_database(url) for url in urls]
    try:
        yield Place(clinic=engines[0], ledger=engines[-1])
    finally:
        for engine in engines:
            engine.dispose()


@contextmanager
def _engine(url: URL) -> Iterator[Engine]:
    engine = open_database(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _build_clinic(engine: Engine) -> None:
    schema.create(engine)
    with writing(engine) as connection:
        clinic.fill(connection)


def _build_ledger(engine: Engine) -> None:
    """A production ledger with one delivery so old that its text is to be forgotten."""
    ledger_schema.upgrade(engine, production=True)
    with writing(engine) as connection:
        connection.execute(insert(tables_for(engine.dialect.name).deliveries), clinic.OLD_DELIVERY)


def _build_both(engine: Engine) -> None:
    _build_clinic(engine)
    _build_ledger(engine)


BUILDERS = {"clinic": _build_clinic, "ledger": _build_ledger, "both": _build_both}
