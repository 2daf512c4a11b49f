"""What a host tells of itself: the zone that its cron goes by, and where this program is."""

from pathlib import Path

import pytest

from fisioflow_cli.settings.host import host_zone, own_program


def etc(folder: Path, *, link: str | None = None, timezone: str | None = None) -> Path:
    if link is not None:
        (folder / "localtime").symlink_to(link)
    if timezone is not None:
        (folder / "timezone").write_text(timezone)
    return folder


@pytest.mark.parametrize(
    "link",
    [
        "/usr/share/zoneinfo/America/Sao_Paulo",
        "../usr/share/zoneinfo/America/Sao_Paulo",
        "/usr/share/zoneinfo/posix/America/Sao_Paulo",
        "/nix/store/abc-tzdata/share/zoneinfo/America/Sao_Paulo",
    ],
)
def test_the_link_of_the_system_comes_first(tmp_path: Path, link: str) -> None:
    """A TZ of the user's own does not reach cron."""
    zone = host_zone({"TZ": "Asia/Tokyo"}, etc(tmp_path, link=link, timezone="Europe/Berlin\n"))
    assert zone is not None
    assert zone.key == "America/Sao_Paulo"


def test_where_the_link_is_a_copy_the_name_beside_it_counts(tmp_path: Path) -> None:
    (tmp_path / "localtime").write_bytes(b"TZif2")
    zone = host_zone({}, etc(tmp_path, timezone="Europe/Berlin\n"))
    assert zone is not None
    assert zone.key == "Europe/Berlin"


def test_tz_is_the_last_resort(tmp_path: Path) -> None:
    zone = host_zone({"TZ": ":Asia/Tokyo"}, etc(tmp_path, link="/nowhere", timezone="rubbish/\0"))
    assert zone is not None
    assert zone.key == "Asia/Tokyo"


@pytest.mark.parametrize("tz", ["", "EST5EDT,M3.2.0,M11.1.0", "../../etc/passwd"])
def test_a_host_that_tells_nothing_is_not_guessed(tmp_path: Path, tz: str) -> None:
    assert host_zone({"TZ": tz}, tmp_path) is None


def installed(folder: Path, name: str = "fisioflow", mode: int = 0o755) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text("#!/bin/sh\n")
    program.chmod(mode)
    return program


def test_the_program_that_was_started_is_named_by_the_link_that_started_it(tmp_path: Path) -> None:
    """A release has a folder of its own, and the link stays when it is replaced."""
    release = installed(tmp_path / "releases/1.0")
    link = tmp_path / "fisioflow"
    link.symlink_to(release)
    assert own_program([str(link)], str(release.with_name("python3"))) == link


def test_started_as_a_module_it_is_what_lies_beside_its_python(tmp_path: Path) -> None:
    program = installed(tmp_path / "venv/bin")
    module = "/venv/lib/fisioflow_cli/__main__.py"
    assert own_program([module], str(program.with_name("python3"))) == program


@pytest.mark.parametrize("mode", [0o644, 0o000])
def test_what_cannot_be_started_is_not_named(tmp_path: Path, mode: int) -> None:
    program = installed(tmp_path, mode=mode)
    assert own_program([str(program)], str(tmp_path / "python3")) is None
    assert own_program([""], "") is None
