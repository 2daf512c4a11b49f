"""`fisioflow schedule check`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from fisioflow_cli.commands.host_zone import HostZoneOption, host_zone_or_own
from fisioflow_cli.commands.options import JsonOption
from fisioflow_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from fisioflow_cli.schedule.check import Checked

CrontabOption = Annotated[
    str | None,
    typer.Option("--crontab", metavar="FILE", help="Only this crontab; - for stdin."),
]
GitHubOption = Annotated[
    Path | None,
    typer.Option("--github", metavar="FOLDER", help="Only the workflows of this checkout."),
]
SystemdOption = Annotated[
    Path | None,
    typer.Option(
        "--systemd", metavar="FOLDER", help="Only the timers and services of this folder."
    ),
]


def check_schedules(
    ctx: typer.Context,
    *,
    crontab: CrontabOption = None,
    github: GitHubOption = None,
    systemd: SystemdOption = None,
    host_zone: HostZoneOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare what is installed with the schedule: missing, other times, wrong zone, minute 0 …

    Looks at this user's crontab, /etc/cron.d, .github/workflows of the current folder and
    /etc/systemd/system, as far as they mention fisioflow. Exit code 1 if a start is lost, late or
    early; a note alone is 0.

    Example: fisioflow schedule check --crontab /etc/cron.d/fisioflow --host-zone UTC
    """
    from fisioflow_cli.actions import of_drifts  # noqa: PLC0415
    from fisioflow_cli.commands import show_schedule  # noqa: PLC0415

    found = _check(
        commands=frozenset(ctx.find_root().command.list_commands(ctx)),  # type: ignore[attr-defined]  # a group
        crontab=crontab,
        folders=(github, systemd),
        host=host_zone_or_own(host_zone),
    )
    if as_json:
        typer.echo(json.dumps(show_schedule.check_document(found), ensure_ascii=False))
    else:
        show_schedule.show_check(found)
    code = ExitCode.FAILED if found.wrong else ExitCode.DONE
    of_drifts.tell(found, code)
    if code:
        raise typer.Exit(code)


def _check(
    *,
    commands: frozenset[str],
    crontab: str | None,
    folders: tuple[Path | None, Path | None],
    host: ZoneInfo,
) -> "Checked":
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.clock import Clock  # noqa: PLC0415
    from fisioflow_cli.schedule.check import Named, check  # noqa: PLC0415
    from fisioflow_cli.schedule.drift import Expected  # noqa: PLC0415
    from fisioflow_cli.workflows.registry import WORKFLOWS  # noqa: PLC0415

    expected = Expected(
        workflows=WORKFLOWS,
        clinic=ZoneInfo(settings.from_process().timezone),
        host=host,
        now=Clock().now(),
        commands=commands,
    )
    given = None if crontab is None else (crontab, _text(crontab))
    return check(expected, Named(crontab=given, github=folders[0], systemd=folders[1]))


def _text(crontab: str) -> str:
    """The text of a crontab that is named; UsageError if it cannot be read."""
    from fisioflow_cli.schedule import installed  # noqa: PLC0415

    if crontab == "-":
        return installed.decoded(sys.stdin.buffer.read(installed.LONGEST))
    text = installed.content(Path(crontab))
    if text is None:
        raise UsageError("The crontab cannot be read; name a file that exists with --crontab.")
    return text
