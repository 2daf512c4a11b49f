"""`fisioflow dashboard` before it serves: what it refuses, and how it says so."""

import socket
import sys
from pathlib import Path

import pytest

from tests.commands.inside import run_inside


def home(tmp_path: Path) -> dict[str, str]:
    """A home with an empty ledger."""
    env = {"FISIOFLOW_HOME": str(tmp_path / "home")}
    assert run_inside("db", "upgrade", env=env).rc == 0
    return env


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_other_machines_need_a_name_to_call_it_by(tmp_path: Path, host: str) -> None:
    done = run_inside("dashboard", "--host", host, env=home(tmp_path))
    assert (done.rc, done.stderr.count("\n")) == (2, 1)
    assert "--allow-host" in done.stderr


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run_inside("dashboard", "--port", str(port), env=home(tmp_path))
    assert (done.rc, done.stdout) == (1, "")
    assert f"Port {port} of 127.0.0.1 is taken" in done.stderr


def test_where_nothing_has_ever_run_there_is_nothing_to_show(tmp_path: Path) -> None:
    env = {"FISIOFLOW_HOME": str(tmp_path / "home")}
    for args in ((), ("--export", "-")):
        done = run_inside("dashboard", *args, env=env)
        assert done.rc == 78
        assert done.stderr.count("\n") == 1
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("other", [["--allow-actions"], ["--allow-host", "x"], ["--port", "1"]])
def test_an_export_takes_no_option_that_would_mean_nothing(
    tmp_path: Path, other: list[str]
) -> None:
    """Fixed: they were passed over in silence."""
    done = run_inside("dashboard", "--export", str(tmp_path / "page"), *other, env=home(tmp_path))
    assert (done.rc, done.stderr.count("\n")) == (2, 1)
    assert not (tmp_path / "page").exists()


def test_a_short_token_is_refused_and_not_repeated(tmp_path: Path) -> None:
    done = run_inside("dashboard", env=home(tmp_path) | {"FISIOFLOW_DASHBOARD_TOKEN": "geheim"})
    assert done.rc == 78
    assert "FISIOFLOW_DASHBOARD_TOKEN" in done.stderr
    assert "geheim" not in done.stderr


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_the_extra_it_exports_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    env = home(tmp_path)
    monkeypatch.setitem(sys.modules, missing, None)
    served = run_inside("dashboard", env=env)
    assert (served.rc, "fisioflow-cli[web]" in served.stderr) == (78, True)
    exported = run_inside("dashboard", "--export", "-", env=env)
    assert (exported.rc, exported.stderr) == (0, "")
    assert exported.stdout.startswith("<!doctype html>")


def test_the_export_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    env = home(tmp_path)
    target = tmp_path / "page.html"
    assert run_inside("dashboard", "--export", str(target), env=env).rc == 0
    assert target.read_text(encoding="utf-8").endswith("</html>\n")
    assert [path.name for path in tmp_path.glob("*.html*")] == ["page.html"]
    nowhere = run_inside("dashboard", "--export", str(tmp_path / "no" / "page.html"), env=env)
    assert (nowhere.rc, nowhere.stderr.count("\n")) == (1, 1)
    assert "--export" in nowhere.stderr
