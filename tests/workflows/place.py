"""A clinic's deployment in this process: its database, its settings, its outbox, its commands."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select

from fisioflow_cli import settings
from fisioflow_cli.clinic import schema
from fisioflow_cli.clock import Clock
from fisioflow_cli.context.context import Context, unheard, unwatched
from fisioflow_cli.context.databases import open_databases
from fisioflow_cli.database import open_database, parse_url, reading, writing
from fisioflow_cli.engine.report import Report
from fisioflow_cli.engine.start import Request
from fisioflow_cli.gateways import outbox_page
from fisioflow_cli.ledger.tables import tables_for
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.workflows.people import NOW

TEMPLATES = {
    "WHATSAPP_TEMPLATE_BIRTHDAY": "aniversario",
    "WHATSAPP_TEMPLATE_VOUCHER_EXPIRY": "voucher_vence",
    "WHATSAPP_TEMPLATE_APPOINTMENT_REMINDER": "lembrete",
    "WHATSAPP_TEMPLATE_APPOINTMENT_CONFIRMATION": "confirmacao",
    "WHATSAPP_TEMPLATE_APPOINTMENT_CANCELLATION": "cancelamento",
}
Contents = dict[str, list[dict[str, Any]]]


@dataclass(kw_only=True)
class Place:
    """One deployment; `environ` is what its commands find in their environment."""

    url: str
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    def create(self) -> "Place":
        """The plain clinic and the ledger, both empty."""
        databases = open_databases(self.settings(), Clock())
        databases.upgrade()
        databases.close()
        return self

    @property
    def given(self) -> dict[str, str]:
        """What a process of it finds in its environment."""
        own = {"DATABASE_URL": self.url, "FISIOFLOW_HOME": str(self.folder)}
        return {**own, **TEMPLATES, **self.environ}

    def settings(self, **environ: str) -> settings.Settings:
        return settings.load({**self.given, **environ}, self.folder)

    def copy_profile(self, *leave_out: str) -> None:
        """Let a copy of the plain profile be used, as a user makes one, without these sections.

        Sections are `relations.payments`, `cleanup.sessions`, `writes.expire_waitlist_offer`, …
        """
        profile = files("fisioflow_cli.clinic").joinpath("profiles", "fisioflow.toml").read_text()
        for section in leave_out:
            table, _, name = section.partition(".")
            pattern = (
                rf"^\[cleanup\.{name}\]\n(?:.+\n)+"
                if table == "cleanup"
                else rf"^{name} = ('''|\"\"\").*?\1\n"
            )
            profile, count = re.subn(
                pattern,
                "",
                profile,
                flags=re.MULTILINE | re.DOTALL if table != "cleanup" else re.MULTILINE,
            )
            assert count == 1, section
        path = self.folder / "mine.toml"
        path.write_text(profile, encoding="utf-8")
        self.environ["FISIOFLOW_CLINIC_PROFILE"] = str(path)

    def start(
        self,
        command: str,
        *,
        at: datetime = NOW,
        env: dict[str, str] | None = None,
        watch: Callable[[str, int], None] = unwatched,
        **request: Any,
    ) -> Report:
        """Start a workflow at this time."""
        workflow = next(workflow for workflow in WORKFLOWS if workflow.command == command)
        return self.context(at=at, env=env, watch=watch).start(workflow, Request(**request))

    def context(
        self,
        *,
        at: datetime = NOW,
        env: dict[str, str] | None = None,
        watch: Callable[[str, int], None] = unwatched,
        noted: Callable[[str], None] = unheard,
    ) -> Context:
        """What a command works with at this time."""
        return Context(
            settings=self.settings(**(env or {})),
            clock=Clock(starting_at=at),
            watch=watch,
            noted=noted,
        )

    def result(self, command: str, **start: Any) -> dict[str, Any]:
        """The result of a start."""
        return dict(self.start(command, **start).result)

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        engine = open_database(parse_url(self.url))
        try:
            yield engine
        finally:
            engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.engine() as engine, writing(engine) as connection:
            yield connection

    def add(self, table: Table, *rows: dict[str, Any]) -> None:
        with self.writing() as connection:
            for row in rows:
                connection.execute(insert(table), row)

    def change(self, table: Table, row_id: str, **values: Any) -> None:
        with self.writing() as connection:
            connection.execute(table.update().where(table.c.id == row_id).values(**values))

    def remove(self, table: Table, row_id: str) -> None:
        with self.writing() as connection:
            connection.execute(table.delete().where(table.c.id == row_id))

    def rows(self, table: Table) -> list[dict[str, Any]]:
        with self.engine() as engine, reading(engine) as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]

    def ids(self, table: Table) -> list[str]:
        return sorted(row["id"] for row in self.rows(table))

    def ledger(self, name: str) -> list[dict[str, Any]]:
        """The rows of one of the ledger's tables."""
        return self.rows(self.ledger_table(name))

    def ledger_table(self, name: str) -> Table:
        table = getattr(tables_for(parse_url(self.url).get_backend_name()), name)
        assert isinstance(table, Table)
        return table

    def deliveries(self) -> dict[str, str]:
        """What became of each message: `sent email`, `skipped minor`, `pending`; by key."""
        return {
            row["message_key"]: " ".join(
                filter(None, (row["state"], row["reason"] if row["state"] != "sent" else None))
            )
            + (f" {row['channel']}" if row["state"] == "sent" else "")
            for row in self.ledger("deliveries")
        }

    def letters(self) -> dict[str, outbox_page.Letter]:
        """The messages in the outbox, by recipient."""
        found = outbox_page.read(self.outbox) if self.outbox.is_dir() else []
        return {letter.to: letter for letter in found}

    def page(self, to: str) -> str:
        """The HTML of the e-mail to somebody."""
        return (self.outbox / self.letters()[to].file).read_text(encoding="utf-8")

    def text(self, to: str) -> str:
        """The plain text of the e-mail to somebody, its runs of spaces made one."""
        payloads = [
            json.loads(row["payload"]) for row in self.ledger("deliveries") if row["payload"]
        ]
        [found] = [payload["preview"]["text"] for payload in payloads if payload["to"] == to]
        return re.sub(" +", " ", found)

    def contents(self) -> Contents:
        """Every row of every table, the ledger's too; and every file but the database's own."""
        found: Contents = {"files": [{"names": self._files()}]}
        with self.engine() as engine, reading(engine) as connection:
            for table in (*clinic_tables(), *ledger_tables(engine.dialect.name)):
                rows = connection.execute(select(table)).mappings()
                found[str(table)] = sorted((dict(row) for row in rows), key=str)
        return found

    def _files(self) -> list[str]:
        files = [path for path in self.folder.rglob("*") if ".db" not in path.name]
        return sorted(str(path.relative_to(self.folder)) for path in files)


def clinic_tables() -> list[Table]:
    """The plain clinic's tables."""
    return list(schema.METADATA.sorted_tables)


def ledger_tables(dialect: str) -> list[Table]:
    """The ledger's tables."""
    return list(tables_for(dialect).metadata.sorted_tables)
