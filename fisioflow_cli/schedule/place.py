"""Where a host has what its scheduler starts: the program, and the settings it is started with."""

import re
from dataclasses import dataclass

PROGRAM, SETTINGS = "/usr/local/bin/fisioflow", "/etc/fisioflow.env"
PATH = re.compile(r"/[\w/.+@:-]*[\w.+-]")


@dataclass(frozen=True, kw_only=True)
class Place:
    """What the host has where."""

    program: str = PROGRAM
    settings: str = SETTINGS


def literal(path: str) -> bool:
    """Whether cron, a shell and systemd take this path as it stands: a whole one, without signs."""
    return PATH.fullmatch(path) is not None
