"""Every scheduler that has been told something, or that somebody names, held against the registry."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fisioflow_cli.errors import UsageError
from fisioflow_cli.schedule import installed
from fisioflow_cli.schedule.crontab_reading import untrusted
from fisioflow_cli.schedule.drift import Drift, Expected, merged
from fisioflow_cli.schedule.invocations import mentioned
from fisioflow_cli.schedule.lacking import Host

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKFLOWS = Path(".github/workflows")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was looked at, by name, and how all of it together departs from the registry."""

    names: tuple[str, ...]
    drifts: tuple[Drift, ...]

    @property
    def wrong(self) -> int:
        """How many drifts lose a start, or make it late or early."""
        return sum(drift.wrong for drift in self.drifts)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where the schedulers keep their files."""

    etc: Path = Path("/etc")
    units: Path = Path("/etc/systemd/system")
    folder: Path = Path()
    """The checkout one stands in."""
    root: int = 0
    """Whose files cron reads in `etc`, as a user's number."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """The schedulers that somebody asks for; nothing: whatever is found on this machine."""

    crontab: tuple[str, str] | None = None
    """The path or `-`, and the text."""
    github: Path | None = None
    systemd: Path | None = None


def check(expected: Expected, named: Named, machine: Machine | None = None) -> Checked:
    """The drifts of the schedulers that are named, else of those that have been told something.

    What one of them starts is not missing in another. If none has been told anything, everything is
    missing in the crontab. UsageError if a folder that is named does not exist.
    """
    machine = machine or Machine()
    reports = list(_named(expected, named, machine)) or list(_found(expected, machine))
    if not reports:
        reports = [("crontab", expected.of_crontab(""))]
    names = tuple(name for name, _ in reports)
    return Checked(names=names, drifts=tuple(merged([drifts for _, drifts in reports])))


def _named(
    expected: Expected, named: Named, machine: Machine
) -> "Iterator[tuple[str, list[Drift]]]":
    if named.crontab is not None:
        path, text = named.crontab
        yield _crontab(expected, machine, path, text)
    if named.github is not None:
        folder = _folder(named.github)
        workflows = folder / WORKFLOWS if (folder / WORKFLOWS).is_dir() else folder
        yield "GitHub", expected.of_github(installed.github_files(workflows))
    if named.systemd is not None:
        units = installed.systemd_units(_folder(named.systemd))
        # anywhere else they are files that may yet be installed
        there = named.systemd == machine.units
        enabled = installed.enabled_units(machine.units) if there else None
        yield "systemd", expected.of_systemd(units, enabled, Host(installed=there))


def _found(expected: Expected, machine: Machine) -> "Iterator[tuple[str, list[Drift]]]":
    own = installed.own_crontab()
    if own is not None and mentioned(own):
        yield "crontab", expected.of_crontab(own, host=Host(installed=True))
    for path, text in installed.system_crontabs(machine.etc).items():
        yield _crontab(expected, machine, str(path), text)
    files = installed.github_files(machine.folder / WORKFLOWS)
    if any(map(mentioned, files.values())):
        yield "GitHub", expected.of_github(files)
    units = installed.systemd_units(machine.units)
    if units:
        enabled = installed.enabled_units(machine.units)
        yield "systemd", expected.of_systemd(units, enabled, Host(installed=True))


def _crontab(expected: Expected, machine: Machine, path: str, text: str) -> tuple[str, list[Drift]]:
    """A crontab that is a file: one of cron's own folder names a user in each line."""
    where = Path(path)
    if where.parent.name == "cron.d":
        # a copy elsewhere may yet get its owner when it is installed
        there = where.parent == machine.etc / "cron.d"
        drifts = expected.of_crontab(text, path, where.name, Host(installed=there))
        strange = there and not installed.trusted(where, machine.root)
        return path, [*(untrusted(path) if strange else ()), *drifts]
    if where == machine.etc / "crontab":
        return path, expected.of_crontab(text, path, "crontab", Host(installed=True))
    name = "crontab" if path == "-" else path
    return name, expected.of_crontab(text, name, host=Host(installed=False))


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise UsageError(f"There is no folder {path}; name one that exists.")
    return path
