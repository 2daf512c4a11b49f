"""`fisioflow dashboard`."""

from importlib.util import find_spec
from typing import Annotated

import typer

from fisioflow_cli.commands.listen import NEEDED, PortOption
from fisioflow_cli.console import plain
from fisioflow_cli.errors import ExtraMissing, UsageError

HOST, PORT = "127.0.0.1", 8289
HostOption = Annotated[
    str,
    typer.Option(
        "--host",
        metavar="HOST",
        help="Name or address to listen on; any but this machine's own needs --allow-host.",
    ),
]
AllowHostOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        metavar="NAME",
        help="A name that browsers may call it by, beside localhost; as often as needed.",
    ),
]
AllowActionsOption = Annotated[
    bool,
    typer.Option("--allow-actions", help="Let one also retry, cancel, resolve and send a test."),
]
ExportOption = Annotated[
    str | None,
    typer.Option(
        "--export",
        metavar="FILE",
        help="Write one page without scripts instead of serving; - for stdout.",
    ),
]


def command(
    *,
    host: HostOption = HOST,
    port: PortOption = PORT,
    allow_host: AllowHostOption = None,
    allow_actions: AllowActionsOption = False,
    export: ExportOption = None,
) -> None:
    """Show the ledger as pages for a browser, live.

    Open the address that is printed: it lets the browser in that shows it. Nothing personal is shown
    unmasked, and nothing can be changed without --allow-actions. Serving needs the extra `web`; ends
    with SIGTERM or Ctrl-C. --export writes overview, runs, slots and doubts into one file.

    Example: fisioflow dashboard --port 8289
    """
    from fisioflow_cli import settings  # noqa: PLC0415

    if export is not None:
        if allow_actions or allow_host or (host, port) != (HOST, PORT):
            raise UsageError(
                "--export writes one page and serves none: it goes with no other option."
            )
        from fisioflow_cli.dashboard.export import export_to  # noqa: PLC0415

        export_to(settings.from_process(), export)
        return
    if not all(find_spec(name) for name in NEEDED):
        raise ExtraMissing
    from fisioflow_cli.dashboard.serve import serve  # noqa: PLC0415

    code = serve(
        settings.from_process(),
        _say,
        host=host,
        port=port,
        names=allow_host or (),
        allow_actions=allow_actions,
    )
    raise typer.Exit(code)


def _say(line: str) -> None:
    typer.echo(plain(line), err=True)
