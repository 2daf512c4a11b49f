"""What the systemd timers of a folder start, and when."""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fisioflow_cli.clock import zone_named
from fisioflow_cli.schedule.entry import Drift, Entry, Kind, Needs, Reading
from fisioflow_cli.schedule.instants import readable
from fisioflow_cli.schedule.invocations import Invocation, invocations
from fisioflow_cli.schedule.shell import path_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PRINTER = "fisioflow schedule systemd"
SEARCHED = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where systemd looks for a program that is named without its path; its services' PATH as well."""
PREFIXES = "-@:+!|"
"""The signs that may stand before a path in ExecStart= and EnvironmentFile=."""
SHORT = {
    "minutely": "* * * * *",
    "hourly": "0 * * * *",
    "daily": "0 0 * * *",
    "weekly": "0 0 * * 1",
    "monthly": "0 0 1 * *",
}
DAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*", re.IGNORECASE)
CLOCK = re.compile(r"([\d*,/.]+):([\d*,/.]+)(?::0?0(?:\.0+)?)?")
SETTING = re.compile(r"\s*([A-Za-z]+)\s*=\s*(.*?)\s*")


@dataclass(frozen=True, kw_only=True)
class Units:
    """The texts of the units by their files' names, and which of them are enabled; None: unknown."""

    texts: "Mapping[str, str]"
    host: ZoneInfo
    known: frozenset[str]
    enabled: frozenset[str] | None = None

    def read(self) -> Reading:
        """What they start; a service counts by itself only if it is kept running, as dispatch is."""
        found = [one for name in sorted(self.texts) for one in self._found(name)]
        return Reading(
            name="systemd",
            printer=PRINTER,
            entries=tuple(one for one in found if isinstance(one, Entry)),
            drifts=tuple(one for one in found if isinstance(one, Drift)),
        )

    def _found(self, name: str) -> "Iterator[Entry | Drift]":
        unit = settings(self.texts[name])
        service = name
        if name.endswith(".timer"):
            service = unit["Unit"][-1] if unit["Unit"] else f"{PurePosixPath(name).stem}.service"
        elif not unit["WantedBy"]:
            return
        started = list(self._started(service))
        if started and self.enabled is not None and name not in self.enabled:
            yield Drift(
                kind=Kind.NOT_ENABLED,
                place=name,
                message="It is installed and not enabled: after the next boot it starts nothing.",
                remedy=f"systemctl enable --now {name}",
            )
        for invocation, needs in started:
            yield from self._entries(name, unit["OnCalendar"], invocation, needs)

    def _started(self, service: str) -> "Iterator[tuple[Invocation, Needs]]":
        """The commands of ours that a service runs; `a@b.service` may be an instance of `a@.service`."""
        head, at, instance = service.removesuffix(".service").partition("@")
        unit = settings(self.texts.get(service) or self.texts.get(f"{head}{at}.service", ""))
        for line in unit["ExecStart"]:
            for found in invocations(re.sub("%[iI]", lambda _: instance, line), self.known):
                if found.command is not None:
                    yield found, _needs(unit, found)

    def _entries(
        self, name: str, calendars: list[str], invocation: Invocation, needs: Needs
    ) -> "Iterator[Entry | Drift]":
        """One for each time; a single one without a time for what is only kept running."""
        for calendar in calendars or [""]:
            when = as_cron(calendar, self.host) if calendar else (None, self.host)
            if when is not None:
                yield Entry(
                    place=name,
                    command=invocation.command or "",
                    options=invocation.options,
                    words=invocation.words,
                    cron=when[0],
                    zone=when[1],
                    needs=needs,
                )
            else:
                yield Drift(
                    kind=Kind.UNREADABLE,
                    place=name,
                    workflow=invocation.command,
                    message="Its OnCalendar= cannot be compared with the registry.",
                    remedy=f"Write it as `{PRINTER}` does.",
                )


def _needs(unit: "Mapping[str, list[str]]", found: Invocation) -> Needs:
    """systemd itself, as root, reads the settings; `-/path` is no path: that file may be absent."""
    return Needs(
        program=found.program and found.program.lstrip(PREFIXES),
        path=path_after(SEARCHED, "\n".join(unit["Environment"])),
        settings=tuple(unit["EnvironmentFile"]),
        user=unit["User"][-1] if unit["User"] and not unit["DynamicUser"] else "root",
        reader="root",
    )


def settings(text: str) -> "Mapping[str, list[str]]":
    """The settings of a unit by name, whatever their section; an empty one clears those before it."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in text.replace("\\\n", " ").splitlines():
        match = SETTING.fullmatch(line)
        if match is None:
            continue
        if match[2]:
            found[match[1]].append(match[2])
        else:
            found[match[1]].clear()
    return found


def as_cron(calendar: str, host: ZoneInfo) -> tuple[str, ZoneInfo] | None:
    """The cron expression of an OnCalendar= and its zone; None if it says what cron cannot."""
    words = calendar.split()
    zone = _zone(words[-1]) if len(words) > 1 else None
    words = words[:-1] if zone is not None else words
    if len(words) == 1 and words[0].lower() in SHORT:
        return SHORT[words[0].lower()], zone or host
    weekdays = _weekdays(words.pop(0)) if words and DAY.match(words[0]) else "*"
    if words and words[0] in {"*-*-*", "*-*"}:
        words.pop(0)
    clock = CLOCK.fullmatch(words[0]) if len(words) == 1 else None
    if clock is None or weekdays is None:
        return None
    cron = f"{_field(clock[2], 59)} {_field(clock[1], 23)} * * {weekdays}"
    return (cron, zone or host) if readable(cron) else None


def _field(text: str, last: int) -> str:
    """`00/6` as `0-23/6`, `8..18` as `8-18`."""
    parts = (re.sub(r"^(\d+)/", rf"\1-{last}/", part) for part in text.split(","))
    return ",".join(parts).replace("..", "-")


def _weekdays(text: str) -> str | None:
    """`Mon..Fri,Sun` as `1-5,7`."""
    numbers = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}
    replaced = DAY.sub(lambda match: str(numbers[match[1].lower()]), text)
    cron = replaced.replace("..", "-").rstrip(",")
    return cron if re.fullmatch(r"[\d,-]+", cron) else None


def _zone(name: str) -> ZoneInfo | None:
    return None if ":" in name or not name[:1].isalpha() else zone_named(name)
