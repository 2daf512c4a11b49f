"""Who works on a run: enough about a process to tell, from the same host, that it is gone."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROC = Path("/proc")


def current(proc: Path = PROC) -> dict[str, Any]:
    """This process, as stored with its lease; what cannot be read is None."""
    return {
        "host": socket.gethostname(),
        "boot_id": _boot_id(proc),
        "pid_namespace": _pid_namespace(proc),
        "pid": os.getpid(),
        "started": _start_time(proc, os.getpid()),
    }


def gone(owner: Mapping[str, Any] | None, proc: Path = PROC) -> bool:
    """Whether `owner` was a process of this host, since its last boot, that does not run any more.

    If any of it cannot be read the answer is no: then one waits for the lease to end.
    """
    if not owner or any(
        owner.get(k) is None for k in ("boot_id", "pid_namespace", "pid", "started")
    ):
        return False
    if owner["boot_id"] != _boot_id(proc) or owner["pid_namespace"] != _pid_namespace(proc):
        return False
    if not _exists(owner["pid"]):
        return True
    started = _start_time(proc, owner["pid"])
    return started is not None and started != owner["started"]


def describe(owner: Mapping[str, Any] | None) -> str:
    """The owner for a person: `process 4711 on clinic-1`."""
    return f"Process {owner.get('pid')} on {owner.get('host')}" if owner else "Another process"


def _exists(pid: int) -> bool:
    """Asked of the kernel: /proc may hide the processes of other users."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _boot_id(proc: Path) -> str | None:
    try:
        return (proc / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None


def _pid_namespace(proc: Path) -> str | None:
    try:
        return os.readlink(proc / "self/ns/pid")  # noqa: PTH115  # the link's text names no file
    except OSError:
        return None


def _start_time(proc: Path, pid: int) -> int | None:
    """Field 22 of proc(5)'s stat, clock ticks after boot; its second field may hold spaces."""
    try:
        fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return int(fields[19]) if fields[0] not in {"Z", "X"} else 0
    except (OSError, IndexError, ValueError):
        return None
