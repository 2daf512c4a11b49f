"""The option that says which time zone the host's cron goes by."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from fisioflow_cli.clock import zone_named


def known_zone(name: str | None) -> str | None:
    """`name` if it is an IANA time zone, or None; BadParameter otherwise."""
    if name is not None and zone_named(name) is None:
        raise typer.BadParameter("name an IANA time zone such as Europe/Berlin")
    return name


HostZoneOption = Annotated[
    str | None,
    typer.Option(
        "--host-zone",
        metavar="ZONE",
        callback=known_zone,
        help="The time zone that the host's cron goes by; default: this host's.",
    ),
]


def host_zone_or_own(name: str | None) -> ZoneInfo:
    """The zone of this name, else the host's own; UTC, and a note, if the host does not tell."""
    from fisioflow_cli import console  # noqa: PLC0415
    from fisioflow_cli.settings.host import host_zone  # noqa: PLC0415

    if name is not None:
        return ZoneInfo(name)
    own = host_zone()
    if own is None:
        console.err().print("This host does not tell its time zone: UTC is taken; see --host-zone.")
    return own or ZoneInfo("UTC")
