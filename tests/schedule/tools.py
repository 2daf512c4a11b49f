"""Programs of others that judge what we print: skipped where they are not installed, never in CI."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.missing import missing


def program(name: str, package: str) -> str:
    """Where a program of the system is; without it the test is skipped, in CI failed."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        missing(f"{name} is not installed; apt-get install {package}")
    return found


def of_ours(name: str) -> str:
    """Where a program of the group `dev` is: beside the Python that runs the tests."""
    return str(Path(sys.executable).with_name(name))


def said(*command: str) -> "subprocess.CompletedProcess[str]":
    """What a program says and returns."""
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
