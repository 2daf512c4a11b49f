"""axe-core of the npm registry, installed once per machine, outside the project."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

VERSION = "4.10.3"
INSTALL_SECONDS = 300


def script() -> str:
    """Its source; the test is skipped where there is no npm or no registry."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = Path(tempfile.gettempdir()) / f"fisioflow-test-axe-{os.getuid()}-{VERSION}"
    folder.mkdir(mode=0o700, exist_ok=True)
    source = folder / "node_modules" / "axe-core" / "axe.min.js"
    with (folder / "lock").open("w") as lock:  # two test runs at once must not install at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not source.is_file():
            _install(npm, folder)
    return source.read_text(encoding="utf-8")


def _install(npm: str, folder: Path) -> None:
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    try:
        subprocess.run(
            [npm, "install", *quiet, "--prefix", str(folder), f"axe-core@{VERSION}"],
            cwd=folder,
            check=True,
            capture_output=True,
            timeout=INSTALL_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"axe-core could not be installed: {error}")
