"""What the host itself is set to, where a setting of ours says nothing."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def host_zone(environ: Mapping[str, str] = os.environ, etc: Path = Path("/etc")) -> ZoneInfo | None:
    """The time zone that cron and systemd go by here; None if nothing tells.

    /etc/localtime comes first: TZ may be this user's own, and cron does not know it.
    """
    for name in _names(environ, etc):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return None


def _names(environ: Mapping[str, str], etc: Path) -> Iterator[str]:
    with suppress(OSError):  # it may be a copy of the zone's file instead of a link
        yield str((etc / "localtime").readlink()).rpartition("zoneinfo/")[2].removeprefix("posix/")
    with suppress(OSError, UnicodeDecodeError):
        yield (etc / "timezone").read_text(encoding="utf-8").strip()
    yield environ.get("TZ", "").removeprefix(":")


def own_program(
    argv: Sequence[str] = sys.argv, python: str = sys.executable, name: str = "fisioflow"
) -> Path | None:
    """Where this program was started from, else where it lies beside its Python; None if not installed.

    A link is not followed: it stays when what it points at is replaced by the next release.
    """
    started = Path(argv[0]).absolute()
    places = (started, Path(python).parent / name)
    return next((place for place in places if place.name == name and _startable(place)), None)


def _startable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
