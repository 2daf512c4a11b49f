"""The scheduled GitHub workflow: what it starts, with which rights, and what its shell does."""

import re
import subprocess
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.schedule.github import github, off_peak
from fisioflow_cli.settings import Settings
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.schedule.starts import starts

TEXT = github(WORKFLOWS, clinic=ZoneInfo("America/Sao_Paulo"))
COMMANDS = [workflow.command for workflow in WORKFLOWS]
SCHEDULED = re.findall(r'- cron: "(.+)" # (\S+)\n +timezone: "America/Sao_Paulo"', TEXT)
PROGRAM = '#!/bin/sh\nprintf "<%s>" "$@"\nexit 75\n'


def test_every_workflow_is_scheduled_in_the_clinics_time() -> None:
    assert [command for _, command in SCHEDULED] == COMMANDS


def test_no_two_schedules_are_the_same() -> None:
    """The schedule is all that GitHub tells about which of them is due."""
    assert len({cron for cron, _ in SCHEDULED}) == len(COMMANDS)


def test_each_schedule_leads_to_its_workflow() -> None:
    assert re.findall(r"github\.event\.schedule == '(.+)' && '(.+)'", TEXT) == SCHEDULED


@pytest.mark.parametrize("place", range(len(WORKFLOWS)))
def test_starts_are_off_peak_within_the_hour(place: int) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    meant = starts((WORKFLOWS[place].cron,), zone)
    real = starts((SCHEDULED[place][0],), zone)
    (delay,) = {now - before for before, now in zip(meant, real, strict=True)}
    minutes = delay.total_seconds() / 60
    assert 0 < minutes < 60
    assert minutes % 5


def test_a_minute_that_was_chosen_is_kept() -> None:
    assert off_peak("*/15 * * * *", 0) == "*/15 * * * *"


def test_every_workflow_can_be_started_by_hand() -> None:
    options = re.search(r"options:\n((?: +- \S+\n)+)", TEXT)
    assert options is not None
    assert re.findall(r"- (\S+)", options[1]) == COMMANDS


def test_runs_of_one_workflow_wait_for_each_other() -> None:
    assert "group: fisioflow-${{ matrix.workflow }}" in TEXT
    assert "queue: max" in TEXT
    assert "cancel-in-progress: false" in TEXT


def test_the_job_outlives_the_longest_deadline() -> None:
    minutes = int(re.findall(r"timeout-minutes: (\d+)", TEXT)[0])
    assert minutes * 60 > max(workflow.deadline.total_seconds() for workflow in WORKFLOWS)


def test_rights_are_the_least() -> None:
    assert re.findall(r"permissions:\n((?:  .+\n)+)", TEXT) == ["  contents: read\n"]
    assert TEXT.count("persist-credentials: false") == TEXT.count("actions/checkout@")
    for action in re.findall(r"uses: (.+)", TEXT):
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


def test_the_environment_names_every_setting_and_keeps_secrets_secret() -> None:
    secrets = set(re.findall(r"(\w+): \$\{\{ secrets\.\1 \}\}", TEXT))
    variables = set(re.findall(r"(\w+): \$\{\{ vars\.\1 \}\}", TEXT))
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert secrets | variables < known
    assert {"DATABASE_URL", "FISIOFLOW_LEDGER_URL", "RESEND_API_KEY"} < secrets
    telling = {name for name in variables if re.search("KEY|TOKEN|URL|SECRET", name)}
    assert telling == {"RESEND_API_URL", "WHATSAPP_API_URL", "OPENAI_BASE_URL"}


def test_its_secrets_are_the_environments_and_no_deployment_is_recorded() -> None:
    """docs.github.com, "Deploying with GitHub Actions": Using environments without deployments."""
    assert "    environment:\n      name: production\n      deployment: false\n" in TEXT


def script() -> str:
    """The shell of the step that starts us; GitHub's expressions may not stand in it."""
    text = dedent(TEXT.rpartition("run: |\n")[2])
    assert "${{" not in text
    return text


def start(folder: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    program = folder / "fisioflow"
    program.write_text(PROGRAM, encoding="utf-8")
    program.chmod(0o755)
    given = {"PATH": f"{folder}:/usr/bin:/bin", "WORKFLOW": "birthdays", "DATABASE_URL": "x"}
    # As GitHub runs it: docs.github.com, "Workflow syntax", jobs.<job_id>.steps[*].shell
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-c", script()],
        env=given | {"AS_OF": "", "DRY_RUN": ""} | environ,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_scheduled_start_has_no_options_and_our_exit_code(tmp_path: Path) -> None:
    done = start(tmp_path)
    assert (done.stdout, done.returncode) == ("<birthdays>", 75)


def test_inputs_become_options(tmp_path: Path) -> None:
    done = start(tmp_path, AS_OF="2026-03-02", DRY_RUN="true")
    assert done.stdout == "<birthdays><--as-of=2026-03-02><--dry-run>"


@pytest.mark.parametrize("typed", ["$(touch hacked)", "`touch hacked`", "'; touch hacked #"])
def test_what_is_typed_is_never_run(tmp_path: Path, typed: str) -> None:
    done = start(tmp_path, AS_OF=typed)
    assert done.stdout == f"<birthdays><--as-of={typed}>"
    assert not (tmp_path / "hacked").exists()


def test_without_a_database_nothing_is_started(tmp_path: Path) -> None:
    """An empty database would be made on the runner, and all would seem well."""
    done = start(tmp_path, DATABASE_URL="")
    assert done.returncode not in {0, 75}
    assert "DATABASE_URL" in done.stderr
    assert not done.stdout


def test_the_program_takes_the_shells_place(tmp_path: Path) -> None:
    """GitHub signals only the step's own process; a shell in between would keep it to itself."""
    assert script().rstrip().splitlines()[-1] == 'exec fisioflow "$@"'
