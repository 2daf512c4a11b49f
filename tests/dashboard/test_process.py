"""`fisioflow dashboard` as a process: how one gets in, and how it ends."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.dashboard.served import form_of
from tests.listener.process import Listening, listening
from tests.workflows.conftest import here, made_sqlite
from tests.workflows.place import Place

__all__ = ["here", "made_sqlite"]
TOKEN = "a-token-that-was-set-123"
PATIENCE = 60.0


@contextmanager
def dashboard(place: Place, *args: str, **env: str) -> Iterator[Listening]:
    own = {"DATABASE_URL": place.url, "FISIOFLOW_HOME": str(place.folder), **env}
    with listening(*args, env=own, command="dashboard") as running:
        yield running


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_it_ends_with_the_signals_code_though_somebody_watches(
    here: Place, number: signal.Signals, code: int
) -> None:
    with dashboard(here) as running:
        token = running.lines[0].rpartition("token=")[2]
        with httpx.Client(base_url=running.url, timeout=PATIENCE) as client:
            assert client.get("/", params={"token": token}).status_code == 303
            with client.stream("GET", "/changes") as stream:
                assert next(stream.iter_lines()) == "retry: 2000"
                assert running.end(number) == code
    assert len(running.lines) == 1


def test_a_token_that_was_set_is_written_nowhere(here: Place, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    with dashboard(here, FISIOFLOW_DASHBOARD_TOKEN_FILE=str(tmp_path / "token")) as running:
        assert TOKEN not in running.lines[0]
        assert "FISIOFLOW_DASHBOARD_TOKEN" in running.lines[0]
        with httpx.Client(base_url=running.url) as client:
            answer = client.post("/sign-in", data={"token": TOKEN}, headers={"Origin": running.url})
            assert answer.status_code == 303
            assert client.get("/").status_code == 200
        running.end(signal.SIGTERM)
    assert not any(TOKEN in line for line in running.lines)


def test_a_name_that_was_allowed_is_answered(here: Place) -> None:
    with dashboard(here, "--host", "0.0.0.0", "--allow-host", "Clinica.local") as running:
        for host, status in (("clinica.local", 401), ("CLINICA.LOCAL:80", 401), ("other", 421)):
            answer = httpx.get(running.url, headers={"Host": host})
            assert answer.status_code == status


def test_a_run_is_tried_again_in_a_process_of_its_own(here: Place) -> None:
    """With the same settings, and without keeping the page waiting."""
    today = datetime.now(UTC)
    report = here.start("appointment-reminders", at=today)
    with here.writing() as connection:
        runs = here.ledger_table("runs")
        connection.execute(runs.update().values(status="failed", error="It failed."))
    with dashboard(here, "--allow-actions") as running:
        token = running.lines[0].rpartition("token=")[2]
        with httpx.Client(base_url=running.url, timeout=PATIENCE) as client:
            client.get("/", params={"token": token})
            page = client.get(f"/runs/{report.run_id}").text
            form = form_of(page)
            answer = client.post("/runs/retry", data=form, headers={"Origin": running.url})
            assert answer.status_code == 303, answer.text
            page = client.get(answer.headers["location"]).text
            assert "Another attempt is being started" in page
        until = time.monotonic() + PATIENCE
        while len(running.lines) < 3 and time.monotonic() < until:
            time.sleep(0.1)
    assert running.lines[1:] == [
        f"retry of run {report.run_id}",
        f"retry of run {report.run_id} ended with exit code 0",
    ]
    [row] = here.ledger("runs")
    assert (row["status"], row["attempt"]) == ("completed", 2)
