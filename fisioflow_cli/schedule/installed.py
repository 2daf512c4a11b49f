"""The schedulers' own files on this machine: where they are, and their texts."""

import shutil
import stat
import subprocess
from pathlib import Path

from fisioflow_cli.schedule.invocations import mentioned

LONGEST = 1_000_001
"""A byte more than what is still looked at."""

SECONDS = 10
OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def own_crontab() -> str | None:
    """The crontab of this user, as `crontab -l` prints it; None if there is none, or no cron."""
    program = shutil.which("crontab")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603  # cron's own program, without arguments of ours
            [program, "-l"], capture_output=True, check=False, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return decoded(done.stdout[:LONGEST]) if done.returncode == 0 else None


def system_crontabs(etc: Path = Path("/etc")) -> dict[Path, str]:
    """/etc/crontab and the files of /etc/cron.d, those that mention our program."""
    folder = etc / "cron.d"
    paths = [etc / "crontab", *(sorted(folder.iterdir()) if _listed(folder) else [])]
    return _mentioning(paths)


def trusted(path: Path, root: int = 0) -> bool:
    """Whether cron would read this file of its own folder: `root`'s, and nobody else may write to it."""
    try:
        found = path.stat()
        owners = {path.lstat().st_uid, found.st_uid}
    except OSError:
        return True
    return owners == {root} and not found.st_mode & OTHERS_MAY_WRITE


def github_files(folder: Path) -> dict[str, str]:
    """The workflow files of a .github/workflows by name; empty if there is no such folder."""
    paths = [*folder.glob("*.yml"), *folder.glob("*.yaml")] if _listed(folder) else []
    return {path.name: text for path in sorted(paths) if (text := content(path)) is not None}


def systemd_units(folder: Path = Path("/etc/systemd/system")) -> dict[str, str]:
    """The services of a folder that mention our program, with their timers, by name.

    What `systemctl edit` has put beside one counts as written at its end.
    """
    paths = [*folder.glob("*.timer"), *folder.glob("*.service")] if _listed(folder) else []
    texts = {path: text for path in sorted(paths) if (text := _edited(path)) is not None}
    ours = {path.stem for path, text in texts.items() if mentioned(text)}
    return {path.name: text for path, text in texts.items() if path.stem in ours}


def enabled_units(folder: Path = Path("/etc/systemd/system")) -> frozenset[str]:
    """The names of the units that a target of this folder wants."""
    wanted = folder.glob("*.target.wants/*") if _listed(folder) else ()
    return frozenset(path.name for path in wanted)


def content(path: Path) -> str | None:
    """The text of a file, cut where it is longer than any schedule; None if it cannot be read."""
    try:
        with path.open("rb") as file:
            return decoded(file.read(LONGEST))
    except OSError:
        return None


def _edited(unit: Path) -> str | None:
    parts = [unit, *sorted(unit.with_name(f"{unit.name}.d").glob("*.conf"))]
    texts = [text for part in parts if (text := content(part)) is not None]
    return "\n".join(texts) if texts else None


def decoded(raw: bytes) -> str:
    """A text of whatever encoding: what is not UTF-8 is replaced."""
    return raw.decode("utf-8", errors="replace")


def _mentioning(paths: list[Path]) -> dict[Path, str]:
    found = {path: content(path) for path in paths if path.is_file()}
    return {path: text for path, text in found.items() if text is not None and mentioned(text)}


def _listed(folder: Path) -> bool:
    try:
        return folder.is_dir() and any(True for _ in folder.iterdir())
    except OSError:
        return False
