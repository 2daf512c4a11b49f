"""`fisioflow listen`."""

from importlib.util import find_spec
from typing import Annotated

import typer

from fisioflow_cli.console import plain
from fisioflow_cli.errors import ExtraMissing

NEEDED = ("starlette", "uvicorn")

HostOption = Annotated[
    str,
    typer.Option(
        "--host",
        metavar="HOST",
        help="Name or address to listen on; any but this machine's own needs INNGEST_EVENT_KEY.",
    ),
]
PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0: any free one.")
]


def command(*, host: HostOption = "127.0.0.1", port: PortOption = 8288) -> None:
    """Receive events over HTTP, as Inngest's event API does.

    POST /e/<key> takes what the Inngest SDKs send: point INNGEST_BASE_URL or INNGEST_DEV here. An
    answer means that the events are in the inbox, for `fisioflow dispatch`. Needs the extra `web`;
    ends with SIGTERM or Ctrl-C.

    Example: INNGEST_EVENT_KEY=change-me fisioflow listen --port 8288
    """
    from fisioflow_cli.commands.execute import own_settings  # noqa: PLC0415

    if not all(find_spec(name) for name in NEEDED):
        raise ExtraMissing
    from fisioflow_cli.listener.serve import listen  # noqa: PLC0415

    raise typer.Exit(listen(own_settings(), _say, host=host, port=port))


def _say(line: str) -> None:
    typer.echo(plain(line), err=True)
