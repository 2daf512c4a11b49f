"""`fisioflow migrate`: what it prints, how it ends, and that it changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from fisioflow_cli.errors import ExitCode
from tests.cli import run_cli
from tests.commands.inside import run_inside

FITS = {"crons": [{"path": "/api/crons/cleanup", "schedule": "0 6 * * *"}]}
DIFFERS = {"crons": [{"path": "/api/crons/cleanup", "schedule": "0 3 * * *"}]}


def write(folder: Path, document: Any) -> Path:
    path = folder / "vercel.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_entry_its_command_and_when_it_goes(tmp_path: Path) -> None:
    path = write(tmp_path, FITS)
    before = path.read_bytes()
    done = run_inside("migrate", folder=tmp_path)
    assert (done.rc, done.stderr) == (0, "")
    first, second, absent = done.stdout.splitlines()
    assert first == "crons[0]  /api/crons/cleanup  0 6 * * * UTC  →  fisioflow cleanup"
    assert second.startswith("  delete it once `fisioflow status` has a first success of cleanup")
    assert absent.startswith("Started by no entry of it: daily-reports, birthdays, ")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["vercel.json"]


def test_decision_that_is_needed_is_exit_code_3(tmp_path: Path) -> None:
    done = run_inside("migrate", str(write(tmp_path, DIFFERS)))
    assert (done.rc, done.stderr) == (ExitCode.PARTIAL, "1 of 1 entries need a decision.\n")
    assert "\n  different: Starts next " in done.stdout


def test_clinic_of_another_zone(tmp_path: Path) -> None:
    path = write(tmp_path, DIFFERS)
    assert run_inside("migrate", str(path), env={"FISIOFLOW_TIMEZONE": "UTC"}).rc == 0


def test_document(tmp_path: Path) -> None:
    done = run_inside("migrate", str(write(tmp_path, DIFFERS)), "--json")
    assert done.rc == ExitCode.PARTIAL
    assert done.json["timezone"] == "America/Sao_Paulo"
    [entry] = done.json["entries"]
    assert (entry["where"], entry["command"], entry["needs_decision"]) == (
        "crons[0]",
        "cleanup",
        True,
    )
    assert [remark["doubt"] for remark in entry["remarks"]] == ["different"]
    assert "cleanup" not in done.json["absent"]


def test_through_a_pipe_and_with_a_mark_of_its_encoding() -> None:
    done = run_cli("migrate", "-", stdin="\ufeff" + json.dumps(FITS))
    assert (done.rc, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, 2), (b"", 65), (b"{", 65), (b"\xff\xfe", 65), (b"[]", 65), (b" " * 2**21, 2)],
)
def test_what_cannot_be_read_is_one_sentence(
    tmp_path: Path, content: bytes | None, code: int
) -> None:
    """Fixed: a file without an end, a device say, was read until the memory was used up."""
    path = tmp_path / "vercel.json"
    if content is not None:
        path.write_bytes(content)
    done = run_inside("migrate", str(path))
    assert (done.rc, done.stdout, done.stderr.count("\n")) == (code, "", 1)


def test_what_stands_in_the_file_breaks_no_output(tmp_path: Path) -> None:
    """Whoever wrote it may be a stranger, and the output a GitHub log."""
    hostile = "x\n::error::pwned\x1b[31m ##[error]oops \u202e[/b]"
    entry = {"path": hostile, "schedule": hostile, "timezone": hostile}
    done = run_inside("migrate", str(write(tmp_path, {"schedules": {hostile: entry}})))
    assert done.rc == ExitCode.PARTIAL
    assert not [mark for mark in ("\n::", "\x1b", "##[", "\u202e") if mark in done.stdout]
