"""The checks on the folders that this program writes to, without writing."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fisioflow_cli.checks.finding import Finding, failure, ok, skipped, warning

if TYPE_CHECKING:
    from fisioflow_cli.settings import Settings

HOME = "settings.fisioflow-home"
OUTBOX = "settings.fisioflow-outbox"


def check_folders(settings: "Settings", outbox: Path | None) -> Iterator[Finding]:
    """Whether the state folder and the outbox, None where messages leave no file, can be written."""
    yield _home(settings)
    yield _outbox(settings, outbox)


def _home(settings: "Settings") -> Finding:
    home = settings.home.expanduser()
    obstacle = _obstacle(home)
    if obstacle is None:
        return ok(HOME, f"{home} can be written to.")
    remedy = "Correct FISIOFLOW_HOME, or let this user write there."
    if settings.database_url is not None:
        return warning(HOME, f"{obstacle}; only what needs no state folder works.", remedy)
    return failure(HOME, f"{obstacle}, and the database belongs there.", remedy)


def _outbox(settings: "Settings", outbox: Path | None) -> Finding:
    if settings.production:
        return skipped(OUTBOX, "In production messages leave, and no outbox is kept.")
    if outbox is None:
        return ok(OUTBOX, "FISIOFLOW_OUTBOX is none: messages are recorded without files.")
    obstacle = _obstacle(outbox)
    if obstacle is None:
        return ok(OUTBOX, f"Messages land in {outbox}.")
    return failure(
        OUTBOX,
        f"{obstacle}, so messages stay pending.",
        "Correct FISIOFLOW_OUTBOX, let this user write there, or set it to none.",
    )


def _obstacle(folder: Path) -> str | None:
    """Why nothing can be written into `folder`, which may have to be created; None: nothing bars it."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        return f"{there} is not a folder"
    return None if os.access(there, os.W_OK | os.X_OK) else f"{there} cannot be written to"
