"""A large clinic needs no more memory than a small one."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_peak_of_birthdays_at_200000_patients_is_within_half_more_than_at_2000() -> None:
    script = ROOT / "scripts" / "measure_memory.py"
    done = subprocess.run(
        [sys.executable, str(script), "--spread-only"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("200,000") == 2
