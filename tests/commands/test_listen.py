"""`fisioflow listen` before it listens: what it refuses, and how it says so."""

import socket
import sys
from pathlib import Path

import pytest

from tests.cli import run_cli
from tests.commands.inside import run_inside


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_other_machines_are_not_listened_to_without_a_key(tmp_path: Path, host: str) -> None:
    done = run_inside("listen", "--host", host, env={"FISIOFLOW_HOME": str(tmp_path / "home")})
    assert done.rc == 78
    assert "INNGEST_EVENT_KEY" in done.stderr
    assert not (tmp_path / "home").exists()


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run_inside(
            "listen", "--port", str(port), env={"FISIOFLOW_HOME": str(tmp_path / "home")}
        )
    assert (done.rc, done.stdout) == (1, "")
    assert done.stderr == (
        f"fisioflow: Port {port} of 127.0.0.1 is taken; stop what listens there or choose another "
        "with --port.\n"
    )
    assert not (tmp_path / "home").exists()


def test_a_name_that_nobody_knows_is_a_mistake_of_the_command_line() -> None:
    done = run_inside("listen", "--host", "no-such-host.invalid", env={"INNGEST_EVENT_KEY": "k"})
    assert done.rc == 2
    assert done.stderr == (
        "fisioflow: Nothing is known about the host no-such-host.invalid; correct --host.\n"
    )


def test_an_address_of_another_machine_is_a_mistake_of_the_command_line() -> None:
    done = run_cli("listen", "--host", "192.0.2.1", env={"INNGEST_EVENT_KEY": "k"})
    assert done.rc == 2
    assert done.stderr.count("\n") == 1
    assert "--host" in done.stderr


def test_a_key_setting_without_a_key_is_refused(tmp_path: Path) -> None:
    done = run_inside(
        "listen", env={"INNGEST_EVENT_KEY": " , ", "FISIOFLOW_HOME": str(tmp_path / "home")}
    )
    assert done.rc == 78
    assert "INNGEST_EVENT_KEY" in done.stderr


def test_a_database_that_refuses_ends_the_start(tmp_path: Path) -> None:
    done = run_inside("listen", "--port", "0", env={"DATABASE_URL": f"sqlite:///{tmp_path}"})
    assert done.rc == 78
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_the_extra_a_sentence_names_it(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    done = run_inside("listen")
    assert done.rc == 78
    assert done.stderr == (
        "fisioflow: This command needs the extra `web`; run: pip install 'fisioflow-cli[web]'.\n"
    )


def test_help_shows_a_runnable_example() -> None:
    done = run_inside("listen", "--help")
    assert done.rc == 0
    assert "INNGEST_EVENT_KEY=" in done.stdout
