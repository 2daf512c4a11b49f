"""What a host lacks of that which its schedule starts: the program, the settings, the user."""

import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fisioflow_cli.schedule.access import READ, START, Account, NoSuchUser, account, exists
from fisioflow_cli.schedule.entry import Drift, Entry, Kind, Needs, Reading
from fisioflow_cli.schedule.installed import content
from fisioflow_cli.schedule.place import literal
from fisioflow_cli.schedule.shell import path_after

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERPRETER = re.compile(r"#! ?(\S+)")
USER = re.compile(r"[\w.-]{1,32}\$?")
FOLDERS = re.compile(r"[\w/.+@:$~-]{0,4096}")


class Lack(NamedTuple):
    """One thing that is not there; the same for every entry that needs it."""

    kind: Kind
    message: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Host:
    """This machine, which goes by a schedule, or might (`installed`)."""

    installed: bool

    def lacking(self, reading: Reading) -> "Iterator[Drift]":
        """A drift for each thing that entries need and that is not here, at the first of them."""
        found: dict[Lack, list[Entry]] = defaultdict(list)
        for entry in reading.entries:
            for lack in _lacks(entry.needs, reading.printer) if entry.needs else ():
                found[lack].append(entry)
        for lack, entries in found.items():
            yield Drift(
                kind=lack.kind,
                place=entries[0].place,
                message=f"{lack.message}: {self._told(entries)}.",
                remedy=lack.remedy,
                installed=self.installed,
            )

    def _told(self, entries: list[Entry]) -> str:
        others = len({entry.place for entry in entries}) - 1
        who = f"this and {others} more" if others else "this"
        if self.installed:
            return f"{who} start{'' if others else 's'} nothing"
        return f"installed on this machine, {who} would start nothing"


def _lacks(needs: Needs, printer: str) -> "Iterator[Lack]":
    if not all(USER.fullmatch(name) for name in (needs.user, needs.reader) if name):
        return
    try:
        reader = account(needs.reader)
        yield from _unread(needs, reader)
        starter = account(needs.user)
    except NoSuchUser as error:
        remedy = f"Create it: useradd --system {error}; or name a user that there is."
        yield Lack(Kind.NO_USER, f"There is no user {error} here", remedy)
    else:
        remedy = f"Replace the path by that of the program: `{printer}` prints its own."
        yield from _program(needs, starter, remedy)


def _unread(needs: Needs, reader: Account) -> "Iterator[Lack]":
    owner = f"chown {needs.reader} FILE && " if needs.reader else ""
    remedy = f"Write the settings into it (docs/configuration.md), then {owner}chmod 600 FILE."
    for path in filter(literal, needs.settings):
        if (why := _fault(Path(path), reader, READ)) is not None:
            yield Lack(Kind.NO_SETTINGS, f"{path} {why}", remedy.replace("FILE", path))


def _program(needs: Needs, starter: Account, remedy: str) -> "Iterator[Lack]":
    if needs.program is None:
        return
    if "/" in needs.program:
        if literal(needs.program):
            yield from _startable(Path(needs.program), starter, remedy)
        return
    path = needs.path
    for file in filter(literal, needs.settings):  # they may set it
        path = path_after(path, content(Path(file)) or "")
    if path is None or FOLDERS.fullmatch(path) is None:
        return
    places = [Path(folder, needs.program) for folder in path.split(":") if folder]
    if not any(_fault(place, starter, START) is None for place in places):
        yield Lack(Kind.NO_PROGRAM, f"{needs.program} is in no folder of its PATH, {path}", remedy)


def _startable(program: Path, starter: Account, remedy: str) -> "Iterator[Lack]":
    """What keeps the program, or the Python that its first line names, from being started."""
    if (why := _fault(program, starter, START)) is not None:
        yield Lack(Kind.NO_PROGRAM, f"{program} {why}", remedy)
        return
    found = INTERPRETER.match(_head(program))
    if found is not None and literal(found[1]):
        why = _fault(Path(found[1]), starter, START)
        if why is not None:
            yield Lack(Kind.NO_PROGRAM, f"{found[1]}, the Python of {program}, {why}", remedy)


def _fault(path: Path, user: Account, bit: int) -> str | None:
    if not exists(path):
        return "does not exist"
    if not path.is_dir() and user.may(path, bit):
        return None
    return f"cannot be {'read' if bit == READ else 'started'} by {user.name}"


def _head(program: Path) -> str:
    with suppress(OSError), program.open("rb") as file:
        return file.readline(1000).decode("utf-8", errors="replace")
    return ""
