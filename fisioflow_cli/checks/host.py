"""The checks on this machine: Python, time-zone data, room on the disk, the file system."""

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.checks.finding import Finding, failure, ok, skipped, warning

if TYPE_CHECKING:
    from sqlalchemy import URL

    from fisioflow_cli.settings import Settings

PROGRAM = "host.program"
WEB = "host.web"
ZONES = "host.time-zone-data"
DISK = "host.disk"
NETWORK = "host.file-system"
MEGABYTE = 1024 * 1024
LITTLE, TOO_LITTLE = 200, 20
"""Megabytes free."""
OVER_NETWORK = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "ceph", "glusterfs", "lustre", "afs")
MOUNTS = Path("/proc/mounts")
# Decree 9.772/2019 ended daylight saving time in Brazil; older data would put January an hour off
PROBE = ("America/Sao_Paulo", datetime(2026, 1, 15, tzinfo=UTC), timedelta(hours=-3))


def check_host(
    settings: "Settings", url: "URL | None", outbox: Path | None, mounts: Path = MOUNTS
) -> Iterator[Finding]:
    """Whether this machine has what the program needs; `url` is the clinic's database if it is known."""
    yield _program()
    yield _web(settings)
    yield _zones()
    file = _sqlite_file(url)
    folders = [settings.home.expanduser(), *filter(None, (outbox, file and file.parent))]
    yield _disk(folders)
    yield _file_system(file, mounts)


def _program() -> Finding:
    python = ".".join(map(str, sys.version_info[:3]))
    try:
        release = version("fisioflow-cli")
    except PackageNotFoundError:
        release = "of unknown release"
    return ok(PROGRAM, f"fisioflow {release} on Python {python}, {sys.platform}.")


def _web(settings: "Settings") -> Finding:
    if find_spec("starlette") and find_spec("uvicorn"):
        return ok(WEB, "The extra `web` is installed: listen and dashboard can be started.")
    if settings.inngest_event_key is None:
        return skipped(WEB, "The extra `web` is not installed; only listen and dashboard need it.")
    return warning(
        WEB,
        "INNGEST_EVENT_KEY is set, but `fisioflow listen` needs the extra `web`.",
        "Run: pip install 'fisioflow-cli[web]'.",
    )


def _zones() -> Finding:
    zone, moment, offset = PROBE
    if moment.astimezone(ZoneInfo(zone)).utcoffset() != offset:
        return failure(
            ZONES,
            "The time-zone data of this machine is older than 2019: Brazil has no daylight saving time.",
            "Update the system's tzdata package, or remove it: then Python's own is used.",
        )
    try:
        release = version("tzdata")
    except PackageNotFoundError:
        return ok(ZONES, "The system's time-zone data is used.")
    return ok(
        ZONES, f"Time-zone data is there (Python's is {release}), Brazil's rules are current."
    )


def _disk(folders: list[Path]) -> Finding:
    free: dict[Path, int] = {}
    for folder in folders:
        there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        try:
            free[there] = shutil.disk_usage(there).free // MEGABYTE
        except OSError:
            return skipped(DISK, f"Nobody tells how much room {there} has.")
    place, least = min(free.items(), key=lambda found: found[1])
    if least >= LITTLE:
        return ok(DISK, f"{least / 1024:.1f} GB are free at {place}.")
    broken = failure if least < TOO_LITTLE else warning
    return broken(
        DISK,
        f"Only {least} MB are free at {place}.",
        "Make room, or point FISIOFLOW_HOME and FISIOFLOW_OUTBOX elsewhere.",
    )


def _file_system(file: Path | None, mounts: Path) -> Finding:
    if file is None:
        return skipped(NETWORK, "The database is a server's.")
    kind = kind_of_mount(file, mounts)
    if kind is None:
        return skipped(NETWORK, "Nobody tells what kind of file system the database lies on.")
    if kind.startswith(OVER_NETWORK):
        return failure(
            NETWORK,
            f"The SQLite file lies on a network file system ({kind}), where its locks do not hold.",
            "Move it to a disk of this machine, or use PostgreSQL.",
        )
    return ok(NETWORK, f"The SQLite file lies on a disk of this machine ({kind}).")


def kind_of_mount(path: Path, mounts: Path = MOUNTS) -> str | None:
    """The type of the file system that holds `path`, as the kernel names it; None if it cannot be read."""
    try:
        lines = [line.split() for line in mounts.read_text(errors="replace").splitlines()]
    except OSError:
        return None
    target = str(path.absolute())
    found = [
        (mount, kind)
        for _, mount, kind, *_ in (line for line in lines if len(line) > 3)
        if target == mount or target.startswith(mount.rstrip("/") + os.sep)
    ]
    return max(found, key=lambda one: len(one[0]))[1] if found else None


def _sqlite_file(url: "URL | None") -> Path | None:
    if url is None or url.get_backend_name() != "sqlite":
        return None
    return Path(url.database or "")
