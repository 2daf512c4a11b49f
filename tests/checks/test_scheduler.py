"""Who starts everything: what schedulers here were told, and whether cron runs at all."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.checks.finding import Finding, Verdict
from fisioflow_cli.checks.scheduler import check_scheduler
from fisioflow_cli.clock import Clock
from fisioflow_cli.schedule.check import Machine
from fisioflow_cli.schedule.crontab import crontab
from fisioflow_cli.schedule.github import github
from fisioflow_cli.schedule.place import Place
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.checks.subjects import by_id, settings

CLINIC, HOST = ZoneInfo("America/Sao_Paulo"), ZoneInfo("UTC")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH but the system's shell: no crontab of this machine's is seen."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    return programs


@pytest.fixture
def generated(tmp_path: Path) -> str:
    """The crontab of a program and of settings that are there."""
    file = tmp_path / "clinic.env"
    file.write_text("FISIOFLOW_ENV='production'\n")
    program = Path(sys.executable).with_name("fisioflow")
    place = Place(program=str(program), settings=str(file))
    return crontab(WORKFLOWS, clinic=CLINIC, host=HOST, since=NOW.date(), place=place)


def told(programs: Path, text: str) -> None:
    """Let `crontab -l` print this."""
    listed = programs.parent / "crontab.txt"
    listed.write_text(text)
    script = programs / "crontab"
    script.write_text(f"#!/bin/sh\nexec /bin/cat {listed}\n")
    script.chmod(0o755)


def found(folder: Path, *, running: tuple[str, ...] = ("cron",), **env: str) -> dict[str, Finding]:
    proc = folder / "proc"
    for number, name in enumerate(("init", *running), start=1):
        (proc / str(number)).mkdir(parents=True)
        (proc / str(number) / "comm").write_text(f"{name}\n")
    machine = Machine(etc=folder / "etc", units=folder / "units", folder=folder)
    clock = Clock(starting_at=NOW)
    return by_id(check_scheduler(settings(folder, **env), clock, machine, HOST, proc))


def test_generated_crontab_is_well(tmp_path: Path, path: Path, generated: str) -> None:
    told(path, generated)
    findings = found(tmp_path)
    assert {finding.verdict for finding in findings.values()} == {Verdict.OK}


def test_crontab_without_a_line(tmp_path: Path, path: Path, generated: str) -> None:
    told(path, "".join(line for line in generated.splitlines(True) if "birthdays" not in line))
    finding = found(tmp_path)["schedule.drift"]
    assert finding.verdict is Verdict.WARNING
    assert "birthdays" in finding.message
    assert "fisioflow schedule check" in str(finding.remedy)


GONE = {
    "program": ("/bin/fisioflow ", "/bin/gone/fisioflow "),
    "settings": ("clinic.env", "gone.env"),
    "user": (" root set -a", " nobody-of-ours set -a"),
}


@pytest.mark.parametrize("gone", GONE)
def test_crontab_that_starts_nothing(tmp_path: Path, generated: str, gone: str) -> None:
    """Its lines are all in time, and what they name is not there."""
    file = tmp_path / "etc/cron.d/fisioflow"
    file.parent.mkdir(parents=True)
    file.write_text(generated.replace(" set -a", " root set -a").replace(*GONE[gone]))
    finding = found(tmp_path)["schedule.startable"]
    assert finding.verdict is Verdict.FAILURE
    assert GONE[gone][1].split()[0] in finding.message
    assert "7 more start nothing" in finding.message


def test_crontab_without_a_cron(tmp_path: Path, path: Path, generated: str) -> None:
    told(path, generated)
    finding = found(tmp_path, running=("sshd", "crony"))["schedule.cron-daemon"]
    assert (finding.verdict, "systemctl" in str(finding.remedy)) == (Verdict.FAILURE, True)


def test_workflow_of_a_checkout(tmp_path: Path) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "scheduled.yml").write_text(github(WORKFLOWS, clinic=CLINIC))
    findings = found(tmp_path)
    assert findings["schedule.drift"].verdict is Verdict.OK
    assert "`fisioflow status` tells" in findings["schedule.drift"].message
    assert findings["schedule.startable"].verdict is Verdict.SKIPPED
    assert findings["schedule.cron-daemon"].verdict is Verdict.SKIPPED


def test_nobody_starts_anything(tmp_path: Path) -> None:
    (tmp_path / "laptop").mkdir()
    (tmp_path / "server").mkdir()
    assert found(tmp_path / "laptop")["schedule.drift"].verdict is Verdict.SKIPPED
    finding = found(tmp_path / "server", FISIOFLOW_ENV="production")["schedule.drift"]
    assert finding.verdict is Verdict.WARNING
    assert os.environ["PATH"] == str(tmp_path / "bin")
