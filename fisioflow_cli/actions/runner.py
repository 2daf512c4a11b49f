"""The runner of a GitHub Actions job: whether there is one, and the files that it reads afterwards."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SUMMARY_BYTES = 1024 * 1024
"""More than that for one step, and the runner throws all of it away."""


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Where a job's summary and outputs go; None: this runner takes none."""

    summary: Path | None
    outputs: Path | None


def find(environ: Mapping[str, str] = os.environ) -> Runner | None:
    """The runner that this process is a step of; None anywhere but in GitHub Actions."""
    if environ.get("GITHUB_ACTIONS") != "true":
        return None
    return Runner(
        summary=_path(environ.get("GITHUB_STEP_SUMMARY")),
        outputs=_path(environ.get("GITHUB_OUTPUT")),
    )


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None
