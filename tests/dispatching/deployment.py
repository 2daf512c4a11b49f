"""A production deployment of the plain clinic, with the real command line and local providers."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from fisioflow_cli.clinic import schema
from fisioflow_cli.database import open_database, parse_url, reading, writing
from fisioflow_cli.demo import clinic as demo
from fisioflow_cli.ledger.tables import tables_for
from tests.dispatching.mixture import Person

MONDAY = date(2026, 3, 2)


@dataclass(frozen=True, kw_only=True)
class Dispatched:
    """What one dispatch came to."""

    code: int
    lines: list[dict[str, Any]]
    """What `--json` printed, a document per line."""
    stderr: str

    def ids(self, status: str) -> set[str]:
        return {line["event_id"] for line in self.lines if line["status"] == status}


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One database, its clinic, and the environment of its commands."""

    url: str
    home: Path
    providers: str

    def run(self, *argv: str, stdin: bytes = b"", timeout: float = 900) -> Dispatched:
        """Start `fisioflow ARGV --json` and wait for its end."""
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "fisioflow_cli", *argv, "--json"],
            env=self.environ(),
            cwd=self.home,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=timeout,
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return Dispatched(code=done.returncode, lines=lines, stderr=done.stderr.decode())

    def begin(self, *argv: str) -> subprocess.Popen[bytes]:
        """Start it, and do not wait."""
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "fisioflow_cli", *argv, "--json"],
            env=self.environ(),
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def environ(self) -> dict[str, str]:
        """The variables of a deployment, and nothing of this machine's."""
        measured = {name: value for name, value in os.environ.items() if name[:9] == "COVERAGE_"}
        return {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "FISIOFLOW_HOME": str(self.home),
            "DATABASE_URL": self.url,
            "FISIOFLOW_ENV": "production",
            "FISIOFLOW_SEND_WINDOW": "always",
            "FISIOFLOW_EMAIL_PER_SECOND": "1000",
            "FISIOFLOW_WHATSAPP_PER_SECOND": "1000",
            "RESEND_API_KEY": "re_dispatching",
            "RESEND_FROM": "Clínica <avisos@example.com>",
            "RESEND_API_URL": self.providers,
            "WHATSAPP_API_URL": f"{self.providers}/v25.0",
            "WHATSAPP_ACCESS_TOKEN": "dispatching",
            "WHATSAPP_PHONE_NUMBER_ID": "1",
            **measured,
        }

    def build(self) -> "list[Person]":
        """Create ledger and clinic, fill the clinic; its people who may get notifications."""
        done = subprocess.run(
            [sys.executable, "-m", "fisioflow_cli", "db", "upgrade"],
            env=self.environ(),
            cwd=self.home,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        engine = open_database(parse_url(self.url))
        with writing(engine) as connection:
            demo.build(connection, monday=MONDAY)
            connection.execute(schema.preferences.delete())  # no quiet hours in this trial
        s = schema.staff
        with reading(engine) as connection:
            rows = connection.execute(
                select(s.c.user_id, s.c.organization_id, s.c.email).where(s.c.active)
            ).all()
        engine.dispose()
        return [
            Person(user_id=user, organization_id=organization, email=email, phone="+5511988887777")
            for user, organization, email in rows
            if user and email
        ]

    def events(self) -> Counter[str]:
        """How many events there are in each status."""
        return self._count("events", "status")

    def deliveries(self) -> Counter[str]:
        """How many messages there are in each state."""
        return self._count("deliveries", "state")

    def _count(self, table: str, column: str) -> Counter[str]:
        engine = open_database(parse_url(self.url))
        kept = getattr(tables_for(engine.dialect.name), table)
        with reading(engine) as connection:
            found = Counter(connection.scalars(select(kept.c[column])))
        engine.dispose()
        return found
