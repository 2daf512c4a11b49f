"""The demonstration: the six workflows on the demo clinic, on its own Monday, in its own database."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.clock import Clock
from fisioflow_cli.context.channels import outbox_folder
from fisioflow_cli.context.context import Context
from fisioflow_cli.context.databases import PLAIN, database_url
from fisioflow_cli.database import reading, writing
from fisioflow_cli.demo import MONDAY
from fisioflow_cli.demo import clinic as demo_clinic
from fisioflow_cli.engine.start import Request
from fisioflow_cli.errors import DemoRefused
from fisioflow_cli.gateways import outbox_page
from fisioflow_cli.workflows.registry import WORKFLOWS

if TYPE_CHECKING:
    from fisioflow_cli.engine.report import Report
    from fisioflow_cli.settings import Settings

OPENING = time(10, 30)
SHOWN = (
    "cleanup",
    "daily-reports",
    "birthdays",
    "weekly-summary",
    "expiring-vouchers",
    "data-integrity",
)
TEMPLATES = {
    "whatsapp_template_birthday": "fisioflow_aniversario",
    "whatsapp_template_voucher_expiry": "fisioflow_voucher_vence",
    "whatsapp_template_appointment_reminder": "fisioflow_lembrete",
}


@dataclass(frozen=True, kw_only=True)
class Demonstration:
    """The demo of one FISIOFLOW_HOME."""

    context: Context

    @classmethod
    def of(cls, settings: "Settings", *, watch: Callable[[str, int], None]) -> "Demonstration":
        """The demo under these settings; DemoRefused where it could touch anybody's data."""
        if settings.database_url is not None or settings.ledger_url is not None:
            raise DemoRefused(
                "The demo works on its own database only; unset DATABASE_URL and FISIOFLOW_LEDGER_URL."
            )
        if settings.environment != "development":
            raise DemoRefused(
                f"The demo works in development only, and this is {settings.environment}; set "
                "FISIOFLOW_ENV=development."
            )
        if settings.clinic_profile != PLAIN:
            raise DemoRefused(
                "The demo works on the plain clinic only; unset FISIOFLOW_CLINIC_PROFILE."
            )
        zone = ZoneInfo(settings.timezone)
        clock = Clock(starting_at=datetime.combine(MONDAY, OPENING, zone))
        own = settings.model_copy(
            update={**TEMPLATES, "send_window": "08:00-20:00", "allow_recipients": ()}
        )
        return cls(context=Context(settings=own, clock=clock, watch=watch))

    @property
    def database(self) -> Path:
        """The SQLite file of clinic and ledger."""
        return Path(database_url(self.context.settings).database or "")

    @property
    def program(self) -> str:
        """How to call this program again: `uv run` leaves it off the PATH of the shell it came from."""
        return "uv run fisioflow" if "UV_RUN_RECURSION_DEPTH" in os.environ else "fisioflow"

    @property
    def outbox(self) -> Path | None:
        """Where the messages are to be looked at."""
        return outbox_folder(self.context.settings)

    def build(self, *, fresh: bool) -> None:
        """Make sure that the demo clinic is there; DemoRefused if another one is."""
        if fresh and self.database.exists():
            self._forget()
        with self.context.databases() as databases:
            databases.prepare()
            engine = databases.clinic.engine
            with reading(engine) as connection:
                there = demo_clinic.present(connection)
            if not there:
                self._fill()

    def run_all(self) -> "list[Report]":
        """Start each of the six workflows; their reports."""
        shown = [workflow for workflow in WORKFLOWS if workflow.command in SHOWN]
        return [self.context.start(workflow, Request()) for workflow in shown]

    def _fill(self) -> None:
        with self.context.databases() as databases, writing(databases.clinic.engine) as connection:
            if not demo_clinic.vacant(connection):
                raise DemoRefused(
                    f"{self.database} holds a clinic that is not the demo's; "
                    "point FISIOFLOW_HOME at another folder."
                )
            demo_clinic.build(connection, monday=MONDAY)

    def _forget(self) -> None:
        with self.context.databases() as databases, reading(databases.clinic.engine) as connection:
            if not demo_clinic.present(connection):
                raise DemoRefused(
                    f"{self.database} is not the demo's, so --fresh leaves it alone; "
                    "point FISIOFLOW_HOME elsewhere."
                )
        for suffix in ("", "-wal", "-shm"):
            self.database.with_name(self.database.name + suffix).unlink(missing_ok=True)
        if self.outbox is not None and self.outbox.is_dir():
            _empty(self.outbox)


def _empty(outbox: Path) -> None:
    """Forget the messages, and nothing else: FISIOFLOW_OUTBOX may name anybody's folder."""
    for letter in outbox_page.read(outbox):
        for file in (letter.file, f"{letter.stem}.json"):
            (outbox / file).unlink(missing_ok=True)
    (outbox / "index.html").unlink(missing_ok=True)
