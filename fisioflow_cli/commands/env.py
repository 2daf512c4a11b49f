"""`fisioflow env`."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from fisioflow_cli.commands import typed_file
from fisioflow_cli.commands.list_options import YesOption
from fisioflow_cli.commands.options import GROUP, JsonOption
from fisioflow_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fisioflow_cli.ledger.environments import Population

app = typer.Typer(
    help="Show the ledger's environments; prune the previews of closed branches.",
    **GROUP,
)

NamesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME", help="Previews or their branches; default: the present environment."
    ),
]
KeepOption = Annotated[
    str | None,
    typer.Option(
        "--all-but",
        metavar="FILE",
        help="Prune every preview but those of the branches in FILE, one a line; - for stdin.",
    ),
]


@app.command("list")
def list_environments(*, as_json: JsonOption = False) -> None:
    """Every environment that has anything in this ledger, and what.

    Example: fisioflow env list
    """
    from fisioflow_cli.commands import show_environments  # noqa: PLC0415
    from fisioflow_cli.context.environments import open_environments  # noqa: PLC0415

    with open_environments() as environments:
        found, current = environments.all(), environments.current
    if as_json:
        typer.echo(json.dumps(show_environments.document(found, current)))
    else:
        show_environments.show(found, current)


@app.command("prune")
def prune(
    names: NamesArgument = None,
    *,
    all_but: KeepOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Delete all that previews of closed branches have in this ledger; production is never touched.

    May be started twice. Nobody may be working in them. The clinic's tables are left as they are.

    Example: fisioflow env prune feat/agenda --yes
    """
    from fisioflow_cli.commands import show_environments  # noqa: PLC0415
    from fisioflow_cli.commands.execute import progress  # noqa: PLC0415
    from fisioflow_cli.context.environments import open_environments  # noqa: PLC0415

    if names and all_but is not None:
        raise UsageError("Name the previews, or give --all-but, not both.")
    with open_environments() as environments:
        doomed = (
            environments.named(names or ())
            if all_but is None
            else environments.all_but(_lines(all_but))
        )
        environments.require_idle(doomed)
        if doomed:
            _confirm(doomed, yes=yes)
        with progress() as watch:
            for each in doomed:
                for count in environments.drop(each):
                    watch(each.environment, count)
    if as_json:
        typer.echo(json.dumps(show_environments.document(doomed, environments.current)))
    else:
        show_environments.pruned(doomed)


def _lines(file: str) -> list[str]:
    raw = typed_file.read(file, "The list of branches", "correct --all-but")
    return raw.decode(errors="surrogateescape").splitlines()


def _confirm(doomed: "Sequence[Population]", *, yes: bool) -> None:
    from fisioflow_cli.commands import show_environments  # noqa: PLC0415
    from fisioflow_cli.commands.confirm import confirm  # noqa: PLC0415

    if not yes:
        for line in show_environments.lines(doomed):
            typer.echo(line, err=True)
    count = sum(sum(each.rows.values()) for each in doomed)
    confirm(count, "rows of these previews are to be deleted", yes=yes)
