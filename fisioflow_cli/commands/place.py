"""The options that say where a host has the program and the settings that its scheduler uses."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fisioflow_cli.schedule.place import Place


def literal_path(path: str | None) -> str | None:
    """`path` if a crontab or a unit may contain it as it stands, or None; BadParameter otherwise."""
    from fisioflow_cli.schedule.place import literal  # noqa: PLC0415

    if path is not None and not literal(path):
        raise typer.BadParameter("write the whole path, without blanks, quotes, $ or %")
    return path


ProgramOption = Annotated[
    str | None,
    typer.Option(
        "--program",
        metavar="PATH",
        callback=literal_path,
        help="Where fisioflow is; default: the one that prints this.",
    ),
]
SettingsOption = Annotated[
    str | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        callback=literal_path,
        help="Where the settings are; default: /etc/fisioflow.env.",
    ),
]


def place_or_own(program: str | None, settings: str | None) -> "Place":
    """Both, else this program's own path and the usual file; a note where that path cannot be used."""
    from fisioflow_cli import console  # noqa: PLC0415
    from fisioflow_cli.schedule.place import PROGRAM, SETTINGS, Place, literal  # noqa: PLC0415
    from fisioflow_cli.settings.host import own_program  # noqa: PLC0415

    own = program or str(own_program() or "")
    if not literal(own):
        console.err().print(
            f"This program is not installed where a scheduler could start it: {PROGRAM} is taken; "
            "see --program.",
            soft_wrap=True,
        )
        own = PROGRAM
    return Place(program=own, settings=settings or SETTINGS)
