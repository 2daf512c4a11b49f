"""The checks on who else can read the files that hold settings and patients."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fisioflow_cli.checks.finding import Finding, ok, skipped, warning

if TYPE_CHECKING:
    from sqlalchemy import URL

DOTENV = "files.dotenv"
CRON = "files.cron-environment"
DATABASE = "files.database"
LEDGER = "files.ledger"
CRON_FILE = Path("/etc/fisioflow.env")
REMEDY = "Run chmod 600 on it."


def check_privacy(
    folder: Path, url: "URL | None", cron: Path = CRON_FILE, *, ledger: "URL | None" = None
) -> Iterator[Finding]:
    """Of each file that holds secrets or patients, whether only this user can read it.

    `folder` is where a .env would be read from, `url` the clinic's database if it is known, `ledger`
    that of a ledger elsewhere.
    """
    yield _file(DOTENV, folder / ".env", "the .env of this folder")
    yield _file(CRON, cron, f"{cron}, which the crontab reads")
    yield _database(DATABASE, url, "the database with all its patients")
    yield _database(LEDGER, ledger, "the ledger with the texts of messages")


def _database(check: str, url: "URL | None", what: str) -> Finding:
    if url is None or url.get_backend_name() != "sqlite":
        return skipped(check, "It is no file of its own.")
    return _file(check, Path(url.database or ""), what)


def _file(check: str, path: Path, what: str) -> Finding:
    try:
        found = path.stat()
    except OSError:
        return skipped(check, "There is no such file, or this user cannot see it.")
    if found.st_mode & stat.S_IROTH and _open_to(path, stat.S_IXOTH):
        return warning(check, f"Every user of this machine can read {what}.", REMEDY)
    strangers = found.st_gid not in {os.getgid(), os.getegid()}
    if found.st_mode & stat.S_IRGRP and strangers and _open_to(path, stat.S_IXGRP):
        return warning(check, f"Another group can read {what}.", REMEDY)
    return ok(check, f"Only this user can read {what}.")


def _open_to(path: Path, bit: int) -> bool:
    """Whether the folders above let them through; what cannot be looked at is taken for open."""
    for folder in path.absolute().parents:
        try:
            if not folder.stat().st_mode & bit:
                return False
        except OSError:
            continue
    return True
