"""`fisioflow schedule systemd`."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from fisioflow_cli.commands.place import ProgramOption, SettingsOption, place_or_own

UnitArgument = Annotated[
    str | None, typer.Argument(metavar="UNIT", help="Only this file; default: all of them.")
]
ToOption = Annotated[
    Path | None,
    typer.Option("--to", metavar="FOLDER", file_okay=False, help="Write the files there."),
]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="With --to: overwrite files with other content.")
]


def print_systemd(
    unit: UnitArgument = None,
    *,
    to: ToOption = None,
    replace: ReplaceOption = False,
    program: ProgramOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """The systemd units: a timer per workflow, the service that they start, and one for dispatch.

    Example: fisioflow schedule systemd --to /etc/systemd/system
    """
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.commands import show_schedule  # noqa: PLC0415
    from fisioflow_cli.schedule.systemd import chosen, units, write  # noqa: PLC0415
    from fisioflow_cli.workflows.registry import WORKFLOWS  # noqa: PLC0415

    clinic = ZoneInfo(settings.from_process().timezone)
    place = place_or_own(program, settings_file)
    texts = chosen(units(WORKFLOWS, clinic=clinic, place=place), unit)
    if to is not None:
        show_schedule.written(write(texts, to, replace=replace), len(texts))
    else:
        show_schedule.show_units(texts)
