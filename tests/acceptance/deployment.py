"""A clinic's deployment under test: its database, its settings, and the real command line."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL


@dataclass(frozen=True, kw_only=True)
class Started:
    """What one start came to."""

    code: int
    document: dict[str, Any]

    @property
    def result(self) -> dict[str, Any]:
        return dict(self.document["result"])

    @property
    def outcomes(self) -> dict[str, int]:
        """How many candidates were reached by which channel, and skipped for which reason."""
        counted = {**self.result["by_channel"], **self.result["skipped"]}
        return {name: count for name, count in counted.items() if count}


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """The environment of scheduled commands: theirs, and nothing of this machine's."""

    environment: dict[str, str]

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `fisioflow` as cron would, and do not wait for it."""
        measured = {name: value for name, value in os.environ.items() if name[:9] == "COVERAGE_"}
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "fisioflow_cli", *arguments, "--json"],
            env={**self.environment, **measured},
            cwd=self.environment["HOME"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(self, *arguments: str) -> Started:
        """Start a command and wait for its end."""
        return ended(self.begin(*arguments))


def ended(process: subprocess.Popen[str]) -> Started:
    """What a command came to that was begun earlier."""
    out, err = process.communicate(timeout=600)
    assert out, f"exit code {process.returncode}: {err}"
    return Started(code=process.returncode, document=json.loads(out))


def production(url: URL, profile: str, providers: str, home: Path) -> Deployment:
    """A deployment that sends to these providers, at any hour."""
    return Deployment(
        environment={
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "SHELL": "/bin/sh",
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "FISIOFLOW_ENV": "production",
            "FISIOFLOW_CLINIC_PROFILE": profile,
            "FISIOFLOW_SEND_WINDOW": "always",
            "FISIOFLOW_EMAIL_PER_SECOND": "1000",
            "FISIOFLOW_WHATSAPP_PER_SECOND": "1000",
            "RESEND_API_KEY": "re_acceptance",
            "RESEND_FROM": "Clínica <avisos@example.com>",
            "RESEND_API_URL": providers,
            "WHATSAPP_API_URL": f"{providers}/v25.0",
            "WHATSAPP_ACCESS_TOKEN": "acceptance",
            "WHATSAPP_PHONE_NUMBER_ID": "1",
            "WHATSAPP_TEMPLATE_BIRTHDAY": "aniversario",
            "WHATSAPP_TEMPLATE_VOUCHER_EXPIRY": "vencimento",
        }
    )
