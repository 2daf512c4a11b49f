"""The `inngest` package of the npm registry, installed once per machine, outside the project."""

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

VERSIONS = ["3.54.2", "4.24.0"]
"""The newest of both generations that applications use."""
SCRIPT = Path(__file__).parent / "clients" / "send.cjs"
INSTALL_SECONDS = 300


def install(version: str) -> Path:
    """The folder whose node_modules holds exactly this version.

    The test is skipped where there is no npm or no registry; in CI a registry that answers must also
    deliver.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("npm and node are not installed")
    folder = Path(tempfile.gettempdir()) / f"fisioflow-test-inngest-{os.getuid()}-{version}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w") as lock:  # two test runs at once must not install at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _installed(folder) != version:
            _install(npm, folder, version)
    return folder


def _installed(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / "installed.json").read_text())["version"])
    except (OSError, ValueError):
        return None


def _install(npm: str, folder: Path, version: str) -> None:
    wanted = f"inngest@{version}"
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    try:
        subprocess.run(
            [npm, "install", *quiet, "--prefix", str(folder), wanted],
            cwd=folder,
            check=True,
            capture_output=True,
            timeout=INSTALL_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        must = os.environ.get("CI") and _is_served(npm, wanted)
        (pytest.fail if must else pytest.skip)(f"{wanted} could not be installed: {error}")
    shutil.copy(folder / "node_modules" / "inngest" / "package.json", folder / "installed.json")


def _is_served(npm: str, wanted: str) -> bool:
    asked = subprocess.run(
        [npm, "view", wanted, "version"], capture_output=True, check=False, timeout=60
    )
    return asked.returncode == 0


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
