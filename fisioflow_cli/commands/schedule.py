"""`fisioflow schedule`."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from fisioflow_cli.commands.options import PLAIN

app = typer.Typer(
    help="Print the crontab or the GitHub workflow that starts everything.",
    no_args_is_help=True,
    **PLAIN,
)


def known_zone(name: str) -> str:
    """`name` if it is an IANA time zone; BadParameter otherwise."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise typer.BadParameter("name an IANA time zone such as Europe/Berlin") from None


HostZoneOption = Annotated[
    str,
    typer.Option(
        "--host-zone",
        metavar="ZONE",
        callback=known_zone,
        help="The time zone that the host's cron goes by.",
    ),
]


PreviewOption = Annotated[
    bool,
    typer.Option("--preview", help="Instead, the workflow that previews pull requests."),
]


@app.command("crontab")
def print_crontab(*, host_zone: HostZoneOption = "UTC") -> None:
    """The crontab that starts every workflow, its hours converted from FISIOFLOW_TIMEZONE.

    Example: fisioflow schedule crontab --host-zone Europe/Berlin
    """
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.clock import Clock  # noqa: PLC0415
    from fisioflow_cli.schedule.crontab import crontab  # noqa: PLC0415
    from fisioflow_cli.workflows.registry import WORKFLOWS  # noqa: PLC0415

    text = crontab(
        WORKFLOWS,
        clinic=ZoneInfo(settings.from_process().timezone),
        host=ZoneInfo(host_zone),
        since=Clock().now().date(),
    )
    typer.echo(text, nl=False)


@app.command("github")
def print_github(*, preview: PreviewOption = False) -> None:
    """The GitHub Actions workflow that starts every workflow, by FISIOFLOW_TIMEZONE.

    Example: fisioflow schedule github > .github/workflows/scheduled.yml
    """
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.schedule.github import github  # noqa: PLC0415
    from fisioflow_cli.schedule.preview import preview as previewing  # noqa: PLC0415
    from fisioflow_cli.workflows.registry import WORKFLOWS  # noqa: PLC0415

    clinic = ZoneInfo(settings.from_process().timezone)
    typer.echo((previewing if preview else github)(WORKFLOWS, clinic=clinic), nl=False)
