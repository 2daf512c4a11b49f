"""The systemd units: systemd takes them, and its timers elapse when the workflows are due."""

import re
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fisioflow_cli.errors import ExitCode, FileInTheWay, FisioFlowError, UsageError
from fisioflow_cli.schedule.instants import within
from fisioflow_cli.schedule.place import Place, literal
from fisioflow_cli.schedule.systemd import calendar, chosen, units, write
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.schedule.starts import SINCE, starts
from tests.schedule.tools import program, said

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
UNITS = units(WORKFLOWS, clinic=SAO_PAULO)
SERVICES = ("fisioflow@.service", "fisioflow-dispatch.service")


def settings(name: str) -> dict[str, str]:
    """The settings of a unit; the last one of a name counts, as for systemd."""
    return dict(re.findall(r"^(\w+)=(.*)$", UNITS[name], re.MULTILINE))


def test_there_is_a_timer_per_workflow_a_service_for_all_and_one_for_events() -> None:
    timers = {f"fisioflow-{workflow.command}.timer" for workflow in WORKFLOWS}
    assert set(UNITS) == {*timers, *SERVICES}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.command)
def test_a_timer_starts_its_workflow_and_makes_up_for_a_sleep(workflow: object) -> None:
    command = getattr(workflow, "command", "")
    timer = settings(f"fisioflow-{command}.timer")
    assert timer["Unit"] == f"fisioflow@{command}.service"
    assert timer["Persistent"] == "true"
    assert timer["WantedBy"] == "timers.target"
    assert timer["OnCalendar"].endswith(" America/Sao_Paulo")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_gets_the_settings_and_no_shell(name: str) -> None:
    service = settings(name)
    assert service["EnvironmentFile"] == "/etc/fisioflow.env"
    assert service["ExecStart"].startswith("/usr/local/bin/fisioflow ")
    assert service["User"] == "fisioflow"


def test_what_can_wait_is_tried_again_and_what_needs_a_person_shows() -> None:
    service = settings("fisioflow@.service")
    assert (service["Type"], service["Restart"]) == ("oneshot", "on-failure")
    final = {int(code) for code in service["RestartPreventExitStatus"].split()}
    fine = {int(code) for code in service["SuccessExitStatus"].split()}
    assert set(ExitCode) - final - fine == {ExitCode.DONE, ExitCode.TRY_LATER}
    assert fine == {ExitCode.INTERRUPTED, ExitCode.TERMINATED}


def test_dispatch_is_kept_running() -> None:
    service = settings("fisioflow-dispatch.service")
    assert service["ExecStart"].endswith(" dispatch --follow")
    assert service["Restart"] == "always"
    assert service["StartLimitIntervalSec"] == "0"


def test_the_service_outlives_the_longest_deadline() -> None:
    minutes = int(settings("fisioflow@.service")["TimeoutStartSec"].removesuffix("min"))
    assert minutes * 60 > max(workflow.deadline.total_seconds() for workflow in WORKFLOWS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The units as files, with a program that exists."""
    write(
        units(WORKFLOWS, clinic=SAO_PAULO, place=Place(program="/bin/true")),
        tmp_path,
        replace=False,
    )
    return tmp_path


def verified(folder: Path, name: str) -> "tuple[int, str]":
    done = said(
        "env",
        f"SYSTEMD_UNIT_PATH={folder}:",
        program("systemd-analyze", "systemd"),
        "verify",
        "--man=no",
        f"{folder}/{name}",
    )
    ours = [line for line in done.stderr.splitlines() if "fisioflow" in line]
    return done.returncode, "\n".join(ours)  # a host's own units may be sloppy


def test_systemd_verifies_every_unit(folder: Path) -> None:
    for name in sorted(UNITS):
        assert verified(folder, name.replace("@.", "@birthdays.")) == (0, ""), name


def test_systemd_would_find_a_slip(folder: Path) -> None:
    """Not everything that is wrong changes its exit code: the test above looks at stderr, too."""
    timer = folder / "fisioflow-birthdays.timer"
    timer.write_text(timer.read_text().replace("09:00:00", "29:00:00"))
    assert "Failed to parse calendar" in verified(folder, timer.name)[1]


def test_little_is_left_that_a_service_could_harm(folder: Path) -> None:
    done = said(
        program("systemd-analyze", "systemd"),
        "security",
        "--offline=true",
        "--threshold=30",
        "--no-pager",
        f"{folder}/fisioflow-dispatch.service",
    )
    assert done.returncode == 0, done.stdout[-300:]


@pytest.mark.parametrize(
    "cron", [*sorted({workflow.cron for workflow in WORKFLOWS}), "15,45 1,23 * * 0,6", "0 4 * * 7"]
)
@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "Europe/Berlin"])
def test_systemd_counts_the_same_instants_as_cron(cron: str, zone: str) -> None:
    done = said(
        program("systemd-analyze", "systemd"),
        "calendar",
        f"--base-time={SINCE} 04:35:00 UTC",
        "--iterations=40",
        calendar(cron, ZoneInfo(zone)),
    )
    assert done.returncode == 0
    elapsed = re.findall(r"(?:Next elapse|Iter\. #\d+|\(in UTC\)): \w+ (\S+ \S+) UTC", done.stdout)
    moments = starts((cron,), ZoneInfo(zone))
    assert elapsed == [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in islice(moments, 40)]


def test_a_day_of_the_month_is_refused() -> None:
    with pytest.raises(ValueError, match="day of the month"):
        calendar("0 22 1 * *", SAO_PAULO)


def test_one_unit_by_its_name() -> None:
    assert list(chosen(UNITS, "fisioflow@.service")) == ["fisioflow@.service"]
    with pytest.raises(UsageError, match=r"fisioflow-birthdays\.timer"):
        chosen(UNITS, "birthdays")


def test_a_second_writing_changes_nothing(folder: Path) -> None:
    texts = units(WORKFLOWS, clinic=SAO_PAULO, place=Place(program="/bin/true"))
    assert write(texts, folder, replace=False) == []


def test_other_content_is_not_overwritten_without_a_word(folder: Path) -> None:
    own = folder / "fisioflow-birthdays.timer"
    own.write_text("my own")
    (folder / "fisioflow-cleanup.timer").unlink()
    with pytest.raises(FileInTheWay, match=r"fisioflow-birthdays\.timer"):
        write(UNITS, folder, replace=False)
    assert own.read_text() == "my own"
    assert not (folder / "fisioflow-cleanup.timer").exists()
    assert own.name in write(UNITS, folder, replace=True)
    assert own.read_text() == UNITS[own.name]


def test_a_folder_that_cannot_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FisioFlowError, match="--to"):
        write(UNITS, tmp_path / "file" / "units", replace=False)


@pytest.mark.parametrize("path", ["fisioflow", "/a b", "/a%b", "/a$b", "/a\nb", "/", "", '/a"b'])
def test_a_program_that_systemd_would_read_otherwise_is_refused(path: str) -> None:
    assert not literal(path)


def test_a_program_in_a_virtual_environment_is_fine() -> None:
    assert literal("/opt/fisioflow-1.0/.venv/bin/fisioflow")


def test_within_ends_after_a_year() -> None:
    moments = list(within("0 0 * * *", SAO_PAULO, starts(("0 0 * * *",), SAO_PAULO)[0]))
    assert len(moments) == 366
