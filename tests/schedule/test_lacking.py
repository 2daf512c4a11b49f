"""What a host lacks of what its schedule starts: real files, and the shell that cron would start."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fisioflow_cli.schedule.access import READ, START, Account, account
from fisioflow_cli.schedule.drift import Drift, Kind
from fisioflow_cli.schedule.installed import systemd_units
from fisioflow_cli.schedule.lacking import Host
from fisioflow_cli.schedule.place import Place
from fisioflow_cli.schedule.systemd import units, write
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.checks.subjects import open_folder
from tests.schedule.drifts import SAO_PAULO, expected, only, printed

HERE, ELSEWHERE = Host(installed=True), Host(installed=False)
LACKS = {Kind.NO_PROGRAM, Kind.NO_SETTINGS, Kind.NO_USER}
STRANGER = Account(name="a stranger", number=4242, groups=frozenset({4242}))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A program that says when it is started, and its settings, where no PATH leads."""
    program = tmp_path / "opt/bin/fisioflow"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho started\n")
    program.chmod(0o755)
    settings = tmp_path / "clinic.env"
    settings.write_text("FISIOFLOW_ENV='production'\n")
    return Place(program=str(program), settings=str(settings))


def lacks(text: str, host: Host = HERE, cron_d: str | None = None) -> list[Drift]:
    drifts = expected().of_crontab(text, "crontab", cron_d, host)
    return [drift for drift in drifts if drift.kind in LACKS]


def of_cron_d(place: Place, user: str) -> str:
    """The same for /etc/cron.d."""
    return printed(place=place).replace(" set -a", f" {user} set -a")


def started(text: str, folder: Path) -> bool:
    """Whether the shell that cron would start with the last line comes to the program."""
    *above, line = text.splitlines()
    variables = dict(one.split("=", 1) for one in above if "=" in one)
    done = subprocess.run(
        ["/bin/sh", "-c", line.split(maxsplit=5)[5]],
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return "started" in done.stdout


BIN, ENV = "{folder}/opt/bin", "{folder}/clinic.env"
LINES = {
    "as printed": f". {ENV} && exec {BIN}/fisioflow due",
    "cron's own PATH": "exec fisioflow due",
    "PATH of the crontab": f"PATH={BIN}:/bin\n* * * * * exec fisioflow due",
    "PATH of another folder": "PATH={folder}:/bin\n* * * * * exec fisioflow due",
    "cron replaces no $PATH": "PATH=$PATH:{folder}\n* * * * * fisioflow due",
    "PATH of the line": f'export PATH="{BIN}:$PATH"; fisioflow due',
    "PATH before the command": f"PATH={BIN} fisioflow due",
    "PATH of the settings": "set -a && . {folder}/path.env && exec fisioflow due",
    "PATH in a comment of the settings": "set -a && . {folder}/comment.env && exec fisioflow due",
    "program that is gone": ". {folder}/clinic.env && exec {folder}/gone/fisioflow due",
    "program that is a folder": "exec {folder}/fisioflow due",
    "program of a Python that is gone": "exec {folder}/stale/fisioflow due",
    "module of a Python that is gone": "{folder}/gone/python3 -m fisioflow_cli due",
    "settings that are gone": f"set -a; . {{folder}}/gone.env && exec {BIN}/fisioflow due",
    "settings that may be gone": f"[ -f {{folder}}/gone.env ] && . {{folder}}/gone.env; {BIN}/fisioflow due",
    "another shell inside": f"nice sh -c '. {ENV} && exec {BIN}/fisioflow due'",
    "another shell without settings": "env A=1 sh -c '. {folder}/gone.env && fisioflow due'",
    "in a condition": "if true; then fisioflow due; fi",
}


@pytest.fixture
def line(request: pytest.FixtureRequest, place: Place, tmp_path: Path) -> str:
    """A crontab that ends with one of LINES, and the files that they name."""
    (tmp_path / "fisioflow").mkdir()
    (tmp_path / "path.env").write_text(f"PATH={Path(place.program).parent}:/bin\n")
    (tmp_path / "comment.env").write_text(f"# PATH={Path(place.program).parent}\n")
    stale = tmp_path / "stale/fisioflow"
    stale.parent.mkdir()
    stale.write_text(f"#!{tmp_path}/gone/python3\n")
    stale.chmod(0o755)
    text = LINES[request.param].replace("{folder}", str(tmp_path))
    return text if "* * * * *" in text else f"* * * * * {text}"


@pytest.mark.parametrize("line", LINES, indirect=True)
def test_a_line_lacks_something_when_its_shell_does_not_come_to_the_program(
    line: str, tmp_path: Path
) -> None:
    assert bool(lacks(line + "\n")) is not started(line, tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "docker exec clinic fisioflow due",
        "ssh clinic.example 'set -a; . /gone.env; exec /gone/fisioflow due'",
        "uvx --from fisioflow-cli fisioflow due",
        "cd /srv/clinic && uv run fisioflow due",
        "sudo -u clinic fisioflow due",
        '"$HOME"/bin/fisioflow due',
        '. "$HOME/clinic.env" && $HOME/bin/fisioflow due',
        "PATH=$(cat /etc/paths) fisioflow due",
        "./fisioflow due",
    ],
)
def test_what_only_another_place_or_a_shell_could_tell_is_not_guessed_at(line: str) -> None:
    assert lacks(f"* * * * * {line}\n") == []


def test_what_is_printed_lacks_nothing_where_everything_is(place: Place) -> None:
    assert lacks(printed(place=place)) == []


