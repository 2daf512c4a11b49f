"""`fisioflow schedule`: the printed files and what is asked of the zone."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fisioflow_cli.cli import app

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["schedule", *arguments])


@pytest.mark.parametrize(
    ("form", "committed"),
    [("crontab", "crontab.example"), ("github", ".github/workflows/scheduled.yml")],
)
def test_prints_exactly_what_is_committed(form: str, committed: str) -> None:
    done = run(form)
    assert done.exit_code == 0
    assert done.stdout == (ROOT / committed).read_text(encoding="utf-8")
    assert not done.stderr


def test_hours_are_converted_to_the_hosts_zone() -> None:
    assert "\n0 9 * * * set -a" in run("crontab", "--host-zone", "America/Sao_Paulo").stdout
    assert "\n30 17 * * * set -a" in run("crontab", "--host-zone", "Asia/Kolkata").stdout


def test_the_clinics_zone_is_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FISIOFLOW_TIMEZONE", "America/Manaus")
    assert "\n0 13 * * * set -a" in run("crontab").stdout
    github = run("github").stdout
    assert 'timezone: "America/Manaus"' in github
    assert "FISIOFLOW_TIMEZONE: America/Manaus" in github


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "UTC\n* * * * * evil"])
def test_an_unknown_zone_is_a_usage_error(zone: str) -> None:
    done = run("crontab", "--host-zone", zone)
    assert done.exit_code == 2
    assert "Europe/Berlin" in done.stderr
    assert not done.stdout
