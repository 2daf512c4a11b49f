"""The one shape of the workflow commands: the same options, a name and a help text."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from fisioflow_cli.commands.execute import execute, leave
from fisioflow_cli.commands.options import (
    AllowLateOption,
    AsOfOption,
    DryRunOption,
    ForceOption,
    JsonOption,
    MaxDurationOption,
    NoCatchUpOption,
    OrgOption,
)

if TYPE_CHECKING:
    from fisioflow_cli.engine.report import Report


def run(name: str, *, as_json: bool, **wishes: object) -> "Report":
    """Start a workflow with the options' values, as `Request` names them."""
    from fisioflow_cli.engine.start import Request  # noqa: PLC0415

    return execute(name, Request(**wishes), as_json=as_json)  # type: ignore[arg-type]  # typer checked them


def workflow_command(name: str, text: str) -> Callable[..., None]:
    """A command that starts the workflow `name` and explains itself with `text`."""

    def command(  # noqa: PLR0913  # the options all workflows share
        *,
        as_of: AsOfOption = None,
        dry_run: DryRunOption = False,
        org: OrgOption = None,
        force: ForceOption = False,
        no_catch_up: NoCatchUpOption = False,
        allow_late: AllowLateOption = False,
        max_duration: MaxDurationOption = None,
        as_json: JsonOption = False,
    ) -> None:
        report = run(
            name,
            as_json=as_json,
            as_of=as_of,
            organization=org,
            dry_run=dry_run,
            force=force,
            catch_up=not no_catch_up,
            allow_late=allow_late,
            maximum_duration=max_duration,
        )
        leave([report], report.final_code)

    command.__doc__ = text
    return command
