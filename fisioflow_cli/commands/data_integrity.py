"""`fisioflow data-integrity`."""

from typing import Annotated

import typer

from fisioflow_cli.commands.execute import leave
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
from fisioflow_cli.commands.workflow import run
from fisioflow_cli.errors import ExitCode

FailOnIssuesOption = Annotated[
    bool, typer.Option("--fail-on-issues", help="Exit 1 if there are any issues.")
]


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
    fail_on_issues: FailOnIssuesOption = False,
) -> None:
    """Look for records that contradict each other; change nothing.

    The admins of an organization get an e-mail about what is new since the last completed run.

    Example: fisioflow data-integrity --fail-on-issues
    """
    report = run(
        "data-integrity",
        as_json=as_json,
        as_of=as_of,
        organization=org,
        dry_run=dry_run,
        force=force,
        catch_up=not no_catch_up,
        allow_late=allow_late,
        maximum_duration=max_duration,
    )
    code, found = report.final_code, report.result.get("issues_found", 0)
    if fail_on_issues and found and code in {ExitCode.DONE, ExitCode.PARTIAL}:
        # a run that is done says nothing off a terminal, and no exit code should come without a word
        typer.echo(f"fisioflow: {found} issues found; --json lists them.", err=True)
        code = ExitCode.FAILED
    leave([report], code)
