"""`fisioflow schedule`."""

import json
import re
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from fisioflow_cli.commands.host_zone import HostZoneOption, host_zone_or_own
from fisioflow_cli.commands.options import GROUP, JsonOption
from fisioflow_cli.commands.place import ProgramOption, SettingsOption, place_or_own
from fisioflow_cli.commands.schedule_check import check_schedules
from fisioflow_cli.commands.schedule_systemd import print_systemd

app = typer.Typer(
    help="Show the schedule, print it for crontab, GitHub or systemd, and check what is installed.",
    **GROUP,
)


def known_user(name: str | None) -> str | None:
    """`name` if it can be a user's, or None; BadParameter otherwise."""
    if name is not None and re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", name) is None:
        raise typer.BadParameter("name a user such as root")
    return name


UserOption = Annotated[
    str | None,
    typer.Option(
        "--user", metavar="NAME", callback=known_user, help="For /etc/cron.d: who runs the lines."
    ),
]
PreviewOption = Annotated[
    bool,
    typer.Option("--preview", help="Instead, the workflow that previews pull requests."),
]


@app.command("show")
def show_plan(*, as_json: JsonOption = False) -> None:
    """The schedule: when each workflow starts next, and how late its slot may still be done.

    Example: fisioflow schedule show
    """
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.clock import Clock  # noqa: PLC0415
    from fisioflow_cli.commands import show_schedule  # noqa: PLC0415
    from fisioflow_cli.schedule.plan import plan  # noqa: PLC0415
    from fisioflow_cli.workflows.registry import WORKFLOWS  # noqa: PLC0415

    clinic = ZoneInfo(settings.from_process().timezone)
    planned = plan(WORKFLOWS, clinic=clinic, now=Clock().now())
    if as_json:
        typer.echo(json.dumps(show_schedule.plan_document(planned, clinic)))
    else:
        show_schedule.show_plan(planned, clinic)


@app.command("crontab")
def print_crontab(
    *,
    host_zone: HostZoneOption = None,
    user: UserOption = None,
    program: ProgramOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """The crontab that starts every workflow, its hours converted from FISIOFLOW_TIMEZONE.

    Example: fisioflow schedule crontab --host-zone Europe/Berlin --user fisioflow
    """
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.clock import Clock  # noqa: PLC0415
    from fisioflow_cli.schedule.crontab import crontab  # noqa: PLC0415
    from fisioflow_cli.workflows.registry import WORKFLOWS  # noqa: PLC0415

    text = crontab(
        WORKFLOWS,
        clinic=ZoneInfo(settings.from_process().timezone),
        host=host_zone_or_own(host_zone),
        since=Clock().now().date(),
        user=user,
        place=place_or_own(program, settings_file),
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


app.command("systemd")(print_systemd)
app.command("check")(check_schedules)
