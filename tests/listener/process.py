"""`fisioflow listen`, or another command that listens, as a process of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.cli import KEPT

READY = re.compile(r" *(?:Listening on|Events for|Dashboard on) http://(.+?):(\d+)/")


@dataclass(kw_only=True)
class Listening:
    """A listener that has said where it listens."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    """What it has said on stderr."""
    port: int = 0
    _ready: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def end(self, number: signal.Signals) -> int:
        """Send it this signal; its exit code, negative if the signal itself ended it."""
        self.process.send_signal(number)
        return self.process.wait(timeout=30)

    def hear(self) -> None:
        """Note every line, until the process ends."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))
            if found := READY.match(line):
                self.port = int(found[2])
                self._ready.set()
        self._ready.set()

    def wait_for(self, part: str) -> str:
        """The first line that it says with this in it."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if found := [line for line in self.lines if part in line]:
                return found[0]
            time.sleep(0.02)
        raise AssertionError(self.lines)

    def wait_until_ready(self) -> None:
        """Until it has said where it listens, or has ended."""
        assert self._ready.wait(timeout=60)
        assert self.port, self.lines


@contextmanager
def listening(*args: str, env: Mapping[str, str], command: str = "listen") -> Iterator[Listening]:
    """`fisioflow listen --port 0 ARGS` with these settings only; gone at the end in any case."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    program = [sys.executable, "-W", "error", "-m", "fisioflow_cli"]
    with subprocess.Popen(
        [*program, command, "--port", "0", *args],
        env={**kept, **measured, **env},
        cwd=os.environ["HOME"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        found = Listening(process=process)
        hearing = threading.Thread(target=found.hear)
        hearing.start()
        try:
            found.wait_until_ready()
            yield found
        finally:
            process.kill()
            process.wait()
            hearing.join()
