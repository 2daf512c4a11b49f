"""`fisioflow runs watch`: what changes in a run, until nobody works on it any more."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fisioflow_cli.clinic import schema
from fisioflow_cli.clock import Clock
from fisioflow_cli.engine import owner
from fisioflow_cli.errors import ExitCode
from fisioflow_cli.ledger import cancelling, runs, steps
from fisioflow_cli.ledger.ledger import Lease, Ledger
from fisioflow_cli.ledger.steps import StepRow
from fisioflow_cli.ledger.tables import RunStatus, StepStatus
from tests.commands.inside import run_inside
from tests.engine.worker import AS_OF, OCCASION
from tests.workflows.conftest import here, made_sqlite
from tests.workflows.people import NOW, patient
from tests.workflows.place import Place

__all__ = ["here", "made_sqlite"]


@contextmanager
def at_work(place: Place, by: dict[str, object] | None = None) -> Iterator[tuple[Ledger, Lease]]:
    """A run that this process works on, or another one does."""
    with place.engine() as engine:
        ledger = Ledger(engine=engine, environment="development", clock=Clock())
        runs.open_run(ledger, OCCASION, generation=1, as_of=AS_OF)
        found = runs.latest(ledger, OCCASION)
        assert found is not None
        lease = runs.acquire(ledger, found, by or owner.current(), 600, owner_gone=False)
        assert lease is not None
        yield ledger, lease


def record(ledger: Ledger, lease: Lease, name: str) -> None:
    now = ledger.clock.now()
    row = StepRow(
        run_id=lease.run_id,
        name=name,
        status=StepStatus.COMPLETED,
        attempt=1,
        tries=1,
        started_at=now,
        finished_at=now,
        result={"items": 3},
        error=None,
    )
    ledger.write(lambda connection: steps.record(ledger, connection, row), lease)


@contextmanager
def watching(place: Place, *args: str) -> "Iterator[subprocess.Popen[str]]":
    """Another process that watches."""
    with subprocess.Popen(
        [sys.executable, "-m", "fisioflow_cli", "runs", "watch", "--every", "1s", *args],
        env={**place.given, "PATH": os.environ["PATH"], "HOME": str(Path.home())},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_each_change_is_told_once_until_the_run_ends(here: Place) -> None:
    with at_work(here) as (ledger, lease), watching(here, "--json") as process:
        assert json.loads(line(process))["status"] == "running"
        record(ledger, lease, "greet/1")
        told = json.loads(line(process))
        assert (told["step"], told["status"], told["run_id"]) == (
            "greet/1",
            "completed",
            lease.run_id,
        )
        cancelling.request(ledger, lease.run_id)
        assert json.loads(line(process))["cancel_requested_at"] is not None
        runs.finish(ledger, lease, RunStatus.PARTIAL, result={"failed": 1}, error=None)
        assert json.loads(line(process))["status"] == "partial"
        assert (line(process), process.wait(30)) == ("", ExitCode.PARTIAL)


def test_control_c_ends_only_the_watching(here: Place) -> None:
    with at_work(here) as (ledger, lease), watching(here) as process:
        assert line(process) == "test-workflow 2026-11-23  running  attempt 1\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == ExitCode.INTERRUPTED
        assert runs.renew(ledger, lease, 60)


def test_dead_owner_is_not_waited_for(here: Place) -> None:
    """It watched for ever what nobody worked on."""
    dead = owner.current() | {"pid": 2**22 + 1}
    with at_work(here, by=dead):
        done = run_inside("runs", "watch", env=here.given)
    assert done.rc == ExitCode.TRY_LATER
    assert "is gone, the next start takes it over" in done.stderr


@pytest.mark.parametrize(("hour", "code"), [(5, ExitCode.TRY_LATER), (10, ExitCode.DONE)])
def test_what_has_ended_is_told_at_once(here: Place, hour: int, code: int) -> None:
    here.add(schema.patients, patient("ana"))
    here.start("birthdays", at=NOW.replace(hour=hour))
    done = run_inside("runs", "watch", "--workflow", "birthdays", env=here.given)
    assert done.rc == code
    first, last = done.stdout.splitlines()
    assert (first.split()[0], last.split()[0]) == ("greet/1", "birthdays")


@pytest.mark.parametrize(
    "args", [[], ["nobody"], ["--every", "soon"], ["--workflow", "x"], ["a", "--workflow", "x"]]
)
def test_nothing_to_watch(here: Place, args: list[str]) -> None:
    done = run_inside("runs", "watch", *args, env=here.given)
    assert (done.rc, done.stdout, "Traceback" in done.stderr) == (ExitCode.USAGE, "", False)


ON_A_TERMINAL = """
import os, pty, sys
code = pty.spawn([sys.executable, "-m", "fisioflow_cli", "runs", "watch"])
sys.exit(os.waitstatus_to_exitcode(code))
"""


def test_terminal_sees_a_table_of_steps(here: Place) -> None:
    here.add(schema.patients, patient("ana"))
    here.start("birthdays")
    done = subprocess.run(
        [sys.executable, "-c", ON_A_TERMINAL],
        env={
            **here.given,
            "PATH": os.environ["PATH"],
            "HOME": str(Path.home()),
            "TERM": "xterm",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert "greet/1" in done.stdout
    assert "status     completed" in done.stdout
