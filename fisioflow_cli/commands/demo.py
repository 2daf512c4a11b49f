"""`fisioflow demo`."""

from typing import Annotated

import typer

FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Begin anew: forget the demo's database and outbox first.")
]


def command(*, fresh: FreshOption = False) -> None:
    """Build a demo clinic and run the six workflows on it, twice.

    Nothing leaves this machine: every message lands in the outbox. The clinic's today is Monday,
    2 March 2026, so that every workflow has something to do.

    Example: fisioflow demo
    """
    from fisioflow_cli import settings  # noqa: PLC0415
    from fisioflow_cli.commands import show_demo  # noqa: PLC0415
    from fisioflow_cli.commands.execute import progress  # noqa: PLC0415
    from fisioflow_cli.context.demonstration import Demonstration  # noqa: PLC0415

    with progress() as watch:
        demonstration = Demonstration.of(settings.from_process(), watch=watch)
        demonstration.build(fresh=fresh)
        first = demonstration.run_all()
        second = demonstration.run_all()
    show_demo.show(demonstration, first, second)
