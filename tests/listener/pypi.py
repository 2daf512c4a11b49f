"""The `inngest` package of PyPI, in a process of its own, as an application uses it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parent / "clients" / "send.py"


def send(way: str, events: list[dict[str, Any]], env: Mapping[str, str]) -> dict[str, Any]:
    """What `send(events)` came to in a process with these variables: ids or error."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), way],
        input=json.dumps(events),
        env={"PATH": os.environ["PATH"], **env},
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
