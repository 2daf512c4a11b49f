"""`fisioflow backfill`."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from fisioflow_cli.commands.options import (
    AllowLateOption,
    DryRunOption,
    JsonOption,
    MaxDurationOption,
    OrgOption,
)

if TYPE_CHECKING:
    from fisioflow_cli.engine.report import Report

WorkflowArgument = Annotated[str, typer.Argument(metavar="WORKFLOW", help="A command's name.")]
FromOption = Annotated[
    str, typer.Option("--from", metavar="SLOT", help="The first slot, or a date within it.")
]
ToOption = Annotated[
    str | None,
    typer.Option("--to", metavar="SLOT", help="The last one; default: the newest that is due."),
]


def command(  # noqa: PLR0913  # one parameter per option
    workflow: WorkflowArgument,
    *,
    since: FromOption,
    until: ToOption = None,
    dry_run: DryRunOption = False,
    org: OrgOption = None,
    allow_late: AllowLateOption = False,
    max_duration: MaxDurationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Do the slots of a stretch of time that are not done, oldest first.

    Within the same maximum ages as everywhere: nothing is done if one of them is past it, unless
    --allow-late. A message that was sent is not sent again. Prints a line for every slot;
    in a dry run below it who would get what, and why not.

    Example: fisioflow backfill birthdays --from 2026-03-01 --to 2026-03-02 --allow-late --dry-run
    """
    from fisioflow_cli.commands import show_backfill  # noqa: PLC0415
    from fisioflow_cli.commands.execute import leave, note, own_settings  # noqa: PLC0415
    from fisioflow_cli.context.backfilling import backfill  # noqa: PLC0415
    from fisioflow_cli.context.context import Context  # noqa: PLC0415
    from fisioflow_cli.engine.report import most_urgent  # noqa: PLC0415
    from fisioflow_cli.engine.start import Request  # noqa: PLC0415
    from fisioflow_cli.workflows.registry import scheduled  # noqa: PLC0415

    found = scheduled(workflow)
    request = Request(
        organization=org, dry_run=dry_run, allow_late=allow_late, maximum_duration=max_duration
    )

    def told(report: "Report") -> None:
        show_backfill.show(report, on_stdout=not as_json)

    context = Context(settings=own_settings(), noted=note)
    reports = backfill(context, found, request, (since, until), told)
    if as_json:
        typer.echo(json.dumps(show_backfill.document(found.id, reports)))
    leave(reports, most_urgent(report.exit_code for report in reports))
