"""What others have been told to start, as found in their own files, and how it departs from ours."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DUE, DISPATCH = "due", "dispatch"
"""The commands that stand for every workflow, and for all events."""

IDLE = frozenset({"--dry-run", "--as-of", "--list", "--help", "-h"})
"""Options with which a start does not do the work of its hour."""

NARROW = frozenset({"--org"})
"""Options with which it does only a part of it."""

NO_CATCH_UP, FORCE = "--no-catch-up", "--force"


class Kind(StrEnum):
    """In what way a schedule departs from the registry."""

    MISSING = "missing"
    DIFFERENT = "different"
    WRONG_ZONE = "wrong_zone"
    CRON_TZ = "cron_tz"
    MINUTE_ZERO = "minute_zero"
    IDLE = "idle"
    NARROWED = "narrowed"
    UNKNOWN_COMMAND = "unknown_command"
    UNREADABLE = "unreadable"
    IGNORED_FILE = "ignored_file"
    FINAL_NEWLINE = "final_newline"
    PERCENT = "percent"
    USER_COLUMN = "user_column"
    NOT_ENABLED = "not_enabled"
    NO_PROGRAM = "no_program"
    NO_SETTINGS = "no_settings"
    NO_USER = "no_user"
    DOUBLED = "doubled"
    BY_HAND = "by_hand"
    NO_DISPATCH = "no_dispatch"
    NO_CATCH_UP = "no_catch_up"
    FORCED = "forced"


NOTES = frozenset({Kind.DOUBLED, Kind.BY_HAND, Kind.NO_DISPATCH, Kind.NO_CATCH_UP, Kind.FORCED})
"""What loses no start: doubled starts are harmless, and not every clinic has events."""

HOST = frozenset({Kind.NO_PROGRAM, Kind.NO_SETTINGS, Kind.NO_USER})
"""What the host lacks, whatever the schedule says."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One way in which a schedule departs from the registry; never text that somebody else wrote."""

    kind: Kind
    place: str
    """Where: `crontab`, `crontab, line 12`, `scheduled.yml, cron 7 3 * * *`."""
    workflow: str | None = None
    """The command of the workflow that it is about, if it is about one."""
    message: str
    remedy: str
    installed: bool = True
    """Whether this host goes by what it is about; a file may yet be installed, here or elsewhere."""

    @property
    def wrong(self) -> bool:
        """Whether a start is lost, late or early because of it; else it is only worth knowing."""
        return self.kind not in NOTES and (self.installed or self.kind not in HOST)


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a start needs on its host before our program can say anything itself."""

    program: str | None
    """As its line names it: a path, or a name to look for; None if that cannot be told."""
    path: str | None
    """The PATH in which a name is looked for; None if that cannot be told."""
    settings: tuple[str, ...] = ()
    """The files that are read first."""
    user: str | None = None
    """Who starts it; None: whoever asks."""
    reader: str | None = None
    """Who reads the settings; None: whoever asks."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A start that somebody has scheduled."""

    place: str
    command: str
    """The word after `fisioflow`."""
    options: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    """What else its command line says."""
    cron: str | None
    """Five cron fields that cronsim reads; None for a start that has no time, as at boot."""
    zone: "ZoneInfo"
    """The zone that its scheduler reads the fields in."""
    needs: Needs | None = None
    """None: another machine's business, as GitHub's runners are."""

    @property
    def idle(self) -> bool:
        """Whether it starts something that does not do the work."""
        return bool(self.options & IDLE)

    @property
    def leaving(self) -> frozenset[str]:
        """The options for which it leaves work undone; none: it does the whole."""
        return self.options & (IDLE | NARROW)

    def starts(self, command: str) -> bool:
        """Whether it starts the workflow of this command, by itself or with all others."""
        if self.command == DUE and "--workflow" in self.options:
            return command in self.words
        return self.command in {command, DUE}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one scheduler has been told."""

    name: str
    """`crontab`, `GitHub`, `systemd`: where a drift of the whole is."""
    printer: str
    """The command that prints how it should be."""
    entries: tuple[Entry, ...] = ()
    drifts: tuple[Drift, ...] = ()
    """What is wrong whatever the registry says."""
    legible: bool = True
    """Whether it could be read at all; if not, nobody knows what it lacks."""
