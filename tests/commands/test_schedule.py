"""`fisioflow schedule`: the printed files and what is asked of the zone."""

import json
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from fisioflow_cli.cli import COMMANDS, app
from fisioflow_cli.schedule.place import PROGRAM
from fisioflow_cli.settings.host import host_zone
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.commands.inside import run_inside

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["schedule", *arguments])


@pytest.mark.parametrize(
    ("form", "committed"),
    [
        (f"crontab --host-zone UTC --program {PROGRAM}", "crontab.example"),
        ("github", ".github/workflows/scheduled.yml"),
    ],
)
def test_prints_exactly_what_is_committed(form: str, committed: str) -> None:
    done = run(*form.split())
    assert done.exit_code == 0
    assert done.stdout == (ROOT / committed).read_text(encoding="utf-8")
    assert not done.stderr


def test_hours_are_converted_to_the_hosts_zone() -> None:
    assert "\n0 9 * * * set -a" in run("crontab", "--host-zone", "America/Sao_Paulo").stdout
    assert "\n30 17 * * * set -a" in run("crontab", "--host-zone", "Asia/Kolkata").stdout


def test_the_clinics_zone_is_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FISIOFLOW_TIMEZONE", "America/Manaus")
    assert "\n0 13 * * * set -a" in run("crontab", "--host-zone", "UTC").stdout
    github = run("github").stdout
    assert 'timezone: "America/Manaus"' in github
    assert "FISIOFLOW_TIMEZONE: America/Manaus" in github


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "UTC\n* * * * * evil"])
def test_an_unknown_zone_is_a_usage_error(zone: str) -> None:
    done = run("crontab", "--host-zone", zone)
    assert done.exit_code == 2
    assert "Europe/Berlin" in done.stderr
    assert not done.stdout


def test_the_form_of_cron_d_passes_its_own_check(tmp_path: Path) -> None:
    file = tmp_path / "cron.d/fisioflow"
    file.parent.mkdir()
    file.write_text(run("crontab", "--user", "deploy").stdout)
    done = run("check", "--crontab", str(file))
    assert (done.exit_code, "every workflow is started" in done.stdout) == (0, True)


@pytest.mark.parametrize("user", ["", "a b", "root\n* * * * * evil", "$(id)", "Ana"])
def test_what_cannot_be_a_user_is_a_usage_error(user: str) -> None:
    assert run("crontab", "--user", user).exit_code == 2


def test_without_a_zone_the_hosts_own_is_taken_and_named() -> None:
    own = host_zone()
    assert f"--host-zone {own.key if own else 'UTC'}\n" in run("crontab").stdout


def test_show_tells_when_each_workflow_starts_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FISIOFLOW_TIMEZONE", "America/Manaus")
    shown = json.loads(run("show", "--json").stdout)
    assert shown["timezone"] == "America/Manaus"
    assert [one["command"] for one in shown["workflows"]] == [w.command for w in WORKFLOWS]
    now = datetime.now(ZoneInfo("UTC"))
    for one, workflow in zip(shown["workflows"], WORKFLOWS, strict=True):
        start = datetime.fromisoformat(one["next_start"])
        assert start == datetime.fromisoformat(one["next_start_utc"])
        assert start.utcoffset() == timedelta(hours=-4)
        assert (start.hour, start.minute) == (workflow.at.hour, 0) or "/" in workflow.cron
        assert -timedelta(minutes=1) < start - now < timedelta(days=7, minutes=1)


def test_show_is_a_table_that_names_rule_age_and_deadline() -> None:
    done = run("show")
    (line,) = [line for line in done.stdout.splitlines() if line.split()[:1] == ["weekly-summary"]]
    for said in ("0 9 * * 1", " 09:00", " 12:00", " week", "7 days", "2 h"):
        assert said in line
    assert "America/Sao_Paulo" in done.stdout
    assert max(map(len, map(str.rstrip, done.stdout.splitlines()))) <= 80


def test_show_names_the_day_in_utc_where_it_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FISIOFLOW_TIMEZONE", "Asia/Tokyo")
    (line,) = [line for line in run("show").stdout.splitlines() if line.startswith("cleanup")]
    assert re.search(r"\d\d \w{3} 03:00 +\d\d \w{3} 18:00 ", line)


def test_every_command_that_is_printed_exists() -> None:
    text = run("crontab").stdout + run("systemd", "fisioflow-dispatch.service").stdout
    printed = set(re.findall(r"(?:exec |bin/)fisioflow ([a-z-]+)", text))
    assert printed == {*(workflow.command for workflow in WORKFLOWS), "due", "dispatch"}
    assert printed <= {entry.name for entry in COMMANDS}


def test_systemd_prints_all_units_or_one() -> None:
    everything = run("systemd").stdout
    assert everything.count("# /etc/systemd/system/") == len(WORKFLOWS) + 2
    one = run("systemd", "fisioflow-birthdays.timer").stdout
    assert one in everything
    assert "OnCalendar=*-*-* 09:00:00 America/Sao_Paulo" in one


def test_systemd_writes_a_folder_and_keeps_what_others_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "units"
    done = run_inside(
        "schedule", "systemd", "--to", str(folder), "--program", "/opt/x/bin/fisioflow"
    )
    assert done.rc == 0
    assert set(done.stdout.split()) == {path.name for path in folder.iterdir()}
    assert "ExecStart=/opt/x/bin/fisioflow %i" in (folder / "fisioflow@.service").read_text()
    (folder / "fisioflow-birthdays.timer").write_text("own")
    again = run_inside("schedule", "systemd", "--to", str(folder))
    assert again.rc == 2
    assert "fisioflow-birthdays.timer" in again.stderr
    assert (folder / "fisioflow-birthdays.timer").read_text() == "own"
    assert run_inside("schedule", "systemd", "--to", str(folder), "--replace").rc == 0


@pytest.mark.parametrize("form", ["systemd", "crontab"])
@pytest.mark.parametrize("path", ["fisioflow", "/opt/my folder/fisioflow", "/opt/%i"])
def test_a_path_that_a_scheduler_would_misread_is_a_usage_error(form: str, path: str) -> None:
    assert run(form, "--program", path).exit_code == 2
    assert run(form, "--settings", path).exit_code == 2


def test_what_is_printed_starts_the_program_that_prints_it() -> None:
    """Cron's PATH knows no virtual environment: the README's /opt/fisioflow was never started."""
    own = Path(sys.executable).with_name("fisioflow")
    assert own.is_file()
    crontab, service = run("crontab").stdout, run("systemd", "fisioflow@.service").stdout
    assert f"&& . /etc/fisioflow.env && exec {own} birthdays\n" in crontab
    assert f"\nExecStart={own} %i\n" in service


def test_program_and_settings_can_be_named() -> None:
    named = ("--program", "/srv/bin/fisioflow", "--settings", "/srv/clinic.env")
    assert (
        "&& . /srv/clinic.env && exec /srv/bin/fisioflow birthdays\n"
        in run("crontab", *named).stdout
    )
    service = run("systemd", "fisioflow@.service", *named).stdout
    assert "\nEnvironmentFile=/srv/clinic.env\n" in service
