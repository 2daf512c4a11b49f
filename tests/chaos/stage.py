"""The stage of one scenario: its databases, its providers, and processes started there."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.chaos import clinic, moments
from tests.chaos.moments import Moment
from tests.chaos.places import Place
from tests.chaos.providers import Providers

ROOT = Path(__file__).parents[2]


@dataclass(kw_only=True)
class Driver:
    """The forking process of driver.py."""

    process: "subprocess.Popen[str]"

    def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        """Its answer to an order."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def running_driver() -> Iterator[Driver]:
    """A driver, with nothing of the tests' environment but where Python is."""
    command = [sys.executable, "-m", "tests.chaos.driver"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Driver(process=process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A process that is over."""

    code: int
    """As `subprocess` gives it: minus the signal's number if one killed it."""
    stdout: str
    stderr: str
    moments: list[Moment]

    @property
    def was_killed(self) -> bool:
        """Whether SIGKILL ended it."""
        return self.code == -signal.SIGKILL

    @property
    def report(self) -> dict[str, Any]:
        """The document that `--json` printed."""
        found: dict[str, Any] = json.loads(self.stdout)
        return found


@dataclass(frozen=True, kw_only=True)
class Started:
    """A process at work."""

    driver: Driver
    pid: int
    folder: Path

    def wait_until_stopped(self) -> None:
        """Return once it has stopped itself with SIGSTOP."""
        code = self.driver.ask({"wait": self.pid, "stopped": True})["code"]
        assert code is None, f"it ended with {code} and did not stop: {self._read('stderr')}"

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def wait(self) -> Ended:
        """Wait for its end."""
        code = self.driver.ask({"wait": self.pid, "stopped": False})["code"]
        return Ended(
            code=code,
            stdout=self._read("stdout"),
            stderr=self._read("stderr"),
            moments=moments.read(self.folder / "moments"),
        )

    def _read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


@dataclass(kw_only=True)
class Stage:
    """Everything of one scenario."""

    driver: Driver
    providers: Providers
    place: Place
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    """Environment variables beside those that every scenario has."""
    ahead: timedelta = field(default_factory=lambda: clinic.NOW - datetime.now(UTC))
    """How far the clocks of its processes are ahead of the true one: all alike."""
    starts: int = 0

    def pass_time(self, duration: timedelta) -> None:
        """Let it be so much later than the scenario's beginning, here and at the providers."""
        self.ahead = clinic.NOW + duration - datetime.now(UTC)
        self.providers.pass_time(duration)

    def start(
        self,
        *argv: str,
        at: int | str | None = None,
        number: signal.Signals = signal.SIGKILL,
        everywhere: bool = False,
        stdin: str | None = None,
        as_json: bool = True,
    ) -> Started:
        """Start `fisioflow argv… --json`, which sends itself a signal at moment `at`.

        With `everywhere` the moments of all its threads count.
        """
        self.starts += 1
        folder = self.folder / str(self.starts)
        folder.mkdir()
        order = {
            "argv": [*argv, "--json"] if as_json else list(argv),
            "environ": self._environ(),
            "folder": str(folder),
            "ahead": self.ahead.total_seconds(),
            "at": at,
            "signal": int(number),
            "everywhere": everywhere,
            "stdin": stdin,
        }
        pid = self.driver.ask(order)["pid"]
        return Started(driver=self.driver, pid=pid, folder=folder)

    def run(self, *argv: str, **how: Any) -> Ended:
        """Start it and wait for its end."""
        return self.start(*argv, **how).wait()

    def received(self) -> Counter[tuple[str, str]]:
        """How many messages each person got, by channel and address."""
        return Counter((message.channel, message.to) for message in self.providers.messages)

    def _environ(self) -> dict[str, str]:
        home = str(self.folder)
        return {
            "PATH": os.defpath,
            "HOME": home,
            "XDG_DATA_HOME": home,
            "TZ": "UTC",
            "FISIOFLOW_DEBUG": "1",
            # No TLS here: an empty folder spares every start the reading of the certificates.
            "SSL_CERT_DIR": home,
            "FISIOFLOW_ENV": "production",
            "FISIOFLOW_SEND_WINDOW": "always",
            "FISIOFLOW_EMAIL_PER_SECOND": "1000",
            "FISIOFLOW_WHATSAPP_PER_SECOND": "1000",
            "FISIOFLOW_PUSH_PER_SECOND": "1000",
            "RESEND_API_KEY": "re_chaos",
            "RESEND_FROM": "Clínica <avisos@example.com>",
            "RESEND_API_URL": self.providers.url,
            "WHATSAPP_ACCESS_TOKEN": "chaos",
            "WHATSAPP_PHONE_NUMBER_ID": "1",
            "WHATSAPP_API_URL": self.providers.url,
            "WHATSAPP_TEMPLATE_BIRTHDAY": "aniversario",
            "WHATSAPP_TEMPLATE_VOUCHER_EXPIRY": "voucher",
            **self.place.environ,
            **self.settings,
        }
