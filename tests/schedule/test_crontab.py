"""The crontab: cron accepts it, a shell runs it, every workflow is in it."""

import re
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.schedule.crontab import crontab
from fisioflow_cli.schedule.place import Place
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.schedule.starts import SINCE

SAO_PAULO, UTC = ZoneInfo("America/Sao_Paulo"), ZoneInfo("UTC")
ENVIRONMENT = re.compile(r"[A-Z]+=\S*")
LINE = re.compile(r"((?:[\d*,/]+ ){4}[\d*,/]+) (.+)")
PROGRAM = '#!/bin/sh\necho "$@ for $FISIOFLOW_ENV, key $RESEND_API_KEY"\nexit 3\n'


def printed(host: ZoneInfo = UTC, clinic: ZoneInfo = SAO_PAULO) -> str:
    return crontab(WORKFLOWS, clinic=clinic, host=host, since=SINCE)


def entries(text: str) -> list[tuple[str, str]]:
    matches = [LINE.fullmatch(line) for line in text.splitlines()]
    return [(match[1], match[2]) for match in matches if match]


def test_every_workflow_is_started_once_and_dispatch_every_minute() -> None:
    started = {command.rpartition(" ")[2]: cron for cron, command in entries(printed())}
    assert list(started) == [*(workflow.command for workflow in WORKFLOWS), "dispatch"]
    assert len(entries(printed())) == len(started)
    assert started["dispatch"] == "* * * * *"


def test_the_single_line_that_would_do_instead_is_shown() -> None:
    (line,) = re.findall(r"^#   (\*/10 .+)$", printed(), re.MULTILINE)
    (_, birthdays) = next(entry for entry in entries(printed()) if "birthdays" in entry[1])
    assert line == f"*/10 * * * * {birthdays.replace('birthdays', 'due')}"


def test_every_line_is_a_comment_a_variable_or_an_entry() -> None:
    for line in printed().splitlines():
        assert not line or line[0] == "#" or ENVIRONMENT.fullmatch(line) or LINE.fullmatch(line)


def test_cron_finds_nothing_to_stumble_over() -> None:
    """cron(8) skips a file without a final newline and turns % into a new line of stdin."""
    text = printed()
    assert text.endswith("\n")
    assert not any("%" in command for _, command in entries(text))
    assert "CRON_TZ=" not in text


def test_the_header_says_whose_hours_these_are() -> None:
    header = printed(host=ZoneInfo("Asia/Tokyo")).partition("SHELL=")[0]
    assert "fisioflow schedule crontab --host-zone Asia/Tokyo" in header
    assert "ignores CRON_TZ" in header


def test_for_cron_d_every_line_names_its_user() -> None:
    text = crontab(WORKFLOWS, clinic=SAO_PAULO, host=UTC, since=SINCE, user="deploy")
    assert [command.split()[0] for _, command in entries(text)] == ["deploy"] * len(entries(text))
    assert "--host-zone UTC --user deploy\n" in text
    assert text.replace(" deploy set", " set").splitlines()[-2:] == printed().splitlines()[-2:]


def test_a_distance_that_changes_is_told() -> None:
    assert "starts 60 minutes late" in printed(host=ZoneInfo("Europe/Berlin"))
    assert "minutes late" not in printed()


def test_the_clinics_zone_is_respected() -> None:
    crons = [cron for cron, command in entries(printed(clinic=UTC)) if "dispatch" not in command]
    assert crons == [workflow.cron for workflow in WORKFLOWS]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A stand-in for the program, where no PATH leads, and the settings."""
    program = tmp_path / "opt/bin/fisioflow"
    program.parent.mkdir(parents=True)
    program.write_text(PROGRAM, encoding="utf-8")
    program.chmod(0o755)
    settings = tmp_path / "clinic.env"
    settings.write_text("FISIOFLOW_ENV=production\nRESEND_API_KEY='a b%$c'\n", encoding="utf-8")
    return Place(program=str(program), settings=str(settings))


def run(place: Place, folder: Path) -> "subprocess.CompletedProcess[str]":
    """The birthdays entry as cron starts it: by its shell, with the variables of the crontab only."""
    text = crontab(WORKFLOWS, clinic=SAO_PAULO, host=UTC, since=SINCE, place=place)
    command = next(command for _, command in entries(text) if "birthdays" in command)
    variables = dict(
        line.split("=", 1) for line in text.splitlines() if ENVIRONMENT.fullmatch(line)
    )
    return subprocess.run(
        [variables["SHELL"], "-c", command],
        env={**variables, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_program_gets_the_settings_and_gives_its_exit_code(
    place: Place, tmp_path: Path
) -> None:
    started = run(place, tmp_path)
    assert started.stdout == "birthdays for production, key a b%$c\n"
    assert started.returncode == 3


def test_without_settings_nothing_is_started(place: Place, tmp_path: Path) -> None:
    """Without FISIOFLOW_ENV the program would work on an empty database and say all is well."""
    Path(place.settings).unlink()
    done = run(place, tmp_path)
    assert done.returncode not in {0, 3}
    assert "clinic.env" in done.stderr
    assert not done.stdout