def test_the_crontab_of_a_program_elsewhere_starts_nothing(place: Place) -> None:
    """`schedule check` said that every workflow is started, of lines whose program was not there."""
    drifts = lacks(printed(place=replace(place, program="/usr/local/bin/gone/fisioflow")))
    drift = only(drifts, Kind.NO_PROGRAM)
    assert drift.wrong
    assert drift.message == (
        "/usr/local/bin/gone/fisioflow does not exist: this and 7 more start nothing."
    )
    assert "`fisioflow schedule crontab --host-zone UTC` prints its own" in drift.remedy


def test_settings_that_nobody_has_written(place: Place) -> None:
    Path(place.settings).unlink()
    drift = only(lacks(printed(place=place)), Kind.NO_SETTINGS)
    assert drift.message == f"{place.settings} does not exist: this and 7 more start nothing."
    assert f"chmod 600 {place.settings}" in drift.remedy


def test_in_a_file_that_is_not_installed_it_is_only_worth_knowing(place: Place) -> None:
    Path(place.settings).unlink()
    (drift,) = lacks(printed(place=place), ELSEWHERE)
    assert not drift.wrong
    assert "installed on this machine, this and 7 more would start nothing" in drift.message


def test_the_user_of_cron_d_has_to_exist(place: Place) -> None:
    (drift,) = lacks(of_cron_d(place, "nobody-of-ours"), cron_d="fisioflow")
    assert (drift.kind, drift.wrong) == (Kind.NO_USER, True)
    assert "There is no user nobody-of-ours here" in drift.message


@pytest.fixture
def open_place(place: Place) -> Iterator[Place]:
    """The same where every user of this machine may go."""
    with open_folder() as folder:
        program, settings = folder / "bin/fisioflow", folder / "clinic.env"
        shutil.copytree(Path(place.program).parent, program.parent)
        shutil.copy(place.settings, settings)
        yield Place(program=str(program), settings=str(settings))


def test_the_user_of_cron_d_has_to_read_the_settings(open_place: Place) -> None:
    Path(open_place.settings).chmod(0o600)
    (drift,) = lacks(of_cron_d(open_place, "daemon"), cron_d="fisioflow")
    assert (drift.kind, drift.wrong) == (Kind.NO_SETTINGS, True)
    assert f"{open_place.settings} cannot be read by daemon" in drift.message
    assert f"chown daemon {open_place.settings}" in drift.remedy
    Path(open_place.settings).chmod(0o644)
    assert lacks(of_cron_d(open_place, "daemon"), cron_d="fisioflow") == []


def behind_a_link(program: Path) -> None:
    inner = program.parent / "private"
    inner.mkdir(mode=0o700)
    program.rename(inner / "fisioflow")
    program.symlink_to(inner / "fisioflow")


MODES: dict[str, Callable[[Path], None]] = {
    "a mode": lambda program: program.chmod(0o744),
    "a folder above": lambda program: program.parent.chmod(0o700),
    "a folder behind a link": behind_a_link,
}


@pytest.mark.parametrize("close", MODES.values(), ids=MODES)
def test_a_user_is_kept_from_the_program_by(
    close: Callable[[Path], None], open_place: Place
) -> None:
    program = Path(open_place.program)
    assert STRANGER.may(program, START)
    close(program)
    assert not STRANGER.may(program, START)
    assert account(None).may(program, START)


def test_a_group_is_asked_before_the_others(open_place: Place) -> None:
    settings = Path(open_place.settings)
    settings.chmod(0o604)
    assert STRANGER.may(settings, READ)
    member = replace(STRANGER, groups=frozenset({settings.stat().st_gid}))
    assert not member.may(settings, READ)
    settings.chmod(0o640)
    assert (member.may(settings, READ), STRANGER.may(settings, READ)) == (True, False)


def own_units(place: Place, folder: Path, user: str) -> dict[str, str]:
    texts = units(WORKFLOWS, clinic=SAO_PAULO, place=place)
    write(
        {name: text.replace("User=fisioflow", f"User={user}") for name, text in texts.items()},
        folder,
        replace=True,
    )
    return systemd_units(folder)


def lacks_of_units(texts: dict[str, str]) -> list[tuple[Kind, str]]:
    drifts = expected().of_systemd(texts, None, HERE)
    return [(drift.kind, drift.message) for drift in drifts if drift.kind in LACKS]


def test_units_lack_what_a_crontab_would(place: Place, tmp_path: Path) -> None:
    own = str(os.geteuid())
    assert lacks_of_units(own_units(place, tmp_path / "units", own)) == []
    gone = Place(program="/gone/fisioflow", settings="/gone/fisioflow.env")
    found = lacks_of_units(own_units(gone, tmp_path / "units", own))
    assert [kind for kind, _ in found] == [Kind.NO_SETTINGS, Kind.NO_PROGRAM]
    assert "this and 7 more start nothing" in found[0][1]
    texts = own_units(place, tmp_path / "units", "nobody-of-ours")
    assert [kind for kind, _ in lacks_of_units(texts)] == [Kind.NO_USER]


def test_what_systemctl_edit_has_written_counts(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "units"
    own_units(replace(place, program="/gone/fisioflow"), folder, str(os.geteuid()))
    for name in ("fisioflow@.service", "fisioflow-dispatch.service"):
        (folder / f"{name}.d").mkdir()
        edited = f"[Service]\nExecStart=\nExecStart=-{place.program} due\n"
        (folder / f"{name}.d/override.conf").write_text(edited)
    assert lacks_of_units(systemd_units(folder)) == []


def test_settings_that_a_unit_can_do_without(place: Place, tmp_path: Path) -> None:
    optional = Place(program=place.program, settings="-/gone/fisioflow.env")
    assert lacks_of_units(own_units(optional, tmp_path, str(os.geteuid()))) == []
