"""Whether the process that holds a lease is gone: only said when it is certain."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fisioflow_cli.engine import owner

SLEEPER = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen(SLEEPER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with started:
        assert started.stdout is not None
        started.stdout.readline()
        yield started
        started.kill()


def _owner_of(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return {**owner.current(), "pid": process.pid, "started": int(stat[19])}


def _fake_proc(folder: Path, *, boot: str | None = "b", namespace: str | None = "pid:[1]") -> Path:
    """A /proc with what is given of it; the stat of every process is this one's."""
    if boot is not None:
        (folder / "sys/kernel/random").mkdir(parents=True)
        (folder / "sys/kernel/random/boot_id").write_text(f"{boot}\n")
    if namespace is not None:
        (folder / "self/ns").mkdir(parents=True)
        (folder / "self/ns/pid").symlink_to(namespace)
    mine = folder / str(os.getpid())
    mine.mkdir(parents=True)
    (mine / "stat").write_text(f"{os.getpid()} (a b) c) R " + " ".join(map(str, range(4, 30))))
    return folder


def test_this_process_is_not_gone() -> None:
    assert not owner.gone(owner.current())


def test_killed_process_is_gone(process: subprocess.Popen[bytes]) -> None:
    its = _owner_of(process)
    assert not owner.gone(its)
    process.kill()
    process.wait()
    assert owner.gone(its)


def test_zombie_is_gone(process: subprocess.Popen[bytes]) -> None:
    """A killed process whose parent has not asked for its end is still in the process table."""
    its = _owner_of(process)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert owner.gone(its)


def test_same_pid_with_another_start_time_is_another_process() -> None:
    current = owner.current()
    assert owner.gone({**current, "started": current["started"] - 1})


@pytest.mark.parametrize("differs", ["boot_id", "pid_namespace"])
def test_other_boot_or_namespace_is_waited_for(differs: str) -> None:
    elsewhere = {**owner.current(), "pid": 2**22 + 1, differs: "another"}
    assert not owner.gone(elsewhere)


@pytest.mark.parametrize("unknown", ["boot_id", "pid_namespace", "pid", "started"])
def test_what_was_not_stored_is_waited_for(unknown: str) -> None:
    assert not owner.gone({**owner.current(), "pid": 2**22 + 1, unknown: None})
    stored = {key: value for key, value in owner.current().items() if key != unknown}
    assert not owner.gone(stored)


@pytest.mark.parametrize("nobody", [None, {}])
def test_nobody_is_waited_for(nobody: dict[str, Any] | None) -> None:
    assert not owner.gone(nobody)
    assert owner.describe(nobody) == "Another process"


@pytest.mark.parametrize("lacks", ["boot", "namespace"])
def test_what_cannot_be_read_is_waited_for(tmp_path: Path, lacks: str) -> None:
    missing: dict[str, Any] = {lacks: None}
    proc = _fake_proc(tmp_path, **missing)
    mine = owner.current(proc)
    assert mine["boot_id" if lacks == "boot" else "pid_namespace"] is None
    gone_here = {**owner.current(), "boot_id": "b", "pid_namespace": "pid:[1]", "pid": 2**22 + 1}
    assert not owner.gone(gone_here, proc)


def test_start_time_is_the_22nd_field_whatever_the_name_holds(tmp_path: Path) -> None:
    proc = _fake_proc(tmp_path)
    mine = owner.current(proc)
    assert mine["started"] == 22
    assert not owner.gone(mine, proc)
    assert owner.gone({**mine, "started": 21}, proc)
    (proc / str(os.getpid()) / "stat").write_text("nonsense")
    assert not owner.gone({**mine, "started": 21}, proc)


def test_process_of_another_user_that_proc_hides_is_not_gone(tmp_path: Path) -> None:
    proc = _fake_proc(tmp_path)
    first = {**owner.current(proc), "pid": 1, "started": 7}
    assert not owner.gone(first, proc)


def test_owner_is_described_as_it_is_written() -> None:
    """The host was printed in lower case."""
    assert owner.describe({"pid": 4711, "host": "CLINIC-1"}) == "Process 4711 on CLINIC-1"
