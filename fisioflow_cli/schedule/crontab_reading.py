"""What a crontab starts, as Debian's cron reads it; the lines that it would trip over."""

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fisioflow_cli.clock import zone_named
from fisioflow_cli.schedule.entry import Drift, Entry, Kind, Needs, Reading
from fisioflow_cli.schedule.instants import readable
from fisioflow_cli.schedule.invocations import invocations, mentioned
from fisioflow_cli.schedule.shell import path_after, sourced
from fisioflow_cli.schedule.zones import leads

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

LONGEST = 1_000_000
DEFAULT_PATH = "/usr/bin:/bin"
MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@reboot": None,
}
VARIABLE = re.compile(r"""\s*(["']?)(\w+)\1\s*=\s*(.*?)\s*$""")
PERCENT = re.compile(r"(?<!\\)%")
USER = re.compile(r"[a-z_][a-z0-9_-]*\$?")
NO_USERS = {"set", "exec", "cd", "env", "sh", "bash", "test", "fisioflow", "uv", "flock", "nice"}
CRON_D_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, kw_only=True)
class Crontab:
    """The text of a crontab; `system` if its lines name a user, as those in /etc/cron.d do."""

    text: str
    host: "ZoneInfo"
    name: str = "crontab"
    system: bool = False
    known: frozenset[str] = frozenset()

    def read(self) -> Reading:
        """Its entries, and what is wrong with it whatever they are."""
        legible = "\0" not in self.text and len(self.text) <= LONGEST
        illegible = _unreadable(self.name, "This is no crontab: it is too long, or not text.")
        found = list(self._lines()) if legible else [illegible]
        return Reading(
            name=self.name,
            printer=f"fisioflow schedule crontab --host-zone {self.host.key}",
            legible=legible,
            entries=tuple(one for one in found if isinstance(one, Entry)),
            drifts=tuple(one for one in found if isinstance(one, Drift)),
        )

    def _lines(self) -> "Iterator[Entry | Drift]":
        lines = self.text.split("\n")
        path = DEFAULT_PATH
        for number, line in enumerate(lines, start=1):
            place = f"{self.name}, line {number}"
            if line.lstrip().startswith("#") or not line.strip():
                continue
            if (variable := VARIABLE.match(line)) is not None:
                value = variable[3].strip("\"'")
                path = value if variable[2] == "PATH" else path
                yield from self._zone(place, variable[2], value)
            elif mentioned(line):
                yield from self._entry(place, line.strip(), path)
        if lines[-1].strip():
            yield Drift(
                kind=Kind.FINAL_NEWLINE,
                place=f"{self.name}, line {len(lines)}",
                message="The last line does not end with a newline: cron leaves it out.",
                remedy="End the file with a newline.",
            )

    def _zone(self, place: str, name: str, value: str) -> "Iterator[Drift]":
        if name == "CRON_TZ" and not _same(value, self.host):
            yield Drift(
                kind=Kind.CRON_TZ,
                place=place,
                message=f"Debian's cron ignores CRON_TZ and reads the hours in {self.host.key}.",
                remedy=f"Take it out and use what `fisioflow schedule crontab --host-zone "
                f"{self.host.key}` prints.",
            )

    def _entry(self, place: str, line: str, path: str) -> "Iterator[Entry | Drift]":
        cron, command = _parted(line)
        if cron not in MACROS and not readable(cron):
            yield _unreadable(place, "cron cannot read when this line is due.")
            return
        command, *stdin = PERCENT.split(command, maxsplit=1)
        if stdin:
            yield Drift(
                kind=Kind.PERCENT,
                place=place,
                message="cron ends the command at the first % and gives the rest to its stdin.",
                remedy="Write \\% for a percent sign.",
            )
        yield from self._user(place, command)
        user, command = self._parted(command)
        for found in invocations(command, self.known):
            if found.command is not None:
                yield Entry(
                    place=place,
                    command=found.command,
                    options=found.options,
                    words=found.words,
                    cron=MACROS.get(cron, cron),
                    zone=self.host,
                    needs=Needs(
                        program=found.program,
                        path=path_after(path, command),
                        settings=tuple(sourced(command)),
                        user=user,
                        reader=user,
                    ),
                )

    def _parted(self, command: str) -> tuple[str | None, str]:
        """Who runs it, if its line says so, and the rest."""
        first, *rest = command.split(maxsplit=1)[:2] or [""]
        return (first, "".join(rest)) if self.system and _is_user(first) else (None, command)

    def _user(self, place: str, command: str) -> "Iterator[Drift]":
        """Whether a user's name stands before the command where it should, and only there."""
        first = command.split(maxsplit=1)[0] if command.strip() else ""
        if self.system and not _is_user(first):
            message = "cron takes the word before the command for a user's name; here is none."
            remedy = "Write the user, such as root, between the time and the command."
        elif not self.system and first == "root":
            message = "A user's own crontab names no user: cron takes root for the command."
            remedy = "Take the word root out."
        else:
            return
        yield Drift(kind=Kind.USER_COLUMN, place=place, message=message, remedy=remedy)


def ignored(place: str, name: str) -> "Iterator[Drift]":
    """What keeps cron from reading a file of /etc/cron.d of this name."""
    if not CRON_D_NAME.fullmatch(name):
        yield Drift(
            kind=Kind.IGNORED_FILE,
            place=place,
            message="cron skips a file of /etc/cron.d with a dot or a sign in its name.",
            remedy="Name it with letters, digits, - and _ only, such as fisioflow.",
        )


def untrusted(place: str) -> "Iterator[Drift]":
    """What keeps cron from reading a file that others could have written."""
    yield Drift(
        kind=Kind.IGNORED_FILE,
        place=place,
        message="cron skips a file of /etc/cron.d that is not root's, or that others may write to.",
        remedy="chown root FILE && chmod 644 FILE",
    )


def _parted(line: str) -> tuple[str, str]:
    """When, and what: `@daily` or five fields, and the rest."""
    if line.startswith("@"):
        macro, *command = line.split(maxsplit=1)
        return macro.lower(), command[0] if command else ""
    fields = line.split(maxsplit=5)
    return " ".join(fields[:5]), fields[5] if len(fields) == 6 else ""


def _is_user(word: str) -> bool:
    return USER.fullmatch(word) is not None and word not in NO_USERS


def _same(name: str, host: "ZoneInfo") -> bool:
    """Whether the zone of this name never differs from the host's."""
    zone = zone_named(name)
    return zone is not None and leads(zone, host, date(2026, 1, 1)) == (0,)


def _unreadable(place: str, message: str) -> Drift:
    return Drift(
        kind=Kind.UNREADABLE,
        place=place,
        message=message,
        remedy="Correct it: man 5 crontab says how a line is written.",
    )
