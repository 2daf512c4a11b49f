"""The `inngest` package of the npm registry, as applications use it."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.npm import installed

VERSIONS = ["3.54.2", "4.24.0"]
"""The newest of both generations that applications use."""
SCRIPT = Path(__file__).parent / "clients" / "send.cjs"


def install(version: str) -> Path:
    """The folder whose node_modules holds exactly this version."""
    return installed("inngest", version).parents[1]


def send(package: Path, events: Any, env: Mapping[str, str]) -> dict[str, Any]:
    """What `inngest.send(events)` came to in a Node process with these variables: ids or error."""
    done = subprocess.run(
        ["node", str(SCRIPT)],
        input=json.dumps(events),
        env={"PATH": os.environ["PATH"], "PACKAGE_FOLDER": str(package), **env},
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
