"""`fisioflow dev`."""

from importlib.util import find_spec
from typing import Annotated

import typer

from fisioflow_cli.commands.listen import NEEDED, PortOption
from fisioflow_cli.errors import ExtraMissing

DemoOption = Annotated[
    bool, typer.Option("--demo", help="Put the demo clinic into the database, unless it is there.")
]


def command(*, port: PortOption = 8288, demo: DemoOption = False) -> None:
    """Receive events, work on them and show what became of them: all of it, for local work.

    What `inngest dev` was: with INNGEST_DEV=1, or the address that is printed, the application's
    inngest.send() arrives here and runs at once. Messages land in the outbox. The dashboard may retry,
    cancel and send. Never in production. Needs the extra `web`; ends with Ctrl-C.

    Example: fisioflow dev --demo
    """
    from fisioflow_cli.commands import show_dev  # noqa: PLC0415
    from fisioflow_cli.commands.execute import own_settings  # noqa: PLC0415

    if not all(find_spec(name) for name in NEEDED):
        raise ExtraMissing
    from fisioflow_cli.dev import develop  # noqa: PLC0415

    outcome = develop(
        own_settings(), show_dev.audience(), show_dev.say, show_dev.ready, port=port, demo=demo
    )
    show_dev.ended(outcome)
    raise typer.Exit(outcome.exit_code)
