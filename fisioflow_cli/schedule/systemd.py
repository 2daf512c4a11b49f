"""The systemd units that start every workflow and keep one dispatcher running."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cronsim import CronSim

from fisioflow_cli.errors import FileInTheWay, FisioFlowError, UsageError
from fisioflow_cli.schedule.place import Place
from fisioflow_cli.schedule.template import fill

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from fisioflow_cli.engine.workflow import Workflow

TEMPLATE, DISPATCH = "fisioflow@.service", "fisioflow-dispatch.service"
MARGIN = timedelta(minutes=15)
WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
HOURS_A_DAY, DAYS_A_WEEK = 24, 7


def units(
    workflows: "Sequence[Workflow[Any]]", *, clinic: ZoneInfo, place: Place | None = None
) -> dict[str, str]:
    """The text of every unit by the name of its file: one service for all, a timer each, dispatch."""
    place = place or Place()
    timers = {timer(workflow.command): workflow for workflow in workflows}
    longest = max(workflow.deadline for workflow in workflows) + MARGIN
    facts = {"place": place, "minutes": longest // timedelta(minutes=1)}
    return {
        TEMPLATE: fill("service.j2", **facts),
        **{name: _timer(workflow, clinic) for name, workflow in timers.items()},
        DISPATCH: fill("dispatch.service.j2", **facts),
    }


def chosen(texts: "Mapping[str, str]", name: str | None) -> dict[str, str]:
    """All of `texts`, or the one of this name; UsageError if there is none."""
    if name is None:
        return dict(texts)
    if name not in texts:
        raise UsageError(f"There is no unit of this name; name one of {', '.join(texts)}.")
    return {name: texts[name]}


def timer(command: str) -> str:
    """The name of the timer that starts this command."""
    return f"fisioflow-{command}.timer"


def _timer(workflow: "Workflow[Any]", clinic: ZoneInfo) -> str:
    instance = TEMPLATE.replace("@", f"@{workflow.command}")
    when = calendar(workflow.cron, clinic)
    return fill("timer.j2", workflow=workflow, when=when, service=instance)


def calendar(cron: str, zone: ZoneInfo) -> str:
    """The OnCalendar= expression of the same instants; ValueError for a day of the month."""
    _, _, day, month, _ = cron.split()
    if (day, month) != ("*", "*"):
        raise ValueError(f"{cron} names a day of the month, which no workflow does")
    parsed = CronSim(cron, datetime.min)  # noqa: DTZ901  # only its fields are used
    numbers = {number % DAYS_A_WEEK for number in parsed.weekdays if isinstance(number, int)}
    days = ",".join(WEEKDAYS[number] for number in sorted(numbers))
    hours = ",".join(f"{hour:02}" for hour in sorted(parsed.hours))
    minutes = ",".join(f"{minute:02}" for minute in sorted(parsed.minutes))
    if len(parsed.hours) == HOURS_A_DAY:
        hours = "*"
    weekdays = "" if len(numbers) == DAYS_A_WEEK else f"{days} "
    return f"{weekdays}*-*-* {hours}:{minutes}:00 {zone.key}"


def write(texts: "Mapping[str, str]", folder: "Path", *, replace: bool) -> list[str]:
    """Write the files that `folder` does not have as they are, and name them.

    Raises FileInTheWay, and writes none of them, if one is there with other content, unless
    `replace`; FisioFlowError if the folder cannot be written to.
    """
    try:
        found = {name: _content(folder / name) for name in texts}
        others = sorted(name for name, text in found.items() if text not in {None, texts[name]})
        if others and not replace:
            raise FileInTheWay(
                f"{', '.join(others)} would be overwritten, and nothing was written; look at the "
                "difference, then add --replace."
            )
        folder.mkdir(parents=True, exist_ok=True)
        written = [name for name in texts if found[name] != texts[name]]
        for name in written:
            (folder / name).write_text(texts[name], encoding="utf-8")
    except OSError as error:
        raise FisioFlowError(
            f"The units cannot be written there ({error.strerror}); name a folder that this user "
            "may write to with --to."
        ) from None
    return written


def _content(path: "Path") -> str | None:
    """What the file says; None if there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
