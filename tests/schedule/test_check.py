"""Which schedulers of a machine are looked at, and how they add up."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fisioflow_cli.errors import UsageError
from fisioflow_cli.schedule.check import Checked, Machine, Named, check
from fisioflow_cli.schedule.drift import Kind
from fisioflow_cli.schedule.place import Place
from fisioflow_cli.schedule.systemd import units, write
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.schedule.drifts import SAO_PAULO, expected, printed, wrong

PROGRAM = Path(sys.executable).with_name("fisioflow")
ALL = f"*/10 * * * * {PROGRAM} due\n* * * * * {PROGRAM} dispatch\n"
CHECKOUT = (
    "on: {schedule: [{cron: 7 12 * * *}]}\njobs: {x: {steps: [{run: fisioflow birthdays}]}}\n"
)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without any schedule; its `crontab` has none for this user."""
    for folder in ("etc/cron.d", "units/timers.target.wants", "checkout/.github/workflows", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}/usr/bin{os.pathsep}/bin")
    (tmp_path / "etc/fisioflow.env").write_text("FISIOFLOW_ENV='production'\n")
    crontab(tmp_path, "echo no crontab for ana >&2; exit 1")
    return Machine(
        etc=tmp_path / "etc",
        units=tmp_path / "units",
        folder=tmp_path / "checkout",
        root=os.geteuid(),
    )


def crontab(folder: Path, script: str) -> None:
    """Stand in for the program `crontab`."""
    program = folder / "bin/crontab"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def place(machine: Machine) -> Place:
    """Where the machine has a program and its settings."""
    return Place(program=str(PROGRAM), settings=str(machine.etc / "fisioflow.env"))


def looked_at(machine: Machine, named: Named | None = None) -> Checked:
    return check(expected(), named or Named(), machine)


def test_where_nothing_is_scheduled_everything_is_missing(machine: Machine) -> None:
    found = looked_at(machine)
    assert found.names == ("crontab",)
    assert found.wrong == len(WORKFLOWS)


def test_the_users_own_crontab(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "spool").write_text(ALL)
    crontab(tmp_path, f'[ "$*" = -l ] && cat {tmp_path}/spool')
    found = looked_at(machine)
    assert (found.names, found.drifts) == (("crontab",), ())


def test_a_crontab_without_us_says_nothing_about_the_others(
    machine: Machine, tmp_path: Path
) -> None:
    crontab(tmp_path, "echo '0 4 * * * certbot renew'")
    (machine.etc / "cron.d/fisioflow").write_text(ALL.replace(str(PROGRAM), f"root {PROGRAM}"))
    found = looked_at(machine)
    assert (found.names, found.drifts) == ((f"{machine.etc}/cron.d/fisioflow",), ())


def test_a_file_that_cron_skips_is_found_all_the_same(machine: Machine) -> None:
    (machine.etc / "cron.d/fisioflow.cron").write_text(ALL.replace(str(PROGRAM), f"root {PROGRAM}"))
    assert wrong(list(looked_at(machine).drifts)) == [(Kind.IGNORED_FILE, None)]


def test_a_file_that_others_may_write_to_is_skipped_by_cron(machine: Machine) -> None:
    file = machine.etc / "cron.d/fisioflow"
    file.write_text(ALL.replace(str(PROGRAM), f"root {PROGRAM}"))
    file.chmod(0o664)
    assert wrong(list(looked_at(machine).drifts)) == [(Kind.IGNORED_FILE, None)]
    file.chmod(0o644)
    assert looked_at(machine).drifts == ()
    strangers = replace(machine, root=machine.root + 1)
    assert wrong(list(looked_at(strangers).drifts)) == [(Kind.IGNORED_FILE, None)]


def test_etc_crontab_names_a_user_too(machine: Machine) -> None:
    (machine.etc / "crontab").write_text(ALL)
    assert {kind for kind, _ in wrong(list(looked_at(machine).drifts))} == {Kind.USER_COLUMN}


def test_what_one_scheduler_leaves_to_the_other_is_not_missing(
    machine: Machine, tmp_path: Path
) -> None:
    text = printed(place=place(machine)).replace("fisioflow birthdays", "true")
    (tmp_path / "spool").write_text(text)
    crontab(tmp_path, f"cat {tmp_path}/spool")
    assert wrong(list(looked_at(machine).drifts)) == [(Kind.MISSING, "birthdays")]
    (machine.folder / ".github/workflows/birthdays.yml").write_text(CHECKOUT)
    found = looked_at(machine)
    assert found.names == ("crontab", "GitHub")
    assert found.wrong == 0


def test_timers_count_once_they_are_enabled(machine: Machine) -> None:
    texts = units(WORKFLOWS, clinic=SAO_PAULO, place=place(machine))
    own = f"User={os.geteuid()}"
    texts = {name: text.replace("User=fisioflow", own) for name, text in texts.items()}
    write(texts, machine.units, replace=False)
    found = looked_at(machine)
    assert found.names == ("systemd",)
    assert {kind for kind, _ in wrong(list(found.drifts))} == {Kind.NOT_ENABLED}
    for name in texts:
        (machine.units / "timers.target.wants" / name).symlink_to(machine.units / name)
    assert looked_at(machine).drifts == ()


@pytest.mark.parametrize("gone", ["program", "settings"])
def test_what_is_installed_and_starts_nothing_is_wrong(machine: Machine, gone: str) -> None:
    """The README's /opt/fisioflow was in no crontab's PATH, and the check was content."""
    there = replace(place(machine), **{gone: "/gone/fisioflow"})
    text = printed(place=there)
    (machine.etc / "cron.d/fisioflow").write_text(text.replace(" set -a", " root set -a"))
    write(units(WORKFLOWS, clinic=SAO_PAULO, place=there), machine.units, replace=False)
    found = looked_at(machine)
    kind = Kind.NO_PROGRAM if gone == "program" else Kind.NO_SETTINGS
    places = [drift.place for drift in found.drifts if drift.kind is kind and drift.wrong]
    assert places[0].startswith(f"{machine.etc}/cron.d/fisioflow, line ")
    copy = Named(crontab=("fisioflow.cron", text))
    assert looked_at(machine, copy).wrong == 0
    assert [drift.kind for drift in looked_at(machine, copy).drifts] == [kind]


def test_what_is_named_is_all_that_is_looked_at(machine: Machine) -> None:
    (machine.etc / "cron.d/fisioflow").write_text("rubbish fisioflow")
    found = looked_at(machine, Named(crontab=("-", ALL)))
    assert (found.names, found.drifts) == (("crontab",), ())


def test_a_program_crontab_that_hangs_or_is_none_is_no_crontab(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fisioflow_cli.schedule.installed.SECONDS", 0.2)
    crontab(tmp_path, "exec sleep 5")
    assert looked_at(machine).wrong == len(WORKFLOWS)
    (tmp_path / "bin/crontab").write_bytes(b"\x7fELF rubbish")
    assert looked_at(machine).wrong == len(WORKFLOWS)


def test_a_folder_that_is_named_and_missing_is_a_usage_error(machine: Machine) -> None:
    with pytest.raises(UsageError, match="no folder"):
        looked_at(machine, Named(github=machine.folder / "elsewhere"))
