"""Packages of the npm registry, each installed once per machine, outside the project."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.missing import missing

INSTALL_SECONDS = 300
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")


def installed(package: str, version: str) -> Path:
    """The folder of exactly this version of a package, its own dependencies beside it.

    Without npm the test is skipped, in CI failed. A registry that does not answer is no fault of
    CI's: then the test is skipped there too; one that answers must also deliver.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        missing("npm and node are not installed; apt-get install npm")
    name = package.rpartition("/")[2]
    folder = Path(tempfile.gettempdir()) / f"fisioflow-test-{name}-{os.getuid()}-{version}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w") as lock:  # two test runs at once must not install at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _install(npm, folder, f"{package}@{version}")
            (folder / "done").touch()
    return folder / "node_modules" / package


def _install(npm: str, folder: Path, wanted: str) -> None:
    try:
        subprocess.run(
            [npm, "install", *QUIET, "--prefix", str(folder), wanted],
            cwd=folder,
            check=True,
            capture_output=True,
            timeout=INSTALL_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        if _is_served(npm, wanted):
            missing(f"{wanted} could not be installed: {error}")
        pytest.skip("the npm registry does not answer")


def _is_served(npm: str, wanted: str) -> bool:
    asked = subprocess.run(
        [npm, "view", wanted, "version"], capture_output=True, check=False, timeout=60
    )
    return asked.returncode == 0
