"""`fisioflow schedule systemd`."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer


def program_path(path: str) -> str:
    """`path` if systemd can start it as it stands; BadParameter otherwise."""
    from fisioflow_cli.schedule.systemd import startable  # noqa: PLC0415

    if not startable(path):
        raise typer.BadParameter("write the whole path, without blanks, quotes, $ or %")
    return path


ProgramOption = Annotated[
    str,
    typer.Option("--program", metavar="PATH", callback=program_path, help="Where fisioflow is."),
]
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
    program: ProgramOption = "/usr/local/bin/fisioflow",
) -> None:
    """The systemd units: a timer per workflow, the service that they start, and one for dispatch.

    Example: fisioflow schedule systemd --to /etc/systemd/system
    """
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.commands import show_schedule  # noqa: PLC0415
    from fisioflow_cli.schedule.systemd import Place, chosen, units, write  # noqa: PLC0415
    from fisioflow_cli.workflows.registry import WORKFLOWS  # noqa: PLC0415

    clinic = ZoneInfo(settings.from_process().timezone)
    texts = chosen(units(WORKFLOWS, clinic=clinic, place=Place(program=program)), unit)
    if to is not None:
        show_schedule.written(write(texts, to, replace=replace), len(texts))
    else:
        show_schedule.show_units(texts)
