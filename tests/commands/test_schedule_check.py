"""`fisioflow schedule check`: what is looked at, what is said, and how it ends."""

import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fisioflow_cli.cli import app
from tests.commands.inside import run_inside

ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A file of settings that there is."""
    file = tmp_path / "clinic.env"
    file.write_text("FISIOFLOW_ENV='production'\n")
    return file


def printed(zone: str, settings: Path) -> str:
    """The crontab for a host in this zone."""
    form = ["schedule", "crontab", "--host-zone", zone, "--settings", str(settings)]
    return CliRunner().invoke(app, form).stdout


def test_check_is_content_with_what_is_printed(settings: Path) -> None:
    done = run_inside(
        *("schedule", "check", "--crontab", "-", "--host-zone", "Asia/Tokyo"),
        stdin=printed("Asia/Tokyo", settings),
    )
    assert (done.rc, done.stderr) == (0, "")
    assert done.stdout == "crontab: every workflow is started when it is due.\n"


def test_check_ends_with_1_and_names_line_reason_and_remedy(tmp_path: Path, settings: Path) -> None:
    file = tmp_path / "crontab"
    file.write_text(printed("America/Sao_Paulo", settings))
    done = run_inside("schedule", "check", "--crontab", str(file), "--host-zone", "UTC")
    assert done.rc == 1
    assert f"✗ {file}, line " in done.stdout
    assert "The hours of birthdays are those of America/Sao_Paulo" in done.stdout
    assert "`fisioflow schedule crontab --host-zone UTC`" in done.stdout
    assert done.stdout.endswith(f"{file}: 7 wrong, 0 worth knowing.\n")


def test_check_tells_what_a_file_would_lack_here(settings: Path) -> None:
    text = printed("UTC", settings)
    settings.unlink()
    done = run_inside("schedule", "check", "--crontab", "-", "--host-zone", "UTC", stdin=text)
    assert done.rc == 0
    assert (
        f"! crontab, line 26: {settings} does not exist: installed on this machine" in done.stdout
    )
    assert done.stdout.endswith("every workflow is started when it is due; 1 worth knowing.\n")


def test_check_tells_a_remedy_once_for_all_that_it_mends() -> None:
    """Without any crontab the same line stood there seven times."""
    done = run_inside("schedule", "check", "--crontab", "-", "--host-zone", "UTC")
    lines = done.stdout.splitlines()
    assert [line[0] for line in lines[:7]] == ["✗"] * 7
    assert lines[7] == "  → Add what `fisioflow schedule crontab --host-zone UTC` prints."
    assert done.stdout.count("Add what") == 1


def test_check_json_is_one_document() -> None:
    text = "0 1 * * * /usr/bin/env fisioflow clean\n"
    done = run_inside("schedule", "check", "--crontab", "-", "--json", stdin=text)
    assert done.rc == 1
    assert done.json["status"] == "wrong"
    assert done.json["checked"] == ["crontab"]
    first = next(drift for drift in done.json["drifts"] if drift["wrong"])
    assert first["kind"] == "unknown_command"
    assert set(first) == {"kind", "wrong", "place", "workflow", "message", "remedy"}


def test_check_reads_a_file_of_cron_d_as_cron_does(tmp_path: Path) -> None:
    file = tmp_path / "cron.d/fisioflow.cron"
    file.parent.mkdir()
    program = Path(sys.executable).with_name("fisioflow")
    file.write_text(f"*/10 * * * * root {program} due\n* * * * * root {program} dispatch\n")
    done = run_inside("schedule", "check", "--crontab", str(file), "--json")
    assert [drift["kind"] for drift in done.json["drifts"]] == ["ignored_file"]
    file.rename(tmp_path / "cron.d/fisioflow")
    done = run_inside("schedule", "check", "--crontab", str(file.with_suffix("")), "--json")
    assert (done.rc, done.json["drifts"]) == (0, [])


def test_check_finds_the_workflows_of_the_checkout_it_stands_in() -> None:
    done = run_inside("schedule", "check", "--json", folder=ROOT)
    assert "GitHub" in done.json["checked"]
    assert done.rc == 0
    told = run_inside("schedule", "check", folder=ROOT).stdout
    assert "GitHub: by the files here" in told


def test_check_of_another_checkout(tmp_path: Path) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "due.yaml").write_text(
        "on: {schedule: [{cron: '*/15 * * * *'}], workflow_dispatch: {}}\n"
        "jobs: {due: {runs-on: ubuntu-24.04, steps: [{run: fisioflow due}]}}\n"
    )
    for named in (tmp_path, folder):
        assert run_inside("schedule", "check", "--github", str(named)).rc == 0
    (folder / "due.yaml").unlink()
    assert run_inside("schedule", "check", "--github", str(tmp_path)).rc == 1


def test_check_of_units_that_were_written(tmp_path: Path) -> None:
    run_inside("schedule", "systemd", "--to", str(tmp_path))
    done = run_inside("schedule", "check", "--systemd", str(tmp_path))
    assert done.rc == 0
    assert "\nsystemd: every workflow is started when it is due" in f"\n{done.stdout}"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--crontab", "missing"), 2),
        (("--github", "missing"), 2),
        (("--systemd", "missing"), 2),
        (("--host-zone", "Mars/Base"), 2),
        (("--crontab", "."), 2),
    ],
)
def test_what_cannot_be_looked_at_is_one_sentence(arguments: tuple[str, ...], code: int) -> None:
    done = run_inside("schedule", "check", *arguments)
    assert done.rc == code
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_binary_rubbish_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "rubbish"
    file.write_bytes(bytes(range(256)) * 50 + os.urandom(1000))
    done = run_inside("schedule", "check", "--crontab", str(file))
    assert done.rc == 1
    assert done.stdout.count("✗") == 1
    assert "not text" in done.stdout
