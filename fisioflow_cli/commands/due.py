"""`fisioflow due`."""

from typing import Annotated

import typer

from fisioflow_cli.commands.options import JsonOption, MaxDurationOption

ListOption = Annotated[
    bool, typer.Option("--list", help="Show what is due and why; do nothing and change nothing.")
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--workflow", metavar="NAME", help="Only this workflow; may be given repeatedly."),
]


def command(
    *,
    only_list: ListOption = False,
    workflow: OnlyOption = None,
    max_duration: MaxDurationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Do whatever is due, missed or unfinished, of every workflow.

    One line for any scheduler, as often as one likes: a slot whose time has not come is left alone,
    and when nothing is due nothing is written. What was missed is done within its maximum age. Off a
    terminal it speaks of trouble only; what is left pending again is no news.

    Example: fisioflow due --list
    """
    from fisioflow_cli.commands import show_due  # noqa: PLC0415
    from fisioflow_cli.commands.execute import leave, note, own_settings, progress  # noqa: PLC0415
    from fisioflow_cli.context.context import Context  # noqa: PLC0415
    from fisioflow_cli.context.due import due, outlook  # noqa: PLC0415
    from fisioflow_cli.workflows.registry import WORKFLOWS, scheduled  # noqa: PLC0415

    chosen = [scheduled(name) for name in dict.fromkeys(workflow)] if workflow else list(WORKFLOWS)
    read = own_settings()
    if only_list:
        context = Context(settings=read)
        show_due.show_outlook(outlook(context, chosen), context, as_json=as_json)
        return
    with progress() as watch:
        context = Context(settings=read, watch=watch, noted=note)
        outcome = due(context, chosen, maximum_duration=max_duration)
    show_due.show_outcome(outcome, as_json=as_json)
    leave(outcome.reports, outcome.exit_code)
