"""The command line as a user has it: another process, nothing of this machine's settings in it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEPT = ("PATH", "HOME", "XDG_DATA_HOME", "TZ", "NO_COLOR")


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a command left behind."""

    rc: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.stdout)


def run_cli(
    *args: str,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    stdin: str | None = None,
    timeout: float = 120,
) -> Done:
    """Run `fisioflow ARGS` in `folder` (default: the test's own home) with these variables only.

    HOME and XDG_DATA_HOME are those that conftest pins. Warnings are errors; stdin is no terminal.
    """
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "fisioflow_cli", *args],
        env={**kept, **measured, **(env or {})},
        cwd=folder or Path.home(),
        input=stdin or "",
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    return Done(rc=done.returncode, stdout=done.stdout, stderr=done.stderr)
