"""`fisioflow runs retry` and `fisioflow runs cancel`."""

from typing import Annotated

import typer

from fisioflow_cli.commands.list_options import (
    ListOnlyOption,
    ScopeOption,
    SinceOption,
    SlotOption,
    StatusOption,
    UntilOption,
    WorkflowOption,
    YesOption,
)
from fisioflow_cli.commands.options import AllowLateOption, JsonOption, MaxDurationOption

ChosenRun = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN", help="A run's id, or enough of its beginning; or say which by options."
    ),
]


def retry(  # noqa: PLR0913  # one parameter per option
    run: ChosenRun = None,
    *,
    workflow: WorkflowOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    slot: SlotOption = None,
    scope: ScopeOption = None,
    allow_late: AllowLateOption = False,
    max_duration: MaxDurationOption = None,
    dry_run: ListOnlyOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Try a run again, or all that the options mean: what was sent is not sent again.

    One that is unfinished, failed or cancelled is resumed; a partial one is done once more, so that what
    failed is tried again and what is in doubt is not. The event of a dead run waits for the next
    dispatch. Exit code and output are those of the workflow's own command.

    Example: fisioflow runs retry 3f2a
    """
    from fisioflow_cli.actions import of_reports  # noqa: PLC0415
    from fisioflow_cli.commands.do_runs import Retrying  # noqa: PLC0415
    from fisioflow_cli.context.history import WantedRuns  # noqa: PLC0415
    from fisioflow_cli.context.run_care import Trial  # noqa: PLC0415

    trial = Trial(allow_late=allow_late, maximum_duration=max_duration)
    retrying = Retrying(trial=trial, dry_run=dry_run, yes=yes, as_json=as_json)
    wanted = WantedRuns(
        workflow=workflow, status=status, since=since, until=until, slot=slot, scope=scope
    )
    code = retrying.one_or_many(run, wanted)
    if retrying.reports:
        of_reports.tell(retrying.reports, code)
    raise typer.Exit(code)


def cancel(  # noqa: PLR0913  # one parameter per option
    run: ChosenRun = None,
    *,
    workflow: WorkflowOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    slot: SlotOption = None,
    scope: ScopeOption = None,
    dry_run: ListOnlyOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """End a run, or all that the options mean, for good: only `runs retry` takes it up again.

    Whoever works on it ends it after the step in hand, else it is ended at once. What is pending is
    skipped, what is in flight is in doubt.

    Example: fisioflow runs cancel 3f2a
    """
    from fisioflow_cli.commands.do_runs import Cancelling  # noqa: PLC0415
    from fisioflow_cli.context.history import WantedRuns  # noqa: PLC0415

    cancelling = Cancelling(dry_run=dry_run, yes=yes, as_json=as_json)
    wanted = WantedRuns(
        workflow=workflow, status=status, since=since, until=until, slot=slot, scope=scope
    )
    raise typer.Exit(cancelling.one_or_many(run, wanted))
